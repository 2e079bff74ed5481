//! A stream: a socket for each client, and lines in it, as many as the client likes.

use std::io;

use bookshelf::Shelf;
use hardening_http::{Connection, Incoming, Shutdown};
use socket_tap::TapListener;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use crate::Limits;
use crate::protocol::{Answer, MAX_QUESTION};

/// Answers until the shutdown, then lets the connections end.
///
/// # Errors
/// None today: a connection that fails ends alone, and its failure is in the recording.
pub async fn serve_tcp(listener: TapListener, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    serve_tcp_with(listener, shelf, shutdown, Limits::default()).await
}

/// The same with limits of one's own.
///
/// # Errors
/// As [`serve_tcp`].
pub async fn serve_tcp_with(
    listener: TapListener,
    shelf: Shelf,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    // Whoever types the first question takes longer for it than a browser does.
    let limits = Limits { head_timeout: limits.idle_timeout, ..limits };
    let incoming = Incoming::new(listener, limits, shutdown);
    incoming.for_each(|connection| converse(connection, shelf.clone())).await;
    Ok(())
}

async fn converse(connection: Connection, shelf: Shelf) {
    // How it ends is in the recording.
    let _ = answer_lines(BufReader::new(connection), &shelf).await;
}

/// Answers line by line. Where a line ends is the server's to find out: a read brings half a line, or three.
async fn answer_lines(mut client: BufReader<Connection>, shelf: &Shelf) -> io::Result<()> {
    let mut line = Vec::with_capacity(MAX_QUESTION + 1);
    loop {
        line.clear();
        (&mut client).take(MAX_QUESTION as u64 + 1).read_until(b'\n', &mut line).await?;
        // The end of the stream, or of the server's patience. What has come of a line by then is no question.
        if !line.ends_with(b"\n") && line.len() <= MAX_QUESTION {
            return client.shutdown().await;
        }
        // Until the client has the answer, the connection is not idle.
        let asked = client.get_ref().begin_exchange();
        client.write_all(Answer::to(&line, shelf).line().as_bytes()).await?;
        drop(asked);
        if line.len() > MAX_QUESTION {
            return client.shutdown().await;
        }
    }
}

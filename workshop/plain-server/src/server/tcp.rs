//! The TCP server. Each client has its own socket and can send any number of requests, one per line.

use std::io;

use bookshelf::Shelf;
use hardening_http::{Connection, Incoming, Shutdown};
use socket_tap::TapListener;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use crate::Limits;
use crate::protocol::{MAX_REQUEST, Response};

/// Serves requests over TCP until the shutdown, then waits for the open connections to end.
///
/// # Errors
/// Currently none. An error of a connection ends only that connection, and appears in the recording.
pub async fn serve_tcp(listener: TapListener, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    serve_tcp_with(listener, shelf, shutdown, Limits::default()).await
}

/// Serves as [`serve_tcp`] does, with the given limits.
///
/// # Errors
/// Returns the same errors as [`serve_tcp`].
pub async fn serve_tcp_with(
    listener: TapListener,
    shelf: Shelf,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    // A person at a terminal needs more time for the first request than a browser does.
    let limits = Limits { head_timeout: limits.idle_timeout, ..limits };
    let incoming = Incoming::new(listener, limits, shutdown);
    incoming.for_each(|connection| serve_connection(connection, shelf.clone())).await;
    Ok(())
}

async fn serve_connection(connection: Connection, shelf: Shelf) {
    // Errors appear in the recording.
    let _ = respond_to_lines(BufReader::new(connection), &shelf).await;
}

/// Responds to each line that a client sends. The server must find the line boundaries itself, because a read
/// may return half a line or three lines.
async fn respond_to_lines(mut client: BufReader<Connection>, shelf: &Shelf) -> io::Result<()> {
    let mut line = Vec::with_capacity(MAX_REQUEST + 1);
    loop {
        line.clear();
        (&mut client).take(MAX_REQUEST as u64 + 1).read_until(b'\n', &mut line).await?;
        // EOF, or the idle timeout has ended the stream. An incomplete line is not a request.
        if !line.ends_with(b"\n") && line.len() <= MAX_REQUEST {
            return client.shutdown().await;
        }
        // The connection is not idle until the response is written.
        let exchange = client.get_ref().begin_exchange();
        client.write_all(Response::to(&line, shelf).await.line().as_bytes()).await?;
        drop(exchange);
        if line.len() > MAX_REQUEST {
            return client.shutdown().await;
        }
    }
}

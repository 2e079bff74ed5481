//! Helpers for the recipes: a sink that prints to the terminal, HTTP clients without a tap, and database
//! servers.

use std::io;
use std::net::SocketAddr;

use socket_tap::event::{Event, Op};
use socket_tap::format::text::Lines;
use socket_tap::sink::LiveLines;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

pub mod postgres;
pub mod program;
pub mod redis;
pub mod tls;

/// Returns a sink that prints each event to the terminal.
#[must_use]
pub fn terminal() -> LiveLines<io::Stdout> {
    LiveLines::new(Lines::new(), io::stdout())
}

/// Sends a GET request for `path` over HTTP/1.1 on a new connection, and returns the whole response as text.
///
/// # Errors
/// Returns an error if the server cannot be reached, or closes the connection early.
pub async fn get(server: SocketAddr, path: &str) -> io::Result<String> {
    get_on(TcpStream::connect(server).await?, path).await
}

/// Sends a GET request for `path` over HTTP/1.1 on an open connection, and returns the whole response as
/// text.
///
/// # Errors
/// Returns an error if the server closes the connection early.
pub async fn get_on(mut stream: impl AsyncRead + AsyncWrite + Unpin, path: &str) -> io::Result<String> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response)
}

/// Returns the captured payload if the event is a read or write.
#[must_use]
pub fn payload(event: &Event) -> Option<&[u8]> {
    match &event.op {
        Op::Read(transfer) | Op::Write(transfer) => transfer.data.as_deref(),
        _ => None,
    }
}

/// Returns `true` if the captured payload of any read or write contains the text.
#[must_use]
pub fn carried(events: &[Event], text: &str) -> bool {
    events
        .iter()
        .filter_map(payload)
        .any(|data| data.windows(text.len()).any(|window| window == text.as_bytes()))
}

//! Helpers for the recipes: a terminal sink, clients without a tap, and servers to connect to.

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

/// Returns a sink that prints the recording while the recipe runs.
#[must_use]
pub fn terminal() -> LiveLines<io::Stdout> {
    LiveLines::new(Lines::new(), io::stdout())
}

/// Requests `path` over HTTP/1.1 on a new connection, and returns the response with its head.
///
/// # Errors
/// Returns an error if the server cannot be reached, or closes the connection early.
pub async fn get(server: SocketAddr, path: &str) -> io::Result<String> {
    get_on(TcpStream::connect(server).await?, path).await
}

/// Requests `path` over HTTP/1.1 on an open connection, and returns the response with its head.
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

/// Returns the payload of a read or write.
#[must_use]
pub fn payload(event: &Event) -> Option<&[u8]> {
    match &event.op {
        Op::Read(transfer) | Op::Write(transfer) => transfer.data.as_deref(),
        _ => None,
    }
}

/// Returns `true` if a read or write carried the text.
#[must_use]
pub fn carried(events: &[Event], text: &str) -> bool {
    events
        .iter()
        .filter_map(payload)
        .any(|data| data.windows(text.len()).any(|window| window == text.as_bytes()))
}

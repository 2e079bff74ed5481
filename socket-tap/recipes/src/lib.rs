//! Helpers of the recipes: a terminal for the recording, peers that are not recorded, and servers to connect to.

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

/// A sink that shows the recording while the recipe runs.
#[must_use]
pub fn terminal() -> LiveLines<io::Stdout> {
    LiveLines::new(Lines::new(), io::stdout())
}

/// Requests `path` by HTTP/1.1 on a connection of its own, and returns the response with its head.
///
/// # Errors
/// When the server cannot be reached, or breaks off.
pub async fn get(server: SocketAddr, path: &str) -> io::Result<String> {
    get_on(TcpStream::connect(server).await?, path).await
}

/// The same on a connection that is open already.
///
/// # Errors
/// When the server breaks off.
pub async fn get_on(mut stream: impl AsyncRead + AsyncWrite + Unpin, path: &str) -> io::Result<String> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response)
}

/// The payload of a read or write.
#[must_use]
pub fn payload(event: &Event) -> Option<&[u8]> {
    match &event.op {
        Op::Read(transfer) | Op::Write(transfer) => transfer.data.as_deref(),
        _ => None,
    }
}

/// Returns whether some read or write carried the text.
#[must_use]
pub fn carried(events: &[Event], text: &str) -> bool {
    events
        .iter()
        .filter_map(payload)
        .any(|data| data.windows(text.len()).any(|window| window == text.as_bytes()))
}

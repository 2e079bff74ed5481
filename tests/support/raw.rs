//! Raw bytes over TCP, for requests that no client library sends.

use std::io;
use std::net::SocketAddr;

use clients::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A TCP connection to a server, over which tests send raw bytes.
pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) async fn connect(server: SocketAddr) -> Self {
        Self(TcpStream::connect(server).await.unwrap())
    }

    /// Connects and sends `bytes`.
    pub(crate) async fn saying(server: SocketAddr, bytes: impl AsRef<[u8]>) -> Self {
        let mut raw = Self::connect(server).await;
        raw.send(bytes.as_ref()).await.unwrap();
        raw
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).await
    }

    /// Half-closes the connection.
    pub(crate) async fn finish(&mut self) {
        self.0.shutdown().await.unwrap();
    }

    /// Reads one response with a `content-length`. Returns `None` if the connection ends before the response.
    pub(crate) async fn answer(&mut self) -> Option<String> {
        let mut answer = Vec::new();
        while length(&answer).is_none_or(|length| answer.len() < length) {
            if self.0.read_buf(&mut answer).await.unwrap() == 0 {
                assert!(answer.is_empty(), "a torn answer: {}", String::from_utf8_lossy(&answer));
                return None;
            }
        }
        Some(String::from_utf8(answer).unwrap())
    }

    /// Reads until the server ends the connection with FIN or RST, and returns the bytes as text.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // Bytes that were read before a reset are kept.
        let _ = self.0.read_to_end(&mut rest).await;
        String::from_utf8_lossy(&rest).into_owned()
    }

    pub(crate) fn into_inner(self) -> TcpStream {
        self.0
    }
}

impl From<TcpStream> for Raw {
    fn from(stream: TcpStream) -> Self {
        Self(stream)
    }
}

/// Returns the length of the response's head and body, or `None` if the head is incomplete.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    let (_, body) = text.split_once("content-length: ").unwrap();
    Some(head + body.lines().next().unwrap().parse::<usize>().unwrap())
}

/// Returns the path and query of a GET request that succeeds.
pub(crate) fn path<A: Client>() -> &'static str {
    match A::API {
        "rest" => "/v1/books/1",
        _ => "/graphql?query=%7Bbook(id:1)%7Btitle%7D%7D",
    }
}

/// Returns a complete HTTP/1.1 GET request that succeeds.
pub(crate) fn get<A: Client>() -> String {
    format!("GET {} HTTP/1.1\r\nhost: localhost\r\n\r\n", path::<A>())
}

/// Returns the beginning of a POST request. The caller appends the remaining header fields and the body.
pub(crate) fn post<A: Client>() -> String {
    let path = if A::API == "rest" { "/v1/books" } else { "/graphql" };
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n")
}

/// Sends `request` and half-closes the connection. Returns the status codes of all responses, once the server
/// has closed it.
pub(crate) async fn statuses(server: SocketAddr, request: &str) -> Vec<u16> {
    let mut client = Raw::saying(server, request).await;
    client.finish().await;
    let answers = client.rest().await;
    answers.split("HTTP/1.").skip(1).map(|answer| answer[2..5].parse().unwrap()).collect()
}

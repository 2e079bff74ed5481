//! A connection for what no client library sends.

use std::io;
use std::net::SocketAddr;

use clients::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A TCP connection. The server may end it at any time: what is sent after that goes nowhere.
pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) async fn connect(server: SocketAddr) -> Self {
        Self(TcpStream::connect(server).await.unwrap())
    }

    /// The same, and sends that.
    pub(crate) async fn saying(server: SocketAddr, bytes: impl AsRef<[u8]>) -> Self {
        let mut raw = Self::connect(server).await;
        raw.send(bytes.as_ref()).await.unwrap();
        raw
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).await
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn finish(&mut self) {
        self.0.shutdown().await.unwrap();
    }

    /// Reads one answer with a `content-length`; `None` when the connection ends before its first byte.
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

    /// Everything that comes until the server ends the connection, by FIN or by RST. Waits for that.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // What was read before a reset stays.
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

/// How long an answer is in all; `None` before its head is there.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    let (_, body) = text.split_once("content-length: ").unwrap();
    Some(head + body.lines().next().unwrap().parse::<usize>().unwrap())
}

/// A path that can be asked for over HTTP.
pub(crate) fn path<A: Client>() -> &'static str {
    match A::API {
        "rest" => "/v1/books/1",
        _ => "/graphql?query=%7Bbook(id:1)%7Btitle%7D%7D",
    }
}

/// A whole request over HTTP/1.1.
pub(crate) fn get<A: Client>() -> String {
    format!("GET {} HTTP/1.1\r\nhost: shelf\r\n\r\n", path::<A>())
}

/// The head of a POST, but for its last headers.
pub(crate) fn post<A: Client>() -> String {
    let path = if A::API == "rest" { "/v1/books" } else { "/graphql" };
    format!("POST {path} HTTP/1.1\r\nhost: shelf\r\ncontent-type: application/json\r\n")
}

/// The statuses that a server answers with, and only when it ends the connection is it done.
pub(crate) async fn statuses(server: SocketAddr, request: &str) -> Vec<u16> {
    let mut client = Raw::saying(server, request).await;
    client.finish().await;
    let answers = client.rest().await;
    answers.split("HTTP/1.").skip(1).map(|answer| answer[2..5].parse().unwrap()).collect()
}

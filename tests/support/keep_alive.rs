//! A client that requests the same book repeatedly on one connection, and counts the bytes.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const REQUEST: &[u8] = b"GET /v1/books/1 HTTP/1.1\r\nhost: localhost\r\n\r\n";

pub(crate) struct KeepAlive {
    stream: TcpStream,
    /// Local address, by which the test finds the connection in the server's recording.
    pub(crate) address: SocketAddr,
    /// Number of bytes sent.
    pub(crate) sent: u64,
    /// Number of bytes of complete responses.
    pub(crate) received: u64,
}

impl KeepAlive {
    pub(crate) async fn connect(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server).await?;
        let address = stream.local_addr()?;
        Ok(Self { stream, address, sent: 0, received: 0 })
    }

    /// Sends a request in one write and reads the complete response.
    pub(crate) async fn ask(&mut self) -> io::Result<()> {
        self.stream.write_all(REQUEST).await?;
        self.sent += REQUEST.len() as u64;
        let mut answer = Vec::new();
        while length(&answer).is_none_or(|length| answer.len() < length) {
            if self.stream.read_buf(&mut answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
        self.received += answer.len() as u64;
        Ok(())
    }

    /// Half-closes the connection and waits until the server closes it.
    pub(crate) async fn close(mut self) {
        self.stream.shutdown().await.unwrap();
        assert_eq!(self.stream.read(&mut [0]).await.unwrap(), 0);
    }
}

/// Returns the length of the response's head and body, or `None` if the head is incomplete.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    let (_, body) = text.split_once("content-length: ").unwrap();
    Some(head + body.lines().next().unwrap().parse::<usize>().unwrap())
}

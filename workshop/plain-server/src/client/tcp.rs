//! A client over a TCP connection, on which the kernel delivers all bytes once and in order.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bookshelf::Book;
use socket_tap::{Tap, TapStream, TcpOptions};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::time::timeout;

use super::{Failure, next_number};
use crate::protocol::{MAX_RESPONSE, Response, request};

/// Timeout for a response. The client sends no request twice, because the kernel retransmits lost segments.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

/// A client with one TCP connection.
#[derive(Debug)]
pub struct TcpClient {
    stream: BufReader<TapStream>,
    server: SocketAddr,
}

impl TcpClient {
    /// Opens the connection.
    ///
    /// # Errors
    /// Returns the same errors as [`TapStream::connect`]. Unlike over UDP, a missing server is detected at
    /// once.
    pub async fn connect(tap: &Tap, server: SocketAddr) -> io::Result<Self> {
        let stream = TapStream::connect_with(tap, server, TcpOptions::new().nodelay(true)).await?;
        Ok(Self { stream: BufReader::new(stream), server })
    }

    /// Gets a book.
    ///
    /// # Errors
    /// If the server refuses the request or does not respond. After any error but [`Failure::Refused`] the
    /// connection is unusable.
    pub async fn get(&mut self, book: u32) -> Result<Book, Failure> {
        // TCP needs no number. With one, the bytes are the same as over UDP.
        let number = next_number();
        self.stream.write_all(request(book, number).as_bytes()).await?;
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(MAX_RESPONSE as u64);
        let read = timeout(RESPONSE_TIMEOUT, limited.read_until(b'\n', &mut line)).await;
        read.map_err(|_| Failure::NoResponse { server: self.server, attempts: 1 })??;
        match Response::parse(&line) {
            Some(Response { number: Some(found), book }) if found == number => book.map_err(Failure::Refused),
            _ if line.is_empty() => Err(Failure::NoResponse { server: self.server, attempts: 1 }),
            _ => Err(Failure::InvalidResponse),
        }
    }

    /// Shuts the connection down for writing and closes it.
    ///
    /// # Errors
    /// If the connection is already closed.
    pub async fn close(mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }
}

//! Over a stream: nothing is lost, and nothing comes twice or out of order. The kernel sees to that.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bookshelf::Book;
use socket_tap::{Tap, TapStream, TcpOptions};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::time::timeout;

use super::{Failure, next_number};
use crate::protocol::{Answer, MAX_ANSWER, question};

/// For an answer. Asking again would not help: the kernel has done that already.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client with one connection.
#[derive(Debug)]
pub struct TcpClient {
    stream: BufReader<TapStream>,
    server: SocketAddr,
}

impl TcpClient {
    /// Opens the connection.
    ///
    /// # Errors
    /// As [`TapStream::connect`]: here it is known at once when there is no server.
    pub async fn connect(tap: &Tap, server: SocketAddr) -> io::Result<Self> {
        let stream = TapStream::connect_with(tap, server, TcpOptions::new().nodelay(true)).await?;
        Ok(Self { stream: BufReader::new(stream), server })
    }

    /// Gets a book.
    ///
    /// # Errors
    /// When the server refuses, or there is no answer. After anything but [`Failure::Refused`] the connection is of no
    /// more use.
    pub async fn get(&mut self, book: u32) -> Result<Book, Failure> {
        // The number is not needed here; with it the bytes are the same as over datagrams.
        let number = next_number();
        self.stream.write_all(question(book, number).as_bytes()).await?;
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(MAX_ANSWER as u64);
        let read = timeout(PATIENCE, limited.read_until(b'\n', &mut line)).await;
        read.map_err(|_| Failure::NoAnswer { server: self.server, attempts: 1 })??;
        match Answer::read(&line) {
            Some(Answer { number: Some(its), book }) if its == number => book.map_err(Failure::Refused),
            _ if line.is_empty() => Err(Failure::NoAnswer { server: self.server, attempts: 1 }),
            _ => Err(Failure::NotAnAnswer),
        }
    }

    /// Tells the server that nothing more comes, and closes the connection.
    ///
    /// # Errors
    /// When the connection is gone already.
    pub async fn close(mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }
}

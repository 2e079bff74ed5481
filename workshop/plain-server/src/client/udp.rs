//! A client over UDP, which sends a request again if no response arrives.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bookshelf::Book;
use socket_tap::{Tap, TapUdpSocket};
use tokio::time::timeout;

use super::{Failure, next_number};
use crate::protocol::{MAX_RESPONSE, Response, request};
use crate::sockets::local_address_for;

/// Rules for sending a request again: the timeout of an attempt, and the maximum number of attempts of a
/// call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Timeout of the first attempt. Each further attempt waits twice as long, because faster retries would add to the
    /// congestion that causes the loss.
    pub first_timeout: Duration,
    /// Maximum number of times that a request is sent.
    pub attempts: u32,
}

impl Default for Retry {
    /// Returns a timeout and a number of attempts for a server on this machine, which responds within a
    /// millisecond. Without a server, a call fails after about three seconds.
    fn default() -> Self {
        Self { first_timeout: Duration::from_millis(100), attempts: 5 }
    }
}

/// A book, with the number of attempts to get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The received book.
    pub book: Book,
    /// Number of times that the request was sent; more than one if a request or a response was lost or late.
    pub attempts: u32,
}

/// A UDP client. Its socket is not connected, so each datagram is sent with the server's address.
#[derive(Debug)]
pub struct UdpClient {
    socket: TapUdpSocket,
    server: SocketAddr,
    retry: Retry,
}

impl UdpClient {
    /// Creates the socket. Nothing is sent, so a missing server is not detected yet.
    ///
    /// # Errors
    /// Returns the same errors as [`TapUdpSocket::bind`].
    pub async fn bind(tap: &Tap, server: SocketAddr) -> io::Result<Self> {
        let socket = TapUdpSocket::bind(tap, local_address_for(server)).await?.report_truncation(true);
        Ok(Self { socket, server, retry: Retry::default() })
    }

    /// Sets the timeout and the maximum number of attempts of each call.
    #[must_use]
    pub fn retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Gets a book. Sends the request again after each timeout, up to [`Retry::attempts`] times.
    ///
    /// # Errors
    /// If the server refuses the request or does not respond.
    pub async fn get(&mut self, book: u32) -> Result<Fetched, Failure> {
        let Retry { first_timeout: mut wait, attempts } = self.retry;
        let mut sent = Vec::new();
        for attempts in 1..=attempts {
            // Each attempt has its own number, so that a recording shows which request a response belongs to.
            let number = next_number();
            sent.push(number);
            self.socket.send_to(request(book, number).as_bytes(), self.server).await?;
            if let Ok(response) = timeout(wait, self.response_to(&sent)).await {
                let book = response?.map_err(Failure::Refused)?;
                return Ok(Fetched { book, attempts });
            }
            wait = wait.saturating_mul(2);
        }
        Err(Failure::NoResponse { server: self.server, attempts })
    }

    /// Waits for a response with one of the request numbers in `sent`, so that a late response to an earlier
    /// attempt is accepted.
    ///
    /// Ignores datagrams of other senders and responses to earlier calls.
    async fn response_to(&self, sent: &[u32]) -> io::Result<Result<Book, String>> {
        let mut datagram = [0; MAX_RESPONSE];
        loop {
            let (length, from) = self.socket.recv_from(&mut datagram).await?;
            let response = datagram.get(..length).filter(|_| from == self.server).and_then(Response::parse);
            if let Some(Response { number: Some(number), book }) = response
                && sent.contains(&number)
            {
                return Ok(book);
            }
        }
    }
}

#[cfg(test)]
#[path = "udp_tests.rs"]
mod tests;

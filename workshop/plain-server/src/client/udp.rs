//! Over datagrams: what does not come is asked for again.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bookshelf::Book;
use socket_tap::{Tap, TapUdpSocket};
use tokio::time::timeout;

use super::{Failure, next_number};
use crate::protocol::{Answer, MAX_ANSWER, question};
use crate::sockets::facing;

/// How long a client waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the first one. Each further one is waited for twice as long: when answers do not come because the network is
    /// full, to ask faster makes it fuller.
    pub first: Duration,
    /// How often it asks.
    pub attempts: u32,
}

impl Default for Patience {
    /// For a server on this machine, which answers in less than a millisecond; three seconds when there is none.
    fn default() -> Self {
        Self { first: Duration::from_millis(100), attempts: 5 }
    }
}

/// A book, and what it took to get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// The book.
    pub book: Book,
    /// How many questions were sent; more than one when a question or an answer was lost, or late.
    pub attempts: u32,
}

/// A client with a socket of its own. It is not connected: the server's address goes with each datagram.
#[derive(Debug)]
pub struct UdpClient {
    socket: TapUdpSocket,
    server: SocketAddr,
    patience: Patience,
}

impl UdpClient {
    /// Makes the socket. Nothing is sent, so nobody knows yet whether there is a server.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn bind(tap: &Tap, server: SocketAddr) -> io::Result<Self> {
        let socket = TapUdpSocket::bind(tap, facing(server)).await?.report_truncation(true);
        Ok(Self { socket, server, patience: Patience::default() })
    }

    /// Waits for longer, or not for so long.
    #[must_use]
    pub fn patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Gets a book, and asks again as often as it is patient.
    ///
    /// # Errors
    /// When the server refuses, or nobody answers.
    pub async fn get(&mut self, book: u32) -> Result<Got, Failure> {
        let Patience { first: mut wait, attempts } = self.patience;
        let mut asked = Vec::new();
        for attempts in 1..=attempts {
            // A number of its own for each: two questions with the same bytes could not be told apart in a recording.
            let number = next_number();
            asked.push(number);
            self.socket.send_to(question(book, number).as_bytes(), self.server).await?;
            if let Ok(answer) = timeout(wait, self.answer_to(&asked)).await {
                let book = answer?.map_err(Failure::Refused)?;
                return Ok(Got { book, attempts });
            }
            wait = wait.saturating_mul(2);
        }
        Err(Failure::NoAnswer { server: self.server, attempts })
    }

    /// Waits for an answer to one of these questions: that to an earlier one, when it comes late, is as good. Anybody
    /// can send to this socket, and answers to questions before these may still come; neither counts.
    async fn answer_to(&self, asked: &[u32]) -> io::Result<Result<Book, String>> {
        let mut datagram = [0; MAX_ANSWER];
        loop {
            let (length, from) = self.socket.recv_from(&mut datagram).await?;
            let answer = datagram.get(..length).filter(|_| from == self.server).and_then(Answer::read);
            if let Some(Answer { number: Some(number), book }) = answer
                && asked.contains(&number)
            {
                return Ok(book);
            }
        }
    }
}

#[cfg(test)]
#[path = "udp_tests.rs"]
mod tests;

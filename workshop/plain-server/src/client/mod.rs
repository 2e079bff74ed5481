//! A client for each of the two sockets.

mod tcp;
mod udp;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

pub use tcp::TcpClient;
pub use udp::{Got, Patience, UdpClient};

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The server has answered, but with no book: its own words.
    #[error("{0}")]
    Refused(String),
    /// Nobody answered.
    #[error("no answer from {server}, asked {attempts} times")]
    NoAnswer {
        /// Who was asked.
        server: SocketAddr,
        /// How often.
        attempts: u32,
    },
    /// What came is no answer to the question.
    #[error("what the server says is no answer to the question")]
    NotAnAnswer,
    /// A socket call failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The number of the next question. No two questions of this process have the same, so that in a recording, too, each
/// datagram is told from every other, the lost ones among them.
fn next_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

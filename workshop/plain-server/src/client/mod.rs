//! The clients of the plain server: one for UDP and one for TCP.

mod tcp;
mod udp;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

pub use tcp::TcpClient;
pub use udp::{Fetched, Retry, UdpClient};

/// The error of a call to the plain server.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The server responded with an error message.
    #[error("{0}")]
    Refused(String),
    /// The server did not respond.
    #[error("no response from {server} after {attempts} requests")]
    NoResponse {
        /// Address of the server.
        server: SocketAddr,
        /// Number of times that the request was sent.
        attempts: u32,
    },
    /// The server sent bytes that are not a response to the request.
    #[error("the server sent an invalid response")]
    InvalidResponse,
    /// A socket call failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Returns a request number that is unique within the process.
///
/// So all datagrams of a recording differ, and a lost datagram can be identified.
fn next_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

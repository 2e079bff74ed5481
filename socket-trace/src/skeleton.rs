//! The order of a socket's calls, without what varies from run to run.
//!
//! How often a socket reads and writes, and in which order, depends on how the kernel cuts the stream: over forty
//! runs of one gRPC call there were twenty sequences. What a skeleton keeps is stable: how the socket came to be, that
//! it read, that it wrote, that it was shut down, how it ended, and whatever failed.

use serde::Serialize;
use socket_tap::format::Side;

use crate::socket::{MOST_CALLS, Opening, Role, Socket};

/// The calls of a socket, each named once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Skeleton(pub Vec<String>);

impl Skeleton {
    /// Of a socket in a recording of that side.
    #[must_use]
    pub fn of(socket: &Socket, side: Side) -> Self {
        let mut calls: Vec<String> = socket.opening.iter().map(|opening| name(*opening).to_owned()).collect();
        let role = socket.role(side);
        let [read, write] = if role == Role::Datagram { ["recvfrom", "sendto"] } else { ["read", "write"] };
        let (read, write) = ((socket.reads > 0, read), (socket.writes > 0, write));
        // Who connects has something to say: named in the order that is usual for the side, whoever began.
        let [first, second] = if role == Role::Connected { [write, read] } else { [read, write] };
        let has = [(role == Role::Listener && socket.accepts, "accept"), first, second];
        calls.extend(has.into_iter().filter(|(has, _)| *has).map(|(_, call)| call.to_owned()));
        calls.extend((0..socket.shutdowns).take(MOST_CALLS).map(|_| "shutdown".to_owned()));
        calls.extend(socket.failures.iter().cloned());
        if socket.closed.is_some() {
            calls.push(if socket.released { "release" } else { "close" }.to_owned());
        }
        Self(calls)
    }
}

impl std::fmt::Display for Skeleton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" → "))
    }
}

fn name(opening: Opening) -> &'static str {
    match opening {
        Opening::Socket => "socket",
        Opening::Bind => "bind",
        Opening::Listen => "listen",
        Opening::Accept => "accept",
        Opening::Connect => "connect",
        Opening::Adopt => "adopt",
    }
}

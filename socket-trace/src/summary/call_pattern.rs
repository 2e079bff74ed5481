//! The names of the calls of one socket in order, without the repetitions that vary between runs.
//!
//! The number and order of reads and writes depends on how the kernel divides the stream: forty runs of one
//! gRPC call showed twenty different sequences of reads and writes. A call pattern keeps the stable part: the
//! socket calls that opened the socket, one read, one write, each shutdown, each kind of failure, and the
//! end.
//!
//! On a connection that a server accepted, it omits a read that fails with a reset after the server's shutdown. The client ends
//! such a connection with its own FIN, or with a reset if it closes with unread bytes (RFC 1122, section 4.2.2.13). Which one
//! depends on timing, not on the server's calls: grpcurl resets in about one of ten runs.

use serde::Serialize;
use socket_tap::format::Side;

use super::role::Role;
use super::socket_history::{MAX_CALLS, OpeningCall, SocketHistory};

/// The failure that is omitted on accepted connections after a shutdown.
const RESET: &str = "read fails: connection reset";

/// The names of the calls on one socket, in order, e.g. `accept → read → write → close`. Repeated reads and
/// writes are listed once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct CallPattern(pub Vec<String>);

impl CallPattern {
    /// Returns the call pattern of a socket in a recording made by `side`.
    #[must_use]
    pub fn of(socket: &SocketHistory, side: Side) -> Self {
        let mut calls: Vec<String> = socket.opening.iter().map(|call| call_name(*call).to_owned()).collect();
        let role = socket.role(side);
        let [read, write] = if role == Role::Datagram { ["recvfrom", "sendto"] } else { ["read", "write"] };
        let (read, write) = ((socket.reads > 0, read), (socket.writes > 0, write));
        // In the usual order of the side, whichever came first: a client writes before it reads.
        let [first, second] =
            if matches!(role, Role::Connected | Role::Upstream) { [write, read] } else { [read, write] };
        let has = [(role == Role::Listener && socket.accepts, "accept"), first, second];
        calls.extend(has.into_iter().filter(|(has, _)| *has).map(|(_, call)| call.to_owned()));
        calls.extend((0..socket.shutdowns).take(MAX_CALLS).map(|_| "shutdown".to_owned()));
        calls.extend(socket.failures.iter().cloned());
        let is_listed = calls.iter().any(|call| call == RESET);
        if socket.reset_after_shutdown && role != Role::Accepted && !is_listed {
            calls.push(RESET.to_owned());
        }
        if socket.closed.is_some() {
            calls.push(if socket.released { "release" } else { "close" }.to_owned());
        }
        Self(calls)
    }
}

impl std::fmt::Display for CallPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" → "))
    }
}

fn call_name(call: OpeningCall) -> &'static str {
    match call {
        OpeningCall::Socket => "socket",
        OpeningCall::Bind => "bind",
        OpeningCall::Listen => "listen",
        OpeningCall::Accept => "accept",
        OpeningCall::Connect => "connect",
        OpeningCall::Adopt => "adopt",
    }
}

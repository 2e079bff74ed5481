//! Finds servers that close connections before their clients do.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;

use socket_tap::close::{Close, EndedBy, TcpState};
use socket_tap::event::{Addr, Op, SockId};

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use super::socket::Socket;
use crate::summary::Role;

static INFO: RuleInfo = RuleInfo {
    name: "server-closes-first",
    title: "the server closes connections before its clients do, and keeps them in TIME_WAIT",
    when: "Reported if the server closed 10 or more connections, and at least half of all, within a second of \
           their last bytes, and kept running: another connection to the same address followed. Not reported \
           for a shutdown of the server, for its idle timeout, or for resets, which leave no TIME_WAIT.",
    cause: "The side that sends the first FIN keeps the connection in TIME_WAIT, 60 seconds on Linux, so that late \
            segments cannot reach a new connection between the same two ports (RFC 9293, 3.6.1). Clients spread \
            these over their own ports; on a server all of them accumulate. Each client must also reconnect for \
            its next request, or sends it on a connection that is just being closed.",
    cure: "Let the client close, and close only connections that have been idle for long. Look for `Connection: \
           close`, HTTP/1.0, keep-alive turned off (hyper: http1::Builder::keep_alive), a limit of requests per \
           connection, or a handler that drops the stream after its response. If the protocol marks the end of a \
           response by closing the connection, ignore this finding.",
    requires: Requirement::EveryEvent,
};

/// The rule reports a server endpoint only if the server closed at least this many of its connections.
const MANY: u64 = 10;

/// Time in nanoseconds without a read or write after which a connection counts as idle.
const IDLE: u64 = 1_000_000_000;

/// Maximum number of server endpoints that are tracked.
const ENDPOINTS: usize = 1_024;

#[derive(Debug, Default)]
pub(super) struct ServerCloses {
    endpoints: HashMap<ServerEndpoint, CloseCounts>,
}

/// The server's end of connections: a listener or a server address. Connections that share it are counted
/// together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ServerEndpoint {
    /// A listener of the recorded program.
    Listener(SockId),
    /// Address of a server to which the recorded program connects.
    Address(SocketAddr),
}

impl fmt::Display for ServerEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listener(sock) => write!(f, "of listener #{sock}"),
            Self::Address(address) => write!(f, "to {address}"),
        }
    }
}

/// Counts of the closed connections of one server endpoint: of all, and of those that the server closed first.
#[derive(Debug, Default)]
struct CloseCounts {
    all: u64,
    by_server: Tally,
    /// Examples of the connections that the server closed since the last connection to it was opened. They are
    /// counted only when the next connection is opened, because until then the server may be shutting down.
    pending: Vec<Example>,
    pending_count: u64,
}

impl Rule for ServerCloses {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        let Some(socket) = seen.tcp_connection().filter(|_| seen.succeeded()) else { return };
        let Some(endpoint) = endpoint_of(socket) else { return };
        match &seen.event.op {
            Op::Accept { .. } | Op::Connect { .. } => {
                let has_capacity = self.endpoints.len() < ENDPOINTS;
                if let Some(counts) = self.endpoints.get_mut(&endpoint) {
                    counts.confirm_pending();
                } else if has_capacity {
                    self.endpoints.insert(endpoint, CloseCounts::default());
                }
            }
            Op::Close(close) => {
                if let Some(counts) = self.endpoints.get_mut(&endpoint) {
                    counts.closed(seen, socket, close);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let mut endpoints: Vec<_> = std::mem::take(&mut self.endpoints).into_iter().collect();
        endpoints
            .retain(|(_, counts)| counts.by_server.count >= MANY && counts.by_server.count * 2 >= counts.all);
        endpoints.sort_by_key(|(endpoint, counts)| (std::cmp::Reverse(counts.by_server.count), *endpoint));
        endpoints.into_iter().filter_map(|(endpoint, counts)| counts.finding(endpoint)).collect()
    }
}

impl CloseCounts {
    fn confirm_pending(&mut self) {
        let examples = std::mem::take(&mut self.pending);
        let more = std::mem::take(&mut self.pending_count);
        let before = self.by_server.count;
        for example in examples {
            self.by_server.add(|| example);
        }
        self.by_server.count = before + more;
    }

    fn closed(&mut self, seen: &ObservedEvent<'_>, socket: &Socket, close: &Close) {
        self.all += 1;
        let ended = server_half_close(socket).map_or(seen.event.t, |end| end.event.t);
        if !ended_by_server(socket, close) || ended.saturating_sub(socket.last_transfer) > IDLE {
            return;
        }
        self.pending_count += 1;
        if self.pending.len() < super::finding::EXAMPLES {
            let close = Quote::new(seen.line, seen.event);
            let lines = [socket.opening.clone(), server_half_close(socket).cloned(), Some(close)];
            let what = "the connection, and its close by the server".to_owned();
            self.pending.push(Example { what, lines: lines.into_iter().flatten().collect() });
        }
    }

    fn finding(self, endpoint: ServerEndpoint) -> Option<Finding> {
        let Self { all, by_server, .. } = self;
        let what =
            format!("The server closed {count} of {all} connections {endpoint}.", count = by_server.count);
        by_server.finding(INFO.name, what)
    }
}

fn ended_by_server(socket: &Socket, close: &Close) -> bool {
    let by_server = match socket.role {
        Some(Role::Accepted) => EndedBy::Local,
        _ => EndedBy::Peer,
    };
    // The client's FIN had arrived but was not read yet, so the server was second to close.
    let late = |state: &TcpState| matches!(state, TcpState::CloseWait | TcpState::LastAck);
    let too_late = by_server == EndedBy::Local && close.tcp.as_ref().is_some_and(|tcp| late(&tcp.state));
    close.ended_by == Some(by_server)
        && !too_late
        && !close.aborted
        && close.totals.rx > 0
        && close.totals.tx > 0
}

/// Returns the event that shows the server's half-close before the close: the server's `shutdown`, or the
/// client's read of the FIN.
fn server_half_close(socket: &Socket) -> Option<&Quote> {
    match socket.role {
        Some(Role::Accepted) => socket.shut.as_ref(),
        _ => socket.fin.as_ref(),
    }
}

pub(super) fn endpoint_of(socket: &Socket) -> Option<ServerEndpoint> {
    match (&socket.role, socket.listener, &socket.peer) {
        (Some(Role::Accepted), Some(listener), _) => Some(ServerEndpoint::Listener(listener)),
        (Some(Role::Connected), _, Some(Addr::Ip(address))) => Some(ServerEndpoint::Address(*address)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "server_closes_tests.rs"]
mod tests;

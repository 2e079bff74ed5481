//! Finds clients that open a new connection for each request.

use std::collections::HashMap;

use socket_tap::close::EndedBy;
use socket_tap::event::{Op, SockId};

use super::finding::{Example, Finding, Quote};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use super::socket::Socket;
use crate::summary::Role;
use crate::units::plural;
use series::{Peer, Series, peer_of};

mod series;

static INFO: RuleInfo = RuleInfo {
    name: "new-connection-for-each-request",
    title: "a series of short connections to the same peer, each for a request or two",
    when: "Reported for 10 or more consecutive connections with one peer, each opened within a second of the one \
           before, if nine in ten carried at most three exchanges. Parallel clients are reported, too, if each \
           opens 10 connections. A mark ends a series, since a program that names its steps may reconnect for \
           each step.",
    cause: "The handshake costs a round trip before the first byte, TLS costs more, and the congestion window \
            starts small. On the side that closes first, a socket stays in TIME_WAIT for a minute. A machine has \
            some 28,000 local ports for one remote address. About 470 new connections a second exhaust them: \
            connects then fail with \"address not available\".",
    cure: "Reuse the connection: HTTP/1.1 keeps it open unless one side sends `Connection: close`, HTTP/2 and gRPC \
           carry all calls on one. Create one reqwest::Client, hyper Client or tonic Channel and clone it, instead \
           of one for each call. Read each response to its end, since a half-read one keeps its connection out of \
           the pool. If the server closes the connections, check for a load tester without keep-alive, HTTP/1.0, \
           or `Connection: close`.",
    requires: Requirement::EveryEvent,
};

/// Maximum number of exchanges on a connection that counts as brief. One HTTP request is one exchange; over
/// HTTP/2, the connection preface adds others.
const FEW_EXCHANGES: u64 = 3;

/// Time in nanoseconds without an open connection to a peer after which the next connection begins a new
/// series.
const PAUSE: u64 = 1_000_000_000;

/// Once this many peers are tracked, the series of peers without open connections are ended, to free memory.
const PEERS: usize = 1_024;

/// Maximum number of findings of this rule. Each reported series of connections is one finding.
const FINDINGS: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Reconnects {
    open: HashMap<SockId, OpenConnection>,
    series: HashMap<Peer, Series>,
    next_cleanup: usize,
    found: Vec<Finding>,
}

/// A connection that has not been closed yet.
#[derive(Debug)]
struct OpenConnection {
    peer: Peer,
    exchanges: u64,
    /// `true` while the client's last request awaits a response.
    awaits_response: bool,
}

impl Rule for Reconnects {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        if matches!(seen.event.op, Op::Mark { .. }) {
            return self.end_series_if(|_| true);
        }
        let Some(socket) = seen.tcp_connection().filter(|_| seen.succeeded()) else { return };
        match &seen.event.op {
            Op::Accept { .. } | Op::Connect { .. } => self.opened(socket, seen.event.t),
            Op::Read(transfer) if transfer.bytes > 0 => self.transferred(socket, Role::Accepted),
            Op::Write(transfer) if transfer.bytes > 0 => self.transferred(socket, Role::Connected),
            Op::Close(close) => self.closed(seen, socket, close.ended_by),
            Op::Release(_) => {
                self.ended(socket.sock, seen.event.t);
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        self.end_series_if(|_| true);
        std::mem::take(&mut self.found)
    }
}

impl Reconnects {
    fn opened(&mut self, socket: &Socket, t: u64) {
        let Some(peer) = peer_of(socket) else { return };
        let is_over = |series: &Series| series.open == 0 && t.saturating_sub(series.last) > PAUSE;
        if self.series.get(&peer).is_some_and(is_over) {
            self.end_series(peer);
        }
        if self.series.len() >= self.next_cleanup.max(PEERS) {
            self.end_idle_series();
        }
        // A malformed trace may open a socket that is already open.
        self.ended(socket.sock, t);
        let series = self.touch_series(peer, t);
        series.open += 1;
        series.most_open = series.most_open.max(series.open);
        self.open.insert(socket.sock, OpenConnection { peer, exchanges: 0, awaits_response: false });
    }

    /// Removes a connection. Returns the series to which it belongs, and the connection's number of
    /// exchanges. `None` if the connection was not open.
    fn ended(&mut self, sock: SockId, t: u64) -> Option<(&mut Series, u64)> {
        let OpenConnection { peer, exchanges, .. } = self.open.remove(&sock)?;
        let series = self.touch_series(peer, t);
        series.open -= 1;
        Some((series, exchanges))
    }

    /// Processes a read or write, and counts an exchange when a request begins. On sockets with the role
    /// `requester`, the bytes belong to a request, on others to a response: `requester` is `Accepted` for a
    /// read, and `Connected` for a write.
    fn transferred(&mut self, socket: &Socket, requester: Role) {
        let Some(connection) = self.open.get_mut(&socket.sock) else { return };
        let is_request = socket.role == Some(requester);
        connection.exchanges += u64::from(is_request && !connection.awaits_response);
        connection.awaits_response = is_request;
    }

    fn closed(&mut self, seen: &ObservedEvent<'_>, socket: &Socket, ended_by: Option<EndedBy>) {
        let Some((series, exchanges)) = self.ended(socket.sock, seen.event.t) else { return };
        series.ended += 1;
        series.ended_by_us += u64::from(ended_by == Some(EndedBy::Local));
        if (1..=FEW_EXCHANGES).contains(&exchanges) {
            series.brief.add(|| Example {
                what: plural(exchanges, "exchange"),
                lines: socket.opening.iter().cloned().chain([Quote::new(seen.line, seen.event)]).collect(),
            });
        }
    }

    fn touch_series(&mut self, peer: Peer, t: u64) -> &mut Series {
        let series = self.series.entry(peer).or_default();
        series.last = t;
        series
    }

    /// Ends the series of all peers without open connections. This cleanup is repeated only when the number
    /// of tracked peers has doubled, so that its cost per connection stays constant.
    fn end_idle_series(&mut self) {
        self.end_series_if(|series| series.open == 0);
        self.next_cleanup = self.series.len() * 2;
    }

    fn end_series_if(&mut self, condition: impl Fn(&Series) -> bool) {
        let ended = self.series.iter().filter(|(_, series)| condition(series));
        let mut peers: Vec<Peer> = ended.map(|(peer, _)| *peer).collect();
        // The order of a hash map varies; the same trace must give the same report.
        peers.sort_unstable();
        for peer in peers {
            self.end_series(peer);
        }
        self.series.retain(|_, series| series.open > 0);
    }

    /// Ends the current series of a peer, and reports it if it is long enough. The next series of the peer
    /// starts with the connections that are still open.
    fn end_series(&mut self, peer: Peer) {
        let Some(series) = self.series.get_mut(&peer) else { return };
        let Series { open, last, .. } = *series;
        let ended = std::mem::replace(series, Series { open, most_open: open, last, ..Series::default() });
        if !ended.is_reportable() || self.found.len() == FINDINGS {
            return;
        }
        let summary = ended.summary(peer);
        self.found.extend(ended.brief.finding(INFO.name, summary));
    }
}

#[cfg(test)]
#[path = "reconnects_tests.rs"]
mod tests;

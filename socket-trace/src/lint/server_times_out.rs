//! Finds servers whose keep-alive timeout is shorter than that of their clients.

use std::collections::HashMap;

use socket_tap::close::{Close, EndedBy};
use socket_tap::event::Op;

use super::finding::{Example, Finding, Quote, Tally, milliseconds};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use super::server_closes::{ServerEndpoint, endpoint_of};
use super::socket::Socket;
use crate::summary::Role;
use crate::why::Cause;

static INFO: RuleInfo = RuleInfo {
    name: "server-keep-alive-too-short",
    title: "the server closes idle connections before its clients do",
    when: "Reported if the server closed 5 or more idle connections, and its clients fewer. Idle is a connection without a read \
           or write for a second before its end, or, in a recording with payload, for the time that the server had announced. \
           Only connections that have carried a response count. Not reported for a shutdown of the server, after which no \
           connection to the same address follows.",
    cause: "The server's keep-alive timeout is shorter than the time for which the client keeps idle connections in its pool. So \
            the pool holds connections that the server is just about to close, and a request that crosses the server's FIN is \
            lost. The server also keeps the connections in TIME_WAIT. Common pairs are Node's 5 seconds behind a load balancer \
            with 60, and hyper's pool with 90.",
    cure: "Let the timeout of the server be longer than that of the client or load balancer in front of it (Node: \
           server.keepAliveTimeout and headersTimeout; nginx: keepalive_timeout; here: --idle-timeout), or shorten the \
           client's (reqwest: pool_idle_timeout).",
    requires: Requirement::EveryEvent,
};

/// The rule reports a server endpoint only if the server closed at least this many idle connections.
const MANY: u64 = 5;

/// Time in nanoseconds without a read or write after which a connection counts as idle.
const IDLE: u64 = 1_000_000_000;

/// Maximum number of server endpoints that are tracked.
const ENDPOINTS: usize = 1_024;

#[derive(Debug, Default)]
pub(super) struct ServerTimesOut {
    endpoints: HashMap<ServerEndpoint, Counts>,
}

/// Counts of the idle connections of one server endpoint that were closed.
#[derive(Debug, Default)]
struct Counts {
    by_server: Tally,
    by_client: u64,
    /// The shortest and the longest idle time of those that the server closed, in nanoseconds.
    idle: Option<(u64, u64)>,
    /// Number of connections that the server closed since the last one was opened: it may be shutting down.
    pending: u64,
}

impl Rule for ServerTimesOut {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn needs_messages(&self) -> bool {
        true
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        let Some(socket) = seen.tcp_connection().filter(|_| seen.succeeded()) else { return };
        let Some(endpoint) = endpoint_of(socket) else { return };
        match &seen.event.op {
            Op::Accept { .. } | Op::Connect { .. } => {
                if let Some(counts) = self.endpoints.get_mut(&endpoint) {
                    counts.pending = 0;
                }
            }
            Op::Close(close) if close.totals.rx > 0 && close.totals.tx > 0 && !close.aborted => {
                self.closed(seen, socket, endpoint, close);
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let mut endpoints: Vec<_> = std::mem::take(&mut self.endpoints).into_iter().collect();
        endpoints.sort_by_key(|(endpoint, counts)| (std::cmp::Reverse(counts.by_server.count), *endpoint));
        endpoints.into_iter().filter_map(|(endpoint, counts)| counts.finding(endpoint)).collect()
    }
}

impl ServerTimesOut {
    fn closed(&mut self, seen: &ObservedEvent<'_>, socket: &Socket, endpoint: ServerEndpoint, close: &Close) {
        let ends = match socket.role {
            Some(Role::Accepted) => (EndedBy::Local, EndedBy::Peer),
            _ => (EndedBy::Peer, EndedBy::Local),
        };
        let is_by_server = close.ended_by == Some(ends.0);
        if !is_by_server && close.ended_by != Some(ends.1) {
            return;
        }
        let fin = if is_by_server == (ends.0 == EndedBy::Local) {
            socket.shut.as_ref()
        } else {
            socket.fin.as_ref()
        };
        let idle = fin.map_or(seen.event.t, |fin| fin.event.t).saturating_sub(socket.last_transfer);
        let is_timeout = match seen.ending.map(|ending| ending.cause) {
            Some(Cause::IdleTimeout) => true,
            None | Some(Cause::Close | Cause::Goaway | Cause::Unknown) => idle >= IDLE,
            _ => false,
        };
        let is_known = self.endpoints.contains_key(&endpoint) || self.endpoints.len() < ENDPOINTS;
        if !is_timeout || !is_known {
            return;
        }
        let counts = self.endpoints.entry(endpoint).or_default();
        if is_by_server {
            let lines = [socket.opening.clone(), fin.cloned(), Some(Quote::new(seen.line, seen.event))];
            counts.closed_by_server(idle, lines.into_iter().flatten().collect());
        } else {
            counts.by_client += 1;
        }
    }
}

impl Counts {
    fn closed_by_server(&mut self, idle: u64, lines: Vec<Quote>) {
        self.pending += 1;
        let (least, most) = self.idle.unwrap_or((idle, idle));
        self.idle = Some((least.min(idle), most.max(idle)));
        self.by_server.add(|| Example {
            what: format!("closed by the server after {} without use", milliseconds(idle)),
            lines,
        });
    }

    fn finding(self, endpoint: ServerEndpoint) -> Option<Finding> {
        let Self { by_server, by_client, idle, pending } = self;
        // All at once and none after them: a shutdown.
        let is_shutdown =
            pending == by_server.count && pending > 0 && idle.is_some_and(|(least, most)| most > 2 * least);
        if by_server.count < MANY || by_server.count <= by_client || is_shutdown {
            return None;
        }
        let (least, most) = idle?;
        let what = format!(
            "The server closed {count} idle connections {endpoint}, after {least} to {most} without use; the clients closed \
             {by_client}.",
            count = by_server.count,
            least = milliseconds(least),
            most = milliseconds(most),
        );
        by_server.finding(INFO.name, what)
    }
}

#[cfg(test)]
#[path = "server_times_out_tests.rs"]
mod tests;

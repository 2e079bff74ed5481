//! Finds clients that reuse a connection that the server has closed.

use std::collections::HashMap;

use socket_dissect::Part;
use socket_tap::event::{Op, SockId};

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use super::socket::Socket;
use crate::summary::Role;
use crate::units::plural;

static INFO: RuleInfo = RuleInfo {
    name: "stale-connection-reused",
    title: "a client sends a request on a pooled connection that the server has closed",
    when: "Reported for a client's connection that had carried at least one response, if the client writes a further request \
           after it has read the server's FIN, or if the request gets a FIN or a reset and no byte of a response. The recording \
           must have payload, in clear. Not reported for the first request of a connection, and for a client that finishes an \
           upload after the FIN.",
    cause: "A server closes a connection when it has been idle for too long, when it shuts down, or after a number of \
            requests. Its FIN and the next request of the client cross each other, or the pool does not notice the FIN, \
            because nobody reads from an idle connection. The request is lost. Whether the server processed it cannot be known \
            without its recording, so that requests that are not idempotent cannot be repeated (RFC 9110, 9.2.2).",
    cure: "Let the pool close idle connections sooner than the server does (reqwest: pool_idle_timeout; hyper-util: \
           Client::builder().pool_idle_timeout), and let it watch idle connections for a FIN, as hyper does. Repeat requests \
           that are idempotent. In a server, announce the timeout: `Keep-Alive: timeout=5` in HTTP/1.1, and a GOAWAY in HTTP/2.",
    requires: Requirement::EveryEvent,
};

#[derive(Debug, Default)]
pub(super) struct StaleConnections {
    open: HashMap<SockId, State>,
    after_fin: Tally,
    lost: Tally,
}

/// State of an open connection of a client.
#[derive(Debug, Default)]
struct State {
    /// The connection has carried a response.
    is_reused: bool,
    /// The write of the first request since the last read.
    request: Option<Quote>,
    /// `true` once the connection is reported, because each connection is reported once.
    is_reported: bool,
}

impl Rule for StaleConnections {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn needs_messages(&self) -> bool {
        true
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        let Some(socket) = seen.socket.filter(|it| it.role == Some(Role::Connected)) else {
            return;
        };
        match (&seen.event.op, &seen.event.error) {
            (Op::Close(_) | Op::Release(_), _) => _ = self.open.remove(&socket.sock),
            (Op::Write(_), None) if begins_request(seen.parts) => self.wrote(seen, socket),
            (Op::Read(read), None) if read.bytes > 0 => {
                let state = self.open.entry(socket.sock).or_default();
                (state.is_reused, state.request) = (true, None);
            }
            (Op::Read(read), None) if read.eof && socket.shut.is_none() => self.ended(seen, socket),
            (Op::Read(_), Some(failure)) if failure.reason == "connection reset" => self.ended(seen, socket),
            _ => {}
        }
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut report = |tally: &mut Tally, what: &str| {
            let what = format!("{} {what}", plural(tally.count, "reused connection"));
            findings.extend(std::mem::take(tally).finding(INFO.name, what));
        };
        report(&mut self.after_fin, "got a request after the server's FIN had been read.");
        report(&mut self.lost, "got a request that was answered by a FIN or a reset.");
        findings
    }
}

impl StaleConnections {
    fn wrote(&mut self, seen: &ObservedEvent<'_>, socket: &Socket) {
        let state = self.open.entry(socket.sock).or_default();
        // A request that began before the FIN may be completed.
        let is_new = state.request.is_none();
        let quote = state.request.get_or_insert_with(|| Quote::new(seen.line, seen.event)).clone();
        let Some(fin) = socket.fin.clone().filter(|_| is_new && state.is_reused) else { return };
        if !std::mem::replace(&mut state.is_reported, true) {
            let what = "the server's FIN, and the request after it".to_owned();
            self.after_fin.add(|| Example { what, lines: vec![fin, quote] });
        }
    }

    fn ended(&mut self, seen: &ObservedEvent<'_>, socket: &Socket) {
        let Some(state) = self.open.get_mut(&socket.sock).filter(|state| state.is_reused) else { return };
        let Some(request) = state.request.take() else { return };
        if !std::mem::replace(&mut state.is_reported, true) {
            let what = "the request, and the server's FIN or reset".to_owned();
            self.lost.add(|| Example { what, lines: vec![request, Quote::new(seen.line, seen.event)] });
        }
    }
}

/// Returns `true` if a request begins, and not only a frame without one, such as SETTINGS.
fn begins_request(parts: &[Part]) -> bool {
    parts
        .iter()
        .any(|part| part.begins && part.call.is_some() && matches!(part.name, "request head" | "HEADERS"))
}

#[cfg(test)]
#[path = "stale_connections_tests.rs"]
mod tests;

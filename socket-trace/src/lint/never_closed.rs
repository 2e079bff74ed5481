//! Finds connections that are still open when the recording ends.

use std::time::Duration;

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use super::socket::Socket;
use crate::units::plural;

static INFO: RuleInfo = RuleInfo {
    name: "connections-never-closed",
    title: "idle connections that are never closed",
    when: "Checked at the end of a complete recording. Reported for connections whose peer finished sending at \
           least a second before the last event and that were idle since, and for connections that were idle for \
           30 seconds (change it with --idle). Connections in use at the end of the recording are not reported.",
    cause: "Each connection holds a file descriptor and its buffers, until the process runs out of descriptors (\"too many \
            open files\"). If the peer has closed, the socket stays in CLOSE_WAIT as long as the program runs: no \
            kernel timeout ends that state. If the peer vanished without a FIN, because of a power cut or an \
            expired NAT entry, the kernel never learns of it.",
    cure: "When a read returns 0 bytes, finish sending and drop the stream. Look for a task that waits for \
           something else while it owns the stream, or a map that keeps it. Against idle and vanished peers, use a \
           timeout around reads (tokio::time::timeout), the server's own (hyper: \
           http1::Builder::header_read_timeout; tonic: Server::http2_keepalive_interval), or TCP keepalive \
           (SO_KEEPALIVE).",
    requires: Requirement::RecordingEnd,
};

/// Default idle time after which an open connection is reported.
pub(super) const IDLE: Duration = Duration::from_secs(30);

/// Idle time after which a connection is reported if the peer has sent a FIN but the program has not closed
/// the socket. If the idle time in the options is shorter, that one applies.
const CLOSE_WAIT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct NeverClosed {
    idle: Duration,
}

impl NeverClosed {
    pub(super) fn new(idle: Duration) -> Self {
        Self { idle }
    }
}

impl Rule for NeverClosed {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn observe(&mut self, _: &ObservedEvent<'_>) {}

    fn finish(&mut self, end: &EndState<'_>) -> Vec<Finding> {
        let mut open: Vec<&Socket> = end.sockets.iter().filter(|socket| socket.is_connection()).collect();
        open.sort_by_key(|socket| socket.sock);
        let (mut half_open, mut idle) = (Tally::default(), Tally::default());
        for socket in open {
            let Some(opening) = &socket.opening else { continue };
            let idle_for = Duration::from_nanos(end.now.saturating_sub(socket.last_activity()));
            let example = |lines: Vec<Quote>| Example {
                what: format!("idle for {:.1} s", idle_for.as_secs_f64()),
                lines,
            };
            match &socket.fin {
                Some(fin) if idle_for >= CLOSE_WAIT.min(self.idle) => {
                    half_open.add(|| example(vec![opening.clone(), fin.clone()]));
                }
                None if idle_for >= self.idle => idle.add(|| example(vec![opening.clone()])),
                _ => {}
            }
        }
        let half_open_summary = format!(
            "{connections} still open at the end of the recording although the peer finished sending (CLOSE_WAIT).",
            connections = plural(half_open.count, "connection")
        );
        let idle_summary = format!(
            "{connections} open at the end of the recording and idle for {seconds} s or longer.",
            connections = plural(idle.count, "connection"),
            seconds = self.idle.as_secs()
        );
        let findings =
            [half_open.finding(INFO.name, half_open_summary), idle.finding(INFO.name, idle_summary)];
        findings.into_iter().flatten().collect()
    }
}

impl Socket {
    /// Returns the time of the socket's last read, write or half-close.
    fn last_activity(&self) -> u64 {
        let at = |quote: &Option<Quote>| quote.as_ref().map_or(0, |quote| quote.event.t);
        self.last_transfer.max(at(&self.fin)).max(at(&self.shut))
    }
}

#[cfg(test)]
#[path = "never_closed_tests.rs"]
mod tests;

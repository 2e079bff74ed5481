//! Connections that are still open when the recording ends.

use std::time::Duration;

use super::finding::{Example, Finding, Quote, Tally, plural};
use super::rule::{About, AtEnd, Needs, Rule, Seen};
use super::socket::Socket;

static ABOUT: About = About {
    name: "connections-never-closed",
    title: "connections that nobody uses and nobody closes",
    when: "At the end of a whole recording: connections whose peer had finished sending at least a second before the \
           last event, and on which nothing happened since; and connections on which nothing happened for 30 seconds \
           (--idle says otherwise). A recording that ends while connections are in use is nothing to speak of.",
    cause: "Each holds a file descriptor and its buffers, until there are no more (\"too many open files\"). When the \
            peer has closed, ours hangs in CLOSE_WAIT for as long as the program runs: no time-out of the kernel ends \
            that. When the peer has vanished without a word, its power cut or its NAT entry gone, nothing ever comes to \
            tell of it.",
    cure: "When a read returns 0 bytes, answer what is left to answer and drop the stream. Look for a task that waits \
           for something else while it owns the stream, or a map that keeps it. Against idle and vanished peers: a \
           time-out around reads (tokio::time::timeout), the server's own (hyper: http1::Builder::header_read_timeout; \
           tonic: Server::http2_keepalive_interval), or TCP keepalive (SO_KEEPALIVE).",
    needs: Needs::TheEnd,
};

/// How long a connection may be idle, unless told otherwise.
pub(super) const IDLE: Duration = Duration::from_secs(30);

/// How long it may stay open after its peer has finished.
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
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn observe(&mut self, _: &Seen<'_>) {}

    fn finish(&mut self, end: &AtEnd<'_>) -> Vec<Finding> {
        let mut open: Vec<&Socket> = end.sockets.iter().filter(|socket| socket.is_connection()).collect();
        open.sort_by_key(|socket| socket.sock);
        let (mut half_open, mut idle) = (Tally::default(), Tally::default());
        for socket in open {
            let Some(opening) = &socket.opening else { continue };
            let quiet = Duration::from_nanos(end.now.saturating_sub(socket.last()));
            let told = |lines: Vec<Quote>| Example {
                what: format!("quiet for {:.1} s", quiet.as_secs_f64()),
                lines,
            };
            match &socket.fin {
                Some(fin) if quiet >= CLOSE_WAIT.min(self.idle) => {
                    half_open.add(|| told(vec![opening.clone(), fin.clone()]));
                }
                None if quiet >= self.idle => idle.add(|| told(vec![opening.clone()])),
                _ => {}
            }
        }
        let hangs = format!(
            "{} that the peer has ended, still open at the end of the recording (CLOSE_WAIT).",
            plural(half_open.count, "connection")
        );
        let idles = format!(
            "{} open at the end of the recording, quiet for {} s or longer.",
            plural(idle.count, "connection"),
            self.idle.as_secs()
        );
        half_open.finding(ABOUT.name, hangs).into_iter().chain(idle.finding(ABOUT.name, idles)).collect()
    }
}

impl Socket {
    /// When anything last happened on it.
    fn last(&self) -> u64 {
        let at = |quote: &Option<Quote>| quote.as_ref().map_or(0, |quote| quote.event.t);
        self.moved.max(at(&self.fin)).max(at(&self.shut))
    }
}

#[cfg(test)]
#[path = "never_closed_tests.rs"]
mod tests;

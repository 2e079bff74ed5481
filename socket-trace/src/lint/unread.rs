//! Finds connections that were closed with unread bytes in the receive buffer.

use socket_tap::event::Op;

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use crate::summary::Role;
use crate::units::plural;

static INFO: RuleInfo = RuleInfo {
    name: "unread-bytes",
    title: "a close with unread bytes: a reset (RST) instead of an orderly close (FIN)",
    when: "Reported for a close that aborted the connection because received bytes were unread (Linux only). Not \
           reported for a client that had shut down its sending side: it has sent everything and needs no response. \
           Not reported for SO_LINGER 0, which requests the reset.",
    cause: "If a program closes a socket that holds unread bytes, the kernel sends a RST instead of a FIN (RFC \
            9293, 3.6.1). The peer sees a connection reset and may lose data in flight, such as the response that \
            gives the reason: an upload refused with 413 and then closed looks like a network failure.",
    cure: "Read to the end of the stream, up to a limit, before dropping it. A server that does not want the rest \
           sends its response, shuts down its sending side (shutdown), reads and discards further bytes for a \
           moment, and then closes (RFC 9112, 9.6). A client cancels with the means of its protocol, such as \
           RST_STREAM of HTTP/2, or reads the response to its end.",
    requires: Requirement::Nothing,
};

#[derive(Debug, Default)]
pub(super) struct Unread {
    aborts: Tally,
    bytes: u64,
}

impl Rule for Unread {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        let (Op::Close(close), Some(socket)) = (&seen.event.op, seen.socket) else { return };
        // A Unix-domain stream has no TCP sample, and aborts only because of unread bytes.
        let unread = close.tcp.as_ref().map_or(1, |tcp| tcp.unread);
        let wants_no_response = socket.role == Some(Role::Connected) && socket.shut.is_some();
        if !close.aborted || unread == 0 || wants_no_response {
            return;
        }
        let bytes = close.tcp.as_ref().map(|tcp| u64::from(tcp.unread));
        self.bytes = self.bytes.saturating_add(bytes.unwrap_or(0));
        self.aborts.add(|| Example {
            what: bytes.map_or_else(|| "bytes unread".to_owned(), |bytes| plural(bytes, "byte") + " unread"),
            lines: socket.opening.iter().cloned().chain([Quote::new(seen.line, seen.event)]).collect(),
        });
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let connections = plural(self.aborts.count, "connection");
        let unread = if self.bytes == 0 { "bytes".to_owned() } else { plural(self.bytes, "byte") };
        let what = format!("{connections} closed with {unread} unread.");
        std::mem::take(&mut self.aborts).finding(INFO.name, what).into_iter().collect()
    }
}

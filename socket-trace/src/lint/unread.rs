//! Connections that are closed while received bytes lie unread.

use socket_tap::event::Op;

use super::finding::{Example, Finding, Quote, Tally, plural};
use super::rule::{About, AtEnd, Needs, Rule, Seen};
use crate::summary::Role;

static ABOUT: About = About {
    name: "unread-bytes",
    title: "a close while received bytes lie unread: a reset (RST) instead of an orderly end (FIN)",
    when: "A close that the recording calls an abort while bytes were unread (Linux only). Silent for a client that had \
           shut down its sending side before: it has said all it had to say, and wants to hear no more. Silent for \
           SO_LINGER 0, which somebody asked for.",
    cause: "When a program closes a socket that holds bytes it has not read, the kernel sends a RST instead of a FIN \
            (RFC 9293, 3.6.1). The other side sees a connection reset, and may lose what was on its way to it, such as an \
            answer that says why: an upload that is refused with 413 and closed looks like a broken network.",
    cure: "Read on until the end of the stream, up to a limit, before the stream is dropped. A server that does not want \
           the rest sends its answer, shuts down its sending side (shutdown), reads and throws away what still comes for \
           a moment, and then closes (RFC 9112, 9.6). A client cancels in the words of its protocol, such as RST_STREAM \
           of HTTP/2, or lets the answer come to its end.",
    needs: Needs::Nothing,
};

#[derive(Debug, Default)]
pub(super) struct Unread {
    aborts: Tally,
    bytes: u64,
}

impl Rule for Unread {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn observe(&mut self, seen: &Seen<'_>) {
        let (Op::Close(close), Some(socket)) = (&seen.event.op, seen.socket) else { return };
        // A Unix-domain stream has no sample, and no other way to abort.
        let unread = close.tcp.as_ref().map_or(1, |tcp| tcp.unread);
        let heard_enough = socket.role == Some(Role::Connected) && socket.shut.is_some();
        if !close.aborted || unread == 0 || heard_enough {
            return;
        }
        let bytes = close.tcp.as_ref().map(|tcp| u64::from(tcp.unread));
        self.bytes = self.bytes.saturating_add(bytes.unwrap_or(0));
        self.aborts.add(|| Example {
            what: bytes.map_or_else(|| "bytes unread".to_owned(), |bytes| plural(bytes, "byte") + " unread"),
            lines: socket.opening.iter().cloned().chain([Quote::new(seen.line, seen.event)]).collect(),
        });
    }

    fn finish(&mut self, _: &AtEnd<'_>) -> Vec<Finding> {
        let connections = plural(self.aborts.count, "connection");
        let unread = if self.bytes == 0 { "bytes".to_owned() } else { plural(self.bytes, "byte") };
        let what = format!("{connections} closed with {unread} unread.");
        std::mem::take(&mut self.aborts).finding(ABOUT.name, what).into_iter().collect()
    }
}

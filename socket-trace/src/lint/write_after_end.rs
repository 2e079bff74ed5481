//! Writes to a peer that has gone.
//!
//! A FIN says that the peer has finished sending; whether it still reads, nobody can know. So an answer that is written
//! after it is fine, unless the peer then tears the connection down: it had closed, and was not only done sending.

use std::collections::HashMap;

use socket_tap::close::{Close, TcpState};
use socket_tap::event::{Failure, Op, SockId};

use super::finding::{Example, Finding, Quote, Tally, plural};
use super::rule::{About, AtEnd, Needs, Rule, Seen};
use super::socket::Socket;
use crate::summary::Role;

static ABOUT: About = About {
    name: "write-after-end",
    title: "a write to a peer that was gone: it is lost",
    when: "A write that fails because the peer reset the connection or closed it (ECONNRESET, EPIPE), or that comes \
           after such an error; writes after the peer's FIN when a reset follows; and a client's request that is \
           answered by a reset. A reset after a FIN is told by no error: that the kernel says CLOSE of a connection that \
           we have not ended shows it (Linux only). Silent for writes after a FIN that go well: the peer has only \
           finished sending and still reads, which is its right (a half-close).",
    cause: "A close looks like a half-close to the other side: a FIN. Only the reset that answers the next write tells \
            that nobody reads any more, and the write after that fails. That writes succeed says only that the kernel \
            took the bytes.",
    cure: "After an error by write or read, drop the connection. After the peer's FIN, stop producing what nobody has \
           asked for, such as a stream of events. When a client's first write after a pause meets a reset, the server \
           had closed the idle connection: let the client's pool drop idle connections sooner than the server \
           does, and repeat what may safely be repeated (RFC 9110, 9.2.2). What a server cannot send to a client that \
           left is no fault of the server.",
    needs: Needs::Nothing,
};

#[derive(Debug, Default)]
pub(super) struct WriteAfterEnd {
    open: HashMap<SockId, State>,
    after_reset: Tally,
    after_fin: Tally,
    refused: Tally,
    unanswered: Tally,
}

/// What has been written on a connection, and what was told of its end.
#[derive(Debug, Default)]
struct State {
    /// The last write that went well, when nothing was read after it.
    written: Option<Quote>,
    /// The first write after the peer's FIN.
    after_fin: Option<Quote>,
    /// The error that told that the connection is gone.
    reset: Option<Quote>,
    /// It has been told of; more of the same is not news.
    told: bool,
}

impl Rule for WriteAfterEnd {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn observe(&mut self, seen: &Seen<'_>) {
        let Some(socket) = seen.socket.filter(|socket| socket.is_connection()) else { return };
        match (&seen.event.op, &seen.event.error) {
            (Op::Close(close), _) => self.closed(seen, socket, close),
            (Op::Release(_), _) => _ = self.open.remove(&socket.sock),
            (Op::Write(_), None) => self.wrote(seen, socket),
            (Op::Read(read), None) if read.bytes > 0 => {
                if let Some(state) = self.open.get_mut(&socket.sock) {
                    state.written = None;
                }
            }
            (Op::Write(_) | Op::Read(_), Some(failure)) if is_reset(failure) => self.met_reset(seen, socket),
            _ => {}
        }
    }

    fn finish(&mut self, _: &AtEnd<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut tell = |tally: &mut Tally, what: &str| {
            let Tally { count, .. } = *tally;
            let what = format!("{} {what}", plural(count, "connection"));
            findings.extend(std::mem::take(tally).finding(ABOUT.name, what));
        };
        tell(&mut self.after_reset, "written to again after an error.");
        tell(&mut self.after_fin, "where the peer had finished, was written to, and reset the connection.");
        tell(
            &mut self.refused,
            "where a write failed: the peer had gone without a word before it had read all.",
        );
        tell(
            &mut self.unanswered,
            "where a request was not answered: the peer had ended the connection, and reset it.",
        );
        findings
    }
}

impl WriteAfterEnd {
    fn wrote(&mut self, seen: &Seen<'_>, socket: &Socket) {
        let state = self.open.entry(socket.sock).or_default();
        let quote = Quote::new(seen.line, seen.event);
        if let Some(reset) = &state.reset {
            if !std::mem::replace(&mut state.told, true) {
                let lines = vec![reset.clone(), quote];
                self.after_reset
                    .add(|| Example { what: "the error, and the write after it".to_owned(), lines });
            }
            return;
        }
        if socket.fin.is_some() && state.after_fin.is_none() {
            state.after_fin = Some(quote.clone());
        }
        state.written = Some(quote);
    }

    fn met_reset(&mut self, seen: &Seen<'_>, socket: &Socket) {
        let state = self.open.entry(socket.sock).or_default();
        let quote = Quote::new(seen.line, seen.event);
        let wrote = matches!(seen.event.op, Op::Write(_));
        let before = state.reset.replace(quote.clone());
        let is_client = socket.role == Some(Role::Connected);
        let (tally, what, lines) = match (before, socket.fin.clone(), state.written.clone()) {
            (Some(before), ..) if wrote => {
                (&mut self.after_reset, "the error, and the write after it", vec![Some(before)])
            }
            (None, Some(fin), _) if wrote || state.after_fin.is_some() => {
                let lines = vec![Some(fin), state.after_fin.clone()];
                (&mut self.after_fin, "the peer's end, what was written then, and what came of it", lines)
            }
            (None, None, written) if wrote => (&mut self.refused, "the write that failed", vec![written]),
            (None, None, Some(written)) if is_client => {
                (&mut self.unanswered, "the request, and the reset", vec![Some(written)])
            }
            _ => return,
        };
        if !std::mem::replace(&mut state.told, true) {
            let lines = lines.into_iter().flatten().chain([quote]).collect();
            tally.add(|| Example { what: what.to_owned(), lines });
        }
    }

    /// After a FIN, Linux tells of a reset by the connection's state alone: reads say end of stream, as before.
    fn closed(&mut self, seen: &Seen<'_>, socket: &Socket, close: &Close) {
        let Some(state) = self.open.remove(&socket.sock).filter(|state| !state.told) else { return };
        let gone =
            close.tcp.as_ref().is_some_and(|tcp| tcp.state == TcpState::Close) && socket.shut.is_none();
        let Some(fin) = socket.fin.clone().filter(|_| gone) else { return };
        let quote = Quote::new(seen.line, seen.event);
        let is_client = socket.role == Some(Role::Connected);
        if let Some(written) = state.after_fin {
            let what = "the peer's end, what was written then, and a close when all was over".to_owned();
            self.after_fin.add(|| Example { what, lines: vec![fin, written, quote] });
        } else if let Some(written) = state.written.filter(|_| is_client) {
            let what = "the request, the peer's end, and a close when all was over".to_owned();
            self.unanswered.add(|| Example { what, lines: vec![written, fin, quote] });
        }
    }
}

/// In the words of `std::io::ErrorKind`: the numbers differ from system to system.
fn is_reset(failure: &Failure) -> bool {
    matches!(&*failure.reason, "connection reset" | "broken pipe")
}

#[cfg(test)]
#[path = "write_after_end_tests.rs"]
mod tests;

//! Finds writes to a peer that has closed its socket.
//!
//! A FIN means only that the peer has finished sending; it may still read. A response written after the FIN
//! is correct, unless the peer then resets the connection: the peer had closed its socket, not only its
//! sending half.

use std::collections::HashMap;

use socket_tap::close::{Close, TcpState};
use socket_tap::event::{Failure, Op, SockId};

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use super::socket::Socket;
use crate::summary::Role;
use crate::units::plural;

static INFO: RuleInfo = RuleInfo {
    name: "write-after-end",
    title: "a write to a peer that has closed the connection: the data is lost",
    when: "Reported for a write that fails because the peer reset or closed the connection (ECONNRESET, EPIPE), \
           for writes after such an error, for writes after the peer's FIN if a reset follows, and for a client's \
           request that gets a reset instead of a response. A reset after a FIN causes no error. It is found \
           only if this side has not shut down the connection: the socket is then in state CLOSE (Linux only). Not \
           reported for writes after a FIN without a reset: the peer has finished sending and still reads, as it \
           may (a half-close).",
    cause: "A peer that closes sends the same FIN as one that only finishes sending. The next write provokes a \
            reset, because the peer's socket is gone. Only the write after that reset fails. A successful write \
            means only that the kernel accepted the bytes.",
    cure: "After a failed read or write, drop the connection. After the peer's FIN, stop sending unrequested data, \
           such as a stream of events. If a client's first write after a pause meets a reset, the server had \
           closed the idle connection: let the client's pool drop idle connections sooner than the server does, \
           and retry requests that are safe to retry (RFC 9110, 9.2.2). A response that a server cannot send to a \
           client that has left is not an error of the server.",
    requires: Requirement::Nothing,
};

#[derive(Debug, Default)]
pub(super) struct WriteAfterEnd {
    open: HashMap<SockId, State>,
    after_reset: Tally,
    after_fin: Tally,
    refused: Tally,
    unanswered: Tally,
}

/// State of a connection: the writes that the peer possibly did not read, and the evidence that the peer has
/// closed its socket.
#[derive(Debug, Default)]
struct State {
    /// The last successful write. `None` if a later read returned data.
    written: Option<Quote>,
    /// The first write after the peer's FIN.
    after_fin: Option<Quote>,
    /// The read or write that failed because the peer had closed its socket.
    reset: Option<Quote>,
    /// `true` once the connection is reported, because each connection is reported once.
    reported: bool,
}

impl Rule for WriteAfterEnd {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
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

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut report = |tally: &mut Tally, what: &str| {
            let Tally { count, .. } = *tally;
            let what = format!("{} {what}", plural(count, "connection"));
            findings.extend(std::mem::take(tally).finding(INFO.name, what));
        };
        report(&mut self.after_reset, "got another write after a failed read or write.");
        report(&mut self.after_fin, "got a write after the peer's FIN, followed by a reset.");
        report(
            &mut self.refused,
            "had a failed write: the peer had closed the connection without reading all data sent to it.",
        );
        report(&mut self.unanswered, "got a reset instead of a response to a request.");
        findings
    }
}

impl WriteAfterEnd {
    fn wrote(&mut self, seen: &ObservedEvent<'_>, socket: &Socket) {
        let state = self.open.entry(socket.sock).or_default();
        let quote = Quote::new(seen.line, seen.event);
        if let Some(reset) = &state.reset {
            if !std::mem::replace(&mut state.reported, true) {
                let lines = vec![reset.clone(), quote];
                self.after_reset.add(|| Example { what: "the error and the next write".to_owned(), lines });
            }
            return;
        }
        if socket.fin.is_some() && state.after_fin.is_none() {
            state.after_fin = Some(quote.clone());
        }
        state.written = Some(quote);
    }

    fn met_reset(&mut self, seen: &ObservedEvent<'_>, socket: &Socket) {
        let state = self.open.entry(socket.sock).or_default();
        let quote = Quote::new(seen.line, seen.event);
        let wrote = matches!(seen.event.op, Op::Write(_));
        let before = state.reset.replace(quote.clone());
        let is_client = socket.role == Some(Role::Connected);
        let (tally, what, lines) = match (before, socket.fin.clone(), state.written.clone()) {
            (Some(before), ..) if wrote => {
                (&mut self.after_reset, "the error and the next write", vec![Some(before)])
            }
            (None, Some(fin), _) if wrote || state.after_fin.is_some() => {
                let lines = vec![Some(fin), state.after_fin.clone()];
                (&mut self.after_fin, "the peer's FIN, the write after it, and the error", lines)
            }
            (None, None, written) if wrote => (&mut self.refused, "the failed write", vec![written]),
            (None, None, Some(written)) if is_client => {
                (&mut self.unanswered, "the request and the reset", vec![Some(written)])
            }
            _ => return,
        };
        if !std::mem::replace(&mut state.reported, true) {
            let lines = lines.into_iter().flatten().chain([quote]).collect();
            tally.add(|| Example { what: what.to_owned(), lines });
        }
    }

    /// Detects at `close` that the peer sent a RST after its FIN. On Linux, only the TCP state in the `close`
    /// event shows this RST: reads keep returning end of stream.
    fn closed(&mut self, seen: &ObservedEvent<'_>, socket: &Socket, close: &Close) {
        let Some(state) = self.open.remove(&socket.sock).filter(|state| !state.reported) else { return };
        let gone =
            close.tcp.as_ref().is_some_and(|tcp| tcp.state == TcpState::Close) && socket.shut.is_none();
        let Some(fin) = socket.fin.clone().filter(|_| gone) else { return };
        let quote = Quote::new(seen.line, seen.event);
        let is_client = socket.role == Some(Role::Connected);
        if let Some(written) = state.after_fin {
            let what =
                "the peer's FIN, the write after it, and the close: its TCP state shows a reset".to_owned();
            self.after_fin.add(|| Example { what, lines: vec![fin, written, quote] });
        } else if let Some(written) = state.written.filter(|_| is_client) {
            let what = "the request, the peer's FIN, and the close: its TCP state shows a reset".to_owned();
            self.unanswered.add(|| Example { what, lines: vec![written, fin, quote] });
        }
    }
}

/// Returns `true` if the error is a connection reset. Compares the text of `std::io::ErrorKind`, since
/// `errno` values differ between systems.
fn is_reset(failure: &Failure) -> bool {
    matches!(&*failure.reason, "connection reset" | "broken pipe")
}

#[cfg(test)]
#[path = "write_after_end_tests.rs"]
mod tests;

//! Finds bursts of RST_STREAM frames.

use std::collections::{HashMap, VecDeque};

use socket_tap::event::{Op, SockId};

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use crate::units::plural;
use crate::why::{BURST, BURST_TIME};

static INFO: RuleInfo = RuleInfo {
    name: "rst-stream-burst",
    title: "a burst of HTTP/2 streams that one side resets",
    when: "Reported for a connection on which one side sends 10 or more RST_STREAM frames within a second. The recording must \
           have payload.",
    cause: "A client that resets a stream has the server work without effect: the request was sent, and often processed. \
            Servers count resets, since an attack consists of them (CVE-2023-44487), and end the connection with \
            ENHANCE_YOUR_CALM, which costs the other calls of the connection. Common reasons are deadlines that are shorter \
            than the response takes, requests that are hedged or cancelled by the hundred, and a subscriber that drops its \
            streams. A server resets bursts of streams if they exceed its limit of concurrent streams (REFUSED_STREAM).",
    cure: "Find the reason of the resets with `socket-trace show --sock N`: the code is beside RST_STREAM. CANCEL: let deadlines \
           be longer than the slowest response, and reduce the load rather than cancel it. REFUSED_STREAM: let the client \
           respect SETTINGS_MAX_CONCURRENT_STREAMS, or open a second connection. INTERNAL_ERROR: look at the server's log.",
    requires: Requirement::Nothing,
};

#[derive(Debug, Default)]
pub(super) struct ResetBursts {
    open: HashMap<SockId, State>,
    bursts: Tally,
    resets: u64,
}

/// The last resets of an open connection: those that it sent, and those that it received.
#[derive(Debug, Default)]
struct State {
    sent: VecDeque<Quote>,
    received: VecDeque<Quote>,
    /// `true` once the connection is reported, because each connection is reported once.
    is_reported: bool,
}

impl Rule for ResetBursts {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn needs_messages(&self) -> bool {
        true
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        let Some(socket) = seen.socket else { return };
        match seen.event.op {
            Op::Close(_) | Op::Release(_) => _ = self.open.remove(&socket.sock),
            Op::Read(_) | Op::Write(_) => {
                let resets = seen.parts.iter().filter(|part| part.name == "RST_STREAM" && part.ends).count();
                for _ in 0..resets {
                    self.reset(seen, socket.sock);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let what = format!(
            "{} with a burst; {} in total on them.",
            plural(self.bursts.count, "connection"),
            plural(self.resets, "RST_STREAM frame")
        );
        std::mem::take(&mut self.bursts).finding(INFO.name, what).into_iter().collect()
    }
}

impl ResetBursts {
    fn reset(&mut self, seen: &ObservedEvent<'_>, sock: SockId) {
        let state = self.open.entry(sock).or_default();
        if state.is_reported {
            self.resets += 1;
            return;
        }
        let is_sent = matches!(seen.event.op, Op::Write(_));
        let (last, who) =
            if is_sent { (&mut state.sent, "this side") } else { (&mut state.received, "the peer") };
        last.push_back(Quote::new(seen.line, seen.event));
        if last.len() > BURST {
            last.pop_front();
        }
        let Some(first) = last.front().filter(|_| last.len() == BURST) else { return };
        let took = seen.event.t.saturating_sub(first.event.t);
        if took > BURST_TIME {
            return;
        }
        self.resets += BURST as u64;
        let lines = [Some(first.clone()), last.back().filter(|last| last.line != first.line).cloned()];
        self.bursts.add(|| Example {
            what: format!("{BURST} RST_STREAM frames of {who} within {}", crate::units::milliseconds(took)),
            lines: lines.into_iter().flatten().collect(),
        });
        *state = State { is_reported: true, ..State::default() };
    }
}

#[cfg(test)]
#[path = "reset_bursts_tests.rs"]
mod tests;

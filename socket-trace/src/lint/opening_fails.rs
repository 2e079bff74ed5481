//! Calls that open a socket, and fail.

use std::collections::BTreeMap;

use socket_tap::event::{Addr, Failure, Op};
use socket_tap::format::text::printable;

use super::finding::{Example, Finding, Quote, Tally, plural};
use super::rule::{About, AtEnd, Needs, Rule, Seen};

static ABOUT: About = About {
    name: "call-that-opens-fails",
    title: "socket, bind, listen, accept or connect fails",
    when: "Each time, grouped by call, error and address. A failed accept is worth a look above all: frameworks keep it \
           to themselves and wait, and all that the clients see is that nobody answers.",
    cause: "The finding says what its error means.",
    cure: "Look at what the error names: the address, the limit, the other machine. A program that retries should wait \
           longer each time, and say that it does. One that serves should say that it cannot accept, and go on.",
    needs: Needs::Nothing,
};

/// Kinds of failure that are told apart; more are counted with the last.
const KINDS: usize = 32;

#[derive(Debug, Default)]
pub(super) struct OpeningFails {
    kinds: BTreeMap<String, Tally>,
}

impl Rule for OpeningFails {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn observe(&mut self, seen: &Seen<'_>) {
        let Some(failure) = &seen.event.error else { return };
        let to = |address: &Option<Addr>| {
            address.as_ref().map(|address| format!(" {address}")).unwrap_or_default()
        };
        let which = match &seen.event.op {
            Op::Connect { peer, .. } => to(peer),
            Op::Bind { local, .. } => to(local),
            Op::Accept { on, .. } => format!(" on #{on}"),
            Op::Socket { .. } | Op::Listen { .. } => String::new(),
            _ => return,
        };
        let kind = printable(&format!("{}{which}: {}", seen.event.op.name(), reason(failure)));
        let kind =
            if self.kinds.len() < KINDS || self.kinds.contains_key(&kind) { kind } else { OTHERS.to_owned() };
        self.kinds.entry(kind).or_default().add(|| Example {
            what: "the call that failed".to_owned(),
            lines: vec![Quote::new(seen.line, seen.event)],
        });
    }

    fn finish(&mut self, _: &AtEnd<'_>) -> Vec<Finding> {
        let mut kinds: Vec<_> = std::mem::take(&mut self.kinds).into_iter().collect();
        kinds.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.count));
        let finding = |(kind, tally): (String, Tally)| {
            let what = format!("{kind}, {}. {}", plural(tally.count, "time"), meaning(&kind));
            tally.finding(ABOUT.name, what)
        };
        kinds.into_iter().filter_map(finding).collect()
    }
}

const OTHERS: &str = "other calls, addresses and errors";

/// In words. What `std::io::ErrorKind` has no word for is looked up by its number.
fn reason(failure: &Failure) -> String {
    match failure.errno {
        Some(23) => "too many open files in the system (ENFILE)".to_owned(),
        Some(24) => "too many open files in this process (EMFILE)".to_owned(),
        _ => failure.to_string(),
    }
}

/// What a failure means, and where to look.
fn meaning(kind: &str) -> &'static str {
    let meanings = [
        (
            "too many open files",
            "Each connection is one: raise the limit (ulimit -n, LimitNOFILE= of systemd), or find what keeps \
             connections open (connections-never-closed).",
        ),
        ("address in use", "Another program listens there, or another run of this one: `ss -tlnp` says who."),
        (
            "address not available",
            "No such address on this machine; or no local port is left, when many connections to it were closed in the \
             last minute (new-connection-for-each-request).",
        ),
        (
            "connection refused",
            "The machine is there, and nothing listens on that address and port. A server on \"localhost\" may listen \
             on only one of 127.0.0.1 and [::1].",
        ),
        ("timed out", "No answer at all: a firewall that drops, or a machine that is off or elsewhere."),
        ("unreachable", "No way there: an address of another network, or no route."),
        ("permission denied", "A port below 1024 for a user who may not, or a policy of the system."),
    ];
    meanings.iter().find(|(error, _)| kind.contains(error)).map_or("", |(_, meaning)| meaning)
}

//! Finds failed socket calls that should have opened a socket.

use std::collections::BTreeMap;

use socket_tap::event::{Addr, Failure, Op};
use socket_tap::format::text::printable;

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use crate::units::plural;

static INFO: RuleInfo = RuleInfo {
    name: "call-that-opens-fails",
    title: "socket, bind, listen, accept or connect fails",
    when: "Reported for each failure, grouped by call, error and address. Failed accepts deserve attention first: \
           frameworks retry them silently, and clients see only a server that does not respond.",
    cause: "Each finding explains the error of its call.",
    cure: "Check what the error names: the address, the limit, the remote machine. A program that retries should \
           back off and log each retry. A server should log that it cannot accept, and keep running.",
    requires: Requirement::Nothing,
};

/// Maximum number of distinct failures (socket call, address and error) that are listed. All others are counted
/// together.
const KINDS: usize = 32;

#[derive(Debug, Default)]
pub(super) struct OpeningFails {
    kinds: BTreeMap<String, Tally>,
}

impl Rule for OpeningFails {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        let Some(failure) = &seen.event.error else { return };
        let to = |address: &Option<Addr>| {
            address.as_ref().map(|address| format!(" {address}")).unwrap_or_default()
        };
        let target = match &seen.event.op {
            Op::Connect { peer, .. } => to(peer),
            Op::Bind { local, .. } => to(local),
            Op::Accept { on, .. } => format!(" on #{on}"),
            Op::Socket { .. } | Op::Listen { .. } => String::new(),
            _ => return,
        };
        let kind = printable(&format!("{}{target}: {}", seen.event.op.name(), reason(failure)));
        let kind =
            if self.kinds.len() < KINDS || self.kinds.contains_key(&kind) { kind } else { OTHERS.to_owned() };
        self.kinds.entry(kind).or_default().add(|| Example {
            what: "the failed call".to_owned(),
            lines: vec![Quote::new(seen.line, seen.event)],
        });
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let mut kinds: Vec<_> = std::mem::take(&mut self.kinds).into_iter().collect();
        kinds.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.count));
        let finding = |(kind, tally): (String, Tally)| {
            let what = format!("{kind}, {}. {}", plural(tally.count, "time"), explanation(&kind));
            tally.finding(INFO.name, what)
        };
        kinds.into_iter().filter_map(finding).collect()
    }
}

const OTHERS: &str = "other failed calls";

/// Describes the error of a failed socket call. Errors that `std::io::ErrorKind` has no name for are
/// described by `errno`.
fn reason(failure: &Failure) -> String {
    match failure.errno {
        Some(23) => "too many open files in the system (ENFILE)".to_owned(),
        Some(24) => "too many open files in this process (EMFILE)".to_owned(),
        _ => failure.to_string(),
    }
}

/// Explains the error in `kind`, such as `connect 127.0.0.1:80: connection refused`, and names the first thing
/// to check. Returns an empty string for any other error.
fn explanation(kind: &str) -> &'static str {
    let explanations = [
        (
            "too many open files",
            "Each connection uses a descriptor: raise the limit (ulimit -n, LimitNOFILE= of systemd), or find what \
             keeps connections open (see the rule connections-never-closed).",
        ),
        (
            "address in use",
            "Another program, or another instance of this one, listens there: `ss -tlnp` shows which.",
        ),
        (
            "address not available",
            "This machine does not have the local address. Or no local port is free, because many connections to \
             the remote address were closed in the last minute (see the rule new-connection-for-each-request).",
        ),
        (
            "connection refused",
            "The machine is up, but nothing listens on that address and port. A server on \"localhost\" may listen \
             on only one of 127.0.0.1 and [::1].",
        ),
        (
            "timed out",
            "The machine did not respond: a firewall drops the packets, the machine is down, or it \
             has another address.",
        ),
        (
            "unreachable",
            "This machine has no route to the address: check the address, and whether the network or VPN to it is \
             connected.",
        ),
        (
            "permission denied",
            "The user may not bind a port below 1024, or a policy of the system forbids the call.",
        ),
    ];
    explanations.iter().find(|(error, _)| kind.contains(error)).map_or("", |(_, explanation)| explanation)
}

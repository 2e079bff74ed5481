//! The words for calls, and their order in a list.

use socket_tap::event::{Event, Op};
use socket_tap::format::text::printable;

/// The kinds of calls in the order of a connection's life.
const ORDER: [&str; 11] = [
    "socket", "bind", "listen", "connect", "accept", "adopt", "write", "read", "shutdown", "close", "release",
];

/// Returns the kind of a call.
pub(super) fn kind(event: &Event) -> String {
    let name = printable(event.op.name());
    match &event.op {
        _ if event.error.is_some() => format!("{name} failed"),
        Op::Read(transfer) if transfer.eof => "read 0 B".to_owned(),
        _ => name,
    }
}

/// Returns a number of calls with their kind: `write`, `2 writes`.
pub(super) fn counted(kind: &str, count: u64) -> String {
    match (kind, count) {
        (_, 1) => kind.to_owned(),
        ("read 0 B", _) => format!("{count} reads of 0 B"),
        _ if kind.contains(' ') => format!("{count} × {kind}"),
        _ => format!("{count} {kind}s"),
    }
}

/// Returns the calls of which the kinds consist, without repetitions, in the order of a connection's life.
pub(super) fn in_order<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<&str> =
        kinds.into_iter().map(|kind| if kind == "read 0 B" { "read" } else { kind }).collect();
    let position = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
    names.sort_by_key(|name| (position(name), *name));
    names.dedup();
    names.into_iter().map(str::to_owned).collect()
}

//! Texts that describe single events, without time and socket number.

use std::fmt::Write as _;

use super::columns::push_number;
use super::printable::printable;
use crate::close::{Close, EndedBy, Totals};
use crate::event::{Addr, Datagram, Gap, Op, Transfer};

pub(super) fn fd(op: &Op) -> Option<i32> {
    match op {
        Op::Socket { fd, .. } | Op::Accept { fd, .. } | Op::Adopt { fd, .. } => *fd,
        _ => None,
    }
}

pub(super) fn or_unknown(address: Option<&Addr>) -> String {
    address.map_or_else(|| "?".to_owned(), |address| printable(&address.to_string()))
}

/// Returns the address to which a failed operation referred, with a space after it.
pub(super) fn destination(op: &Op) -> String {
    match op {
        Op::Connect { peer, .. } => format!("{} ", or_unknown(peer.as_ref())),
        Op::Bind { local } => format!("{} ", or_unknown(local.as_ref())),
        Op::SendTo(Datagram { peer: Some(peer), .. }) => format!("→ {} ", or_unknown(Some(peer))),
        _ => String::new(),
    }
}

/// Appends the size of a read or write: `85 B in 2 slices`.
pub(super) fn push_moved(transfer: &Transfer, out: &mut String) {
    // Almost every line has this text, and `format!` takes several times as long.
    push_number(transfer.bytes, out);
    out.push_str(" B");
    if let Some(slices) = transfer.slices {
        out.push_str(" in ");
        push_number(slices.into(), out);
        out.push_str(if slices == 1 { " slice" } else { " slices" });
    }
}

/// Describes an adopted stream or socket: `tls stream over #2, ? ↔ 127.0.0.1:51234`.
pub(super) fn adopted(op: &Op) -> String {
    let Op::Adopt { domain, kind, on, local, peer, .. } = op else {
        return String::new();
    };
    let mut text = printable(&format!("{domain} {kind}"));
    if let Some(below) = on {
        let _ = write!(text, " over #{below}");
    }
    match (local, peer) {
        (None, None) => {}
        (Some(local), None) => _ = write!(text, ", {}", or_unknown(Some(local))),
        (local, peer) => {
            _ = write!(text, ", {} ↔ {}", or_unknown(local.as_ref()), or_unknown(peer.as_ref()));
        }
    }
    text
}

pub(super) fn received(datagram: &Datagram) -> String {
    let mut text = format!("{} B ← {}", datagram.bytes, or_unknown(datagram.peer.as_ref()));
    match (datagram.truncated, datagram.length) {
        (true, Some(length)) => _ = write!(text, "   truncated from {length} B"),
        (true, None) => text.push_str("   truncated"),
        (false, _) => {}
    }
    text
}

pub(super) fn ended(close: &Close, began: Option<u64>, t: u64) -> String {
    let ended_by = match close.ended_by {
        // A listener, or a datagram socket without datagrams.
        None if close.totals.is_empty() => return String::new(),
        None => {
            let Totals { rx, tx, reads, writes } = close.totals;
            let plural = if reads == 1 { "" } else { "s" };
            return format!("received {rx} B in {reads} datagram{plural}, sent {tx} B in {writes}");
        }
        Some(EndedBy::Local) => "ended by us",
        Some(EndedBy::Peer) => "ended by the peer",
        Some(EndedBy::Reset) => "reset by the peer (RST)",
        Some(EndedBy::Error) => "ended by an error",
    };
    let errno = close.errno.map_or_else(String::new, |errno| format!(" (errno {errno})"));
    let aborted = if close.aborted { ", aborted by this side (RST)" } else { "" };
    format!("{}{ended_by}{errno}{aborted}", went_through(close, began, t))
}

pub(super) fn released(close: &Close, began: Option<u64>, t: u64) -> String {
    format!("{}stays open, no longer recorded", went_through(close, began, t))
}

/// Formats the time from `since` to `t` in milliseconds: `0.23 ms`. Both are in nanoseconds.
#[expect(clippy::cast_precision_loss, reason = "only two decimals of the milliseconds are shown")]
pub(super) fn milliseconds(t: u64, since: u64) -> String {
    format!("{:.2} ms", t.saturating_sub(since) as f64 / 1e6)
}

/// Formats the bytes and the duration of a closed connection: `85 B in, 175 B out, 0.23 ms, `.
pub(super) fn went_through(close: &Close, began: Option<u64>, t: u64) -> String {
    let lived = began.map_or_else(String::new, |began| format!("{}, ", milliseconds(t, began)));
    format!("{} B in, {} B out, {lived}", close.totals.rx, close.totals.tx)
}

pub(super) fn missing(gap: &Gap) -> String {
    let Gap { reads, writes, rx, tx, others, connections, payloads } = gap;
    let mut text = format!("dropped {reads} reads ({rx} B), {writes} writes ({tx} B)");
    for (count, what) in
        [(others, "other events"), (connections, "whole connections"), (payloads, "payloads")]
    {
        if *count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    text
}

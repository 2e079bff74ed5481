//! A recording for the eye: one line for each event.
//!
//! ```text
//!   3.201112  #2 accept    127.0.0.1:3000 ← 127.0.0.1:51234            fd 11
//!   3.201160  #2 read      85 B
//!   3.201240  #2 write     175 B in 2 slices
//! ```

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crate::close::{Close, EndedBy, Totals};
use crate::event::{Addr, Datagram, Domain, Event, Gap, Op, SockId, SocketKind, Transfer};

/// Writes events as lines. It remembers when each connection began, to say how long it lived.
#[derive(Debug, Default)]
pub struct Lines {
    label: Option<String>,
    color: bool,
    time_offset: u64,
    began: HashMap<Option<SockId>, u64>,
    /// Streams that are no sockets: above TLS, a shutdown is an alert and the end of the stream no FIN.
    above: HashSet<Option<SockId>>,
}

impl Lines {
    /// Plain lines.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a name in front of each line, to tell several recordings apart.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Colours the operations with ANSI escapes.
    #[must_use]
    pub fn color(mut self, color: bool) -> Self {
        self.color = color;
        self
    }

    /// Counts time from `ns` before the recording began: the zero of another recording that is shown with it.
    pub fn set_time_offset(&mut self, ns: u64) {
        self.time_offset = ns;
    }

    /// Appends the event's line, with its newline. The line of a `connect` has the time when it returned, and how long it
    /// took.
    pub fn push(&mut self, event: &Event, out: &mut String) {
        self.push_at(event.t, event, out);
    }

    /// Does the same as [`push`](Self::push), with a time that is not the event's own: `t` nanoseconds since the recording
    /// began. A reader that orders events by when they began gives a `connect` that time.
    pub fn push_at(&mut self, t: u64, event: &Event, out: &mut String) {
        if let Some(label) = &self.label {
            let _ = write!(out, "{label:<8}");
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "{:>10} ", seconds(self.time_offset.saturating_add(t)));
        let name = event.op.name();
        if let Op::Mark { label } = &event.op {
            let (on, off) = self.paint(name);
            let _ = writeln!(out, "    {on}── {}{off}", printable(label));
            return;
        }
        let sock = event.sock.map_or_else(String::new, |sock| format!("#{sock}"));
        let (on, off) = self.paint(name);
        let _ = write!(out, "{sock:>4} {on}{:<9}{off} ", printable(name));
        let detail = printable(&self.detail(event));
        match fd(&event.op) {
            Some(fd) => _ = write!(out, "{detail:<44} fd {fd}"),
            None => out.push_str(&detail),
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }

    fn detail(&mut self, event: &Event) -> String {
        if let Some(error) = &event.error {
            let peer = match &event.op {
                Op::Connect { peer, .. } => format!("{} ", or_unknown(peer.as_ref())),
                Op::Bind { local } => format!("{} ", or_unknown(local.as_ref())),
                Op::SendTo(Datagram { peer: Some(peer), .. }) => format!("→ {} ", or_unknown(Some(peer))),
                _ => String::new(),
            };
            return format!("{peer}failed: {error}");
        }
        match &event.op {
            Op::Socket { domain, kind, .. } => {
                let protocol = match kind {
                    SocketKind::Stream if domain.is_ip() => "tcp",
                    SocketKind::Datagram if domain.is_ip() => "udp",
                    other => other.as_str(),
                };
                format!("{protocol} {domain}")
            }
            Op::Option { name, value } => format!("{name} {value}"),
            Op::Bind { local } => or_unknown(local.as_ref()),
            Op::Listen { backlog } => format!("backlog {backlog}"),
            Op::Accept { local, peer, .. } => {
                self.began.insert(event.sock, event.t);
                format!("{} ← {}", or_unknown(local.as_ref()), or_unknown(peer.as_ref()))
            }
            Op::Connect { local, peer, began } => {
                self.began.insert(event.sock, event.t);
                let took =
                    began.map_or_else(String::new, |began| format!("   in {}", milliseconds(event.t, began)));
                format!("{} → {}{took}", or_unknown(local.as_ref()), or_unknown(peer.as_ref()))
            }
            Op::Adopt { domain, .. } => {
                self.began.insert(event.sock, event.t);
                if !domain.is_ip() && *domain != Domain::Unix {
                    self.above.insert(event.sock);
                }
                adopted(&event.op)
            }
            Op::Read(transfer) if transfer.eof => {
                let fin = if self.above.contains(&event.sock) { "" } else { " (FIN)" };
                format!("0 B   the peer has finished sending{fin}")
            }
            Op::Read(transfer) | Op::Write(transfer) => moved(transfer),
            Op::SendTo(Datagram { bytes, peer, .. }) => {
                let to =
                    peer.as_ref().map_or_else(String::new, |peer| format!(" → {}", or_unknown(Some(peer))));
                format!("{bytes} B{to}")
            }
            Op::RecvFrom(datagram) => received(datagram),
            Op::Shutdown if self.above.contains(&event.sock) => "write".to_owned(),
            Op::Shutdown => "write (our FIN)".to_owned(),
            Op::Close(close) => ended(close, self.forget(event), event.t),
            Op::Release(close) => released(close, self.forget(event), event.t),
            Op::Gap(gap) => missing(gap),
            Op::Mark { .. } => String::new(),
            Op::Unknown { .. } => "(an operation that this version does not know)".to_owned(),
        }
    }

    /// Forgets the stream that has ended, and returns when it began.
    fn forget(&mut self, event: &Event) -> Option<u64> {
        self.above.remove(&event.sock);
        self.began.remove(&event.sock)
    }

    fn paint(&self, name: &str) -> (&'static str, &'static str) {
        if !self.color {
            return ("", "");
        }
        let on = match name {
            "accept" | "connect" | "adopt" => "\x1b[32m",
            "read" | "recvfrom" => "\x1b[36m",
            "write" | "sendto" => "\x1b[33m",
            "shutdown" | "close" | "release" => "\x1b[35m",
            "mark" => "\x1b[1m",
            "gap" => "\x1b[31m",
            _ => "\x1b[34m",
        };
        (on, "\x1b[0m")
    }
}

/// Seconds with microseconds, the way that packet captures show time.
#[must_use]
pub fn seconds(ns: u64) -> String {
    let us = ns / 1_000;
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

fn fd(op: &Op) -> Option<i32> {
    match op {
        Op::Socket { fd, .. } | Op::Accept { fd, .. } | Op::Adopt { fd, .. } => *fd,
        _ => None,
    }
}

fn or_unknown(address: Option<&Addr>) -> String {
    address.map_or_else(|| "?".to_owned(), |address| printable(&address.to_string()))
}

fn moved(transfer: &Transfer) -> String {
    match transfer {
        Transfer { bytes, slices: Some(1), .. } => format!("{bytes} B in 1 slice"),
        Transfer { bytes, slices: Some(slices), .. } => format!("{bytes} B in {slices} slices"),
        Transfer { bytes, .. } => format!("{bytes} B"),
    }
}

/// `tls stream over #2, ? ← 127.0.0.1:51234`
fn adopted(op: &Op) -> String {
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

fn received(datagram: &Datagram) -> String {
    let mut text = format!("{} B ← {}", datagram.bytes, or_unknown(datagram.peer.as_ref()));
    match (datagram.truncated, datagram.length) {
        (true, Some(length)) => _ = write!(text, "   cut, it was {length} B"),
        (true, None) => text.push_str("   cut, it was longer"),
        (false, _) => {}
    }
    text
}

fn ended(close: &Close, began: Option<u64>, t: u64) -> String {
    let ended_by = match close.ended_by {
        // A datagram socket, or one that carried nothing.
        None if close.totals.is_empty() => return String::new(),
        None => {
            let Totals { rx, tx, reads, writes } = close.totals;
            let plural = if reads == 1 { "" } else { "s" };
            return format!("{rx} B in {reads} datagram{plural}, {tx} B out in {writes}");
        }
        Some(EndedBy::Local) => "ended by us",
        Some(EndedBy::Peer) => "ended by the peer",
        Some(EndedBy::Reset) => "reset by the peer (RST)",
        Some(EndedBy::Error) => "ended by an error",
    };
    let errno = close.errno.map_or_else(String::new, |errno| format!(" (errno {errno})"));
    let aborted = if close.aborted { ", our close was an abort (RST)" } else { "" };
    format!("{}{ended_by}{errno}{aborted}", went_through(close, began, t))
}

fn released(close: &Close, began: Option<u64>, t: u64) -> String {
    format!("{}goes on without the tap", went_through(close, began, t))
}

/// The time from one moment to a later one: `0.23 ms`.
#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
fn milliseconds(t: u64, since: u64) -> String {
    format!("{:.2} ms", t.saturating_sub(since) as f64 / 1e6)
}

/// `85 B in, 175 B out, 0.23 ms, `
fn went_through(close: &Close, began: Option<u64>, t: u64) -> String {
    let lived = began.map_or_else(String::new, |began| format!("{}, ", milliseconds(t, began)));
    format!("{} B in, {} B out, {lived}", close.totals.rx, close.totals.tx)
}

fn missing(gap: &Gap) -> String {
    let Gap { reads, writes, rx, tx, others, connections, payloads } = gap;
    let mut text = format!("no room for {reads} reads ({rx} B), {writes} writes ({tx} B)");
    for (count, what) in
        [(others, "other events"), (connections, "whole connections"), (payloads, "payloads")]
    {
        if *count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    text
}

/// The text without anything that steers a terminal or begins a line: a trace comes from outside.
///
/// ```
/// assert_eq!(socket_tap::format::text::printable("gone\x1b[2J"), "gone\u{fffd}[2J");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(feature = "file")]
#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;

//! Formats events as text for a terminal, one line per event:
//!
//! ```text
//!   3.201112  #2 accept    127.0.0.1:3000 ← 127.0.0.1:51234            fd 11
//!   3.201160  #2 read      85 B
//!   3.201240  #2 write     175 B in 2 slices
//! ```

mod columns;
mod describe;
mod describe_tcp;
mod packet;
mod printable;
mod sequence_numbers;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crate::event::{Datagram, Domain, Event, Op, SockId, SocketKind};
pub use columns::seconds;
pub use packet::contents;
pub use sequence_numbers::{Number, Numbers, SequenceNumbers};

use columns::{push_left, push_time, push_time_and_sock};
use describe::{
    adopted, destination, ended, fd, milliseconds, missing, or_unknown, push_moved, received, released,
};
use describe_tcp::{sampled, syn_fields};
pub use printable::{is_printable, printable, push_printable};

/// A formatter that turns events into lines of text. It remembers when each connection began, to show its
/// duration.
#[derive(Debug, Default)]
pub struct Lines {
    label: Option<String>,
    color: bool,
    time_offset: u64,
    began: HashMap<Option<SockId>, u64>,
    /// Numbers of the open streams that are not sockets, such as TLS streams. Such a stream has no FIN of its
    /// own, so the lines of its shutdown and its end do not mention one.
    above: HashSet<Option<SockId>>,
    numbers: SequenceNumbers,
    /// The description of the current event. Kept for its memory.
    detail: String,
}

impl Lines {
    /// Creates a formatter that shows neither a label nor colors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a label at the beginning of each line, to distinguish several recordings.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Turns ANSI colors on or off.
    #[must_use]
    pub fn color(mut self, color: bool) -> Self {
        self.color = color;
        self
    }

    /// Sets a number of nanoseconds that the formatter adds to the time of each event. With it, several
    /// recordings that began at different times can be shown on one time line.
    pub fn set_time_offset(&mut self, ns: u64) {
        self.time_offset = ns;
    }

    /// Appends the line of the event to `out`, with a newline. A `connect` is shown with the time at which it
    /// returned, and its duration.
    pub fn push(&mut self, event: &Event, out: &mut String) {
        self.push_at(event.t, event, out);
    }

    /// Appends the line of the event like [`push`](Self::push), but shows the time `t`, in nanoseconds since
    /// the recording began. For example, it can show a `connect` at the time at which it began.
    pub fn push_at(&mut self, t: u64, event: &Event, out: &mut String) {
        let mut detail = std::mem::take(&mut self.detail);
        detail.clear();
        self.push_detail(event, &mut detail);
        self.push_described(t, event, &detail, out);
        self.detail = detail;
    }

    /// Appends the line of the event like [`push_at`](Self::push_at), but with `detail` as the description of its
    /// arguments and results.
    pub fn push_described(&mut self, t: u64, event: &Event, detail: &str, out: &mut String) {
        if let Some(label) = &self.label {
            let _ = write!(out, "{label:<8}");
        }
        let (t, name) = (self.time_offset.saturating_add(t), event.op.name());
        let (on, off) = self.paint(name);
        if let Op::Mark { label } = &event.op {
            push_time(t, out);
            let _ = writeln!(out, "    {on}── {}{off}", printable(label));
            return;
        }
        push_time_and_sock(t, event.sock, out);
        out.push_str(on);
        push_left(name, 9, out);
        out.extend([off, " "]);
        match fd(&event.op) {
            // Writing to a String cannot fail.
            Some(fd) => _ = write!(out, "{:<44} fd {fd}", printable(detail)),
            None => push_printable(detail, out),
        }
        if let Op::Accept { syn: Some(syn), .. } = &event.op {
            let _ = write!(out, "   {}", syn_fields(syn));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }

    /// Appends the arguments and results of the event.
    fn push_detail(&mut self, event: &Event, out: &mut String) {
        // Writing to a String cannot fail.
        _ = match (&event.op, &event.error) {
            (op, Some(error)) => write!(out, "{}failed: {error}", destination(op)),
            (Op::Read(transfer), _) if transfer.eof => {
                let fin = if self.above.contains(&event.sock) { "" } else { " (FIN)" };
                write!(out, "0 B   the peer has finished sending{fin}")
            }
            (Op::Read(transfer) | Op::Write(transfer), _) => {
                push_moved(transfer, out);
                Ok(())
            }
            _ => out.write_str(&self.detail(event)),
        };
    }

    /// Describes a successful event that is neither a read nor a write.
    fn detail(&mut self, event: &Event) -> String {
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
            Op::SendTo(Datagram { bytes, peer, .. }) => {
                let to =
                    peer.as_ref().map_or_else(String::new, |peer| format!(" → {}", or_unknown(Some(peer))));
                format!("{bytes} B{to}")
            }
            Op::RecvFrom(datagram) => received(datagram),
            Op::Shutdown if self.above.contains(&event.sock) => "write".to_owned(),
            Op::Shutdown => "write (our FIN)".to_owned(),
            Op::TcpInfo(sample) => sampled(sample),
            Op::Close(close) => ended(close, self.forget(event), event.t),
            Op::Release(close) => released(close, self.forget(event), event.t),
            Op::Gap(gap) => missing(gap),
            Op::Packet(packet) => packet::packet(packet, event.t, &mut self.numbers),
            Op::Unknown { .. } => "(unknown operation, of a newer version)".to_owned(),
            Op::Read(_) | Op::Write(_) | Op::Mark { .. } => String::new(),
        }
    }

    /// Forgets the stream of a `close` or `release` event, and returns the time at which the stream began.
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

#[cfg(feature = "file")]
#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;

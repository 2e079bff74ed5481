//! Text of a packet.

use std::fmt::Write as _;

use super::describe::{milliseconds, or_unknown};
use super::{SequenceNumbers, printable};
use crate::event::{Fate, Packet};

/// Describes a packet that was sent at `t`, with its addresses: `10.77.0.1:41000 → 10.77.0.2:3000  SYN  seq 0`.
pub(super) fn packet(packet: &Packet, t: u64, numbers: &mut SequenceNumbers) -> String {
    let (from, to) = (or_unknown(Some(&packet.from)), or_unknown(Some(&packet.to)));
    format!("{from} → {to}  {}", contents(packet, t, numbers))
}

/// Describes a packet that was sent at `t`, without its addresses: flags, numbers and options, payload bytes, and
/// what became of it.
///
/// ```
/// use socket_tap::event::{DropReason, Packet, Protocol, Segment, TcpFlags};
/// use socket_tap::format::text::{SequenceNumbers, contents};
///
/// let mut syn = Segment::new(TcpFlags::SYN, 7_000);
/// (syn.window, syn.mss) = (64_240, Some(1_460));
/// let [from, to] = ["10.77.0.1:41000", "10.77.0.2:3000"].map(str::parse::<std::net::SocketAddr>);
/// let packet = Packet::new(from?, to?, Protocol::Tcp).with_segment(syn).dropped(DropReason::Loss);
/// let text = contents(&packet, 0, &mut SequenceNumbers::default());
/// assert_eq!(text, "SYN  seq 0  win 64240  mss 1460  dropped: loss");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[must_use]
pub fn contents(packet: &Packet, t: u64, numbers: &mut SequenceNumbers) -> String {
    let mut text = match (&packet.segment, numbers.observe(packet)) {
        (Some(segment), Some(numbers)) => {
            let flags =
                if segment.flags.is_empty() { "no flags".to_owned() } else { segment.flags.to_string() };
            let mut text = format!("{flags}  seq {}", numbers.seq);
            if let Some(ack) = numbers.ack {
                let _ = write!(text, "  ack {ack}");
            }
            let _ = write!(text, "  win {}", numbers.window);
            if let Some(mss) = segment.mss {
                let _ = write!(text, "  mss {mss}");
            }
            for (left, right) in &numbers.sack {
                let _ = write!(text, "  sack {left}-{right}");
            }
            text
        }
        _ => printable(packet.protocol.as_str()),
    };
    if packet.bytes > 0 || packet.segment.is_none() {
        let _ = write!(text, "  {} B", packet.bytes);
    }
    if packet.retransmission == Some(true) {
        text.push_str("  retransmission");
    }
    match &packet.fate {
        Some(Fate::Dropped) => text.push_str("  dropped"),
        Some(Fate::Duplicated) => text.push_str("  duplicate"),
        Some(Fate::Other(fate)) => _ = write!(text, "  {}", printable(fate)),
        Some(Fate::Delivered) | None => {}
    }
    if let Some(reason) = &packet.reason {
        let _ = write!(text, ": {}", printable(reason.as_str()));
    }
    if let Some(arrived) = packet.arrived {
        let _ = write!(text, "  in {}", milliseconds(arrived, t));
    }
    text
}

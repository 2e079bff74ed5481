//! The packets of a connection in a sequence diagram.

use std::fmt::Write as _;

use serde::Serialize;
use socket_tap::event::{Fate, Op, Packet as Recorded};
use socket_tap::format::Side;
use socket_tap::format::text::{SequenceNumbers, printable};

use crate::timeline::AnnotatedEvent;
#[cfg(doc)]
use crate::timeline::NumberedPacket;

/// A packet in a sequence diagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Packet {
    /// Number of the packet on its connection, from 1.
    pub number: u64,
    /// Side that sent the packet: client or server.
    #[serde(serialize_with = "crate::summary::json::side")]
    pub from: Side,
    /// Time on the time line at which the sender's kernel passed the packet to the network, in nanoseconds.
    pub at: u64,
    /// Time on the time line at which the receiver's kernel got the packet. `None` if unknown or dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrived: Option<u64>,
    /// Flags, and numbers that count from the SYN of their direction: `PSH ACK seq 1 ack 1 40 B`.
    pub text: String,
    /// Number of payload bytes.
    pub bytes: u64,
    /// Treatment by the network and its reason: `dropped: loss`. `None` if the packet was delivered or this is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fate: Option<String>,
    /// `true` if the network dropped the packet.
    pub is_dropped: bool,
    /// `true` if the packet is a retransmission, or a copy that the network made.
    pub is_repetition: bool,
    /// Number of the last earlier packet with the first sequence number of this one, if this one is a repetition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u64>,
    /// `true` if a retransmission was not needed; see [`NumberedPacket::is_spurious`].
    #[serde(rename = "spurious", skip_serializing_if = "std::ops::Not::not")]
    pub is_spurious: bool,
}

impl Packet {
    /// Returns the label of the packet's arrow: its number, flags and sequence numbers, the packet that it
    /// repeats, and its fate.
    pub(super) fn label(&self) -> String {
        let repeats = match (self.is_repetition, self.repeats) {
            (true, Some(number)) if self.is_spurious => format!(" (repeats {number}, spurious)"),
            (true, Some(number)) => format!(" (repeats {number})"),
            (true, None) => " (retransmission)".to_owned(),
            (false, _) => String::new(),
        };
        let fate = self.fate.as_ref().map(|fate| format!(", {fate}")).unwrap_or_default();
        format!("{}{repeats} {}{fate}", self.number, self.text)
    }
}

/// Collects the packets of one connection.
#[derive(Debug, Default)]
pub(super) struct PacketLog {
    packets: Vec<Packet>,
    numbers: SequenceNumbers,
    more: u64,
}

impl PacketLog {
    /// Adds a packet that `from` sent. Only counts it if there are `max` packets.
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent, from: Side, max: usize) {
        let (event, at) = (&annotated.timed.event, annotated.timed.at);
        let (Op::Packet(packet), Some(numbered)) = (&event.op, annotated.packet) else { return };
        if self.more > 0 || self.packets.len() >= max {
            self.more += 1;
            return;
        }
        let fate = packet.fate.as_ref().filter(|fate| **fate != Fate::Delivered).map(|fate| {
            let reason = packet.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            printable(&format!("{fate}{reason}"))
        });
        let is_repetition = packet.retransmission == Some(true) || packet.fate == Some(Fate::Duplicated);
        let text = header_text(packet, &mut self.numbers);
        self.packets.push(Packet {
            number: numbered.number,
            from,
            at,
            arrived: packet.arrived.map(|arrived| at.saturating_add(arrived.saturating_sub(event.t))),
            text,
            bytes: packet.bytes,
            fate,
            is_dropped: packet.fate == Some(Fate::Dropped),
            is_repetition,
            repeats: numbered.repeats,
            is_spurious: numbered.is_spurious,
        });
    }

    /// Returns the packets, and the number of packets that were only counted.
    pub(super) fn into_packets(self) -> (Vec<Packet>, u64) {
        (self.packets, self.more)
    }
}

/// Returns the flags of a packet, its numbers, which count from the SYN of their direction, and the length of its
/// payload: `PSH ACK seq 1 ack 1 40 B`. Packets must be passed in the order of their time.
pub(crate) fn header_text(packet: &Recorded, numbers: &mut SequenceNumbers) -> String {
    let (Some(segment), Some(numbers)) = (&packet.segment, numbers.observe(packet)) else {
        return format!("{} {} B", printable(packet.protocol.as_str()), packet.bytes);
    };
    let mut text = format!("{} seq {}", segment.flags, numbers.seq);
    if let Some(ack) = numbers.ack {
        let _ = write!(text, " ack {ack}");
    }
    for (left, right) in &numbers.sack {
        let _ = write!(text, " sack {left}-{right}");
    }
    if let Some(mss) = segment.mss {
        let _ = write!(text, " mss {mss}");
    }
    if packet.bytes > 0 {
        let _ = write!(text, " {} B", packet.bytes);
    }
    text
}

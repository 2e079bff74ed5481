//! A socket call or a packet of a connection, as text.

use socket_tap::event::{Fate, Packet};
use socket_tap::format::Side;
use socket_tap::format::text::{SequenceNumbers, printable};

use crate::sequence::Call;
use crate::sequence::packet::header_text;
use crate::show::description::{describe, truncate};
use crate::story::Phase;
use crate::timeline::{AnnotatedEvent, NumberedPacket};

/// Maximum number of columns of a description.
const MAX_TEXT: usize = 160;

/// A socket call or a packet of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Time on the time line, in nanoseconds.
    pub at: u64,
    /// Side that made the socket call, or sent the packet.
    pub side: Side,
    /// Phase of the connection.
    pub phase: Phase,
    /// `None` for a socket call. For a packet, `true` if the network dropped it.
    pub is_dropped: Option<bool>,
    /// The socket call: `write 85 B`; or the number of the packet: `5 again 4 →`.
    pub text: String,
    /// Description of the transferred data, the headers of the packet, or the peer's address if the call opens the
    /// connection.
    pub carries: String,
    /// Numbers of the API calls to which it belongs.
    pub(super) calls: Vec<u64>,
}

impl Step {
    /// Describes a socket call of one side.
    pub(super) fn of_call(annotated: &AnnotatedEvent, side: Side, phase: Phase) -> Self {
        let carried = truncate(&describe(&annotated.parts), MAX_TEXT);
        let call = Call::of(&annotated.timed.event, side, annotated.timed.at, carried, true);
        let mut calls: Vec<u64> = annotated.parts.iter().filter_map(|part| part.call).collect();
        calls.dedup();
        let text = truncate(&call.text, MAX_TEXT);
        // A call that opens the connection transfers no data, but has an address.
        let carries = if call.carried.is_empty() { truncate(&call.detail, MAX_TEXT) } else { call.carried };
        Self { at: call.at, side, phase, is_dropped: None, text, carries, calls }
    }

    /// Describes a packet, which belongs to the phase and the API calls of the socket call before it.
    pub(super) fn of_packet(
        annotated: &AnnotatedEvent,
        (packet, numbered): (&Packet, NumberedPacket),
        numbers: &mut SequenceNumbers,
        (phase, calls): (Phase, Vec<u64>),
    ) -> Self {
        let again = numbered.repeats.map_or_else(String::new, |repeated| format!(" again {repeated}"));
        let number = format!("{}{again}", numbered.number);
        let is_dropped = packet.fate == Some(Fate::Dropped);
        let (side, text) = match (annotated.is_to_server(), is_dropped) {
            (true, false) => (Side::Client, format!("{number} →")),
            (true, true) => (Side::Client, format!("{number} →✕")),
            (false, false) => (Side::Server, format!("← {number}")),
            (false, true) => (Side::Server, format!("✕← {number}")),
        };
        let carries =
            truncate(&format!("{}{}", header_text(packet, numbers), fate(annotated, packet)), MAX_TEXT);
        Self { at: annotated.timed.at, side, phase, is_dropped: Some(is_dropped), text, carries, calls }
    }
}

/// Returns what became of a packet: the time that it took, or the reason for its loss.
fn fate(annotated: &AnnotatedEvent, packet: &Packet) -> String {
    if packet.fate == Some(Fate::Dropped) {
        let reason = packet.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        return printable(&format!(", dropped{reason}"));
    }
    packet.arrived.map_or_else(String::new, |arrived| {
        format!(", in {:.2} ms", arrived.saturating_sub(annotated.timed.event.t) as f64 / 1e6)
    })
}

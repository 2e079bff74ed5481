//! Converts a packet's record to an event of a recording.

use socket_tap::event::{Addr, DropReason, Event, Op, Packet, Protocol};
use wire::packet::Transport;
use wire::{Fate, Record};

/// Returns the event of a packet in a recording that began at `origin` on the monotonic clock, in nanoseconds. The
/// event contains up to `capture` bytes of the packet. `None` if the packet is no readable IP packet.
pub(super) fn packet_event(record: &Record, origin: u64, capture: usize) -> Option<Event> {
    let parsed = record.packet.as_ref().ok()?;
    let (from, to) = parsed.sockets().map_or_else(
        || (Addr::Other(parsed.from.to_string()), Addr::Other(parsed.to.to_string())),
        |(from, to)| (Addr::Ip(from), Addr::Ip(to)),
    );
    let mut packet = Packet::new(from, to, protocol(&parsed.transport))
        .with_bytes(parsed.payload() as u64)
        .with_length(record.bytes.len() as u64);
    if let Some(tcp) = parsed.tcp() {
        packet = packet.with_segment(tcp.segment.clone()).with_retransmission(record.is_retransmission);
    }
    let arrived = record.delivered.map(|time| time.saturating_sub(origin));
    packet = match (record.fate, arrived) {
        (Fate::Delivered, Some(arrived)) => packet.delivered(arrived),
        (Fate::Duplicated, Some(arrived)) => packet.duplicated(arrived),
        (Fate::Dropped(reason), _) => packet.dropped(drop_reason(reason)),
        // It was in flight when the network ended.
        _ => packet,
    };
    if let Some(data) = record.bytes.get(..capture.min(record.bytes.len())).filter(|data| !data.is_empty()) {
        packet = packet.with_data(data);
    }
    Some(Event::new(record.sent.saturating_sub(origin), None, Op::Packet(Box::new(packet))))
}

fn protocol(transport: &Transport) -> Protocol {
    match transport {
        Transport::Tcp(_) => Protocol::Tcp,
        Transport::Udp(_) => Protocol::Udp,
        Transport::Icmp(_) => Protocol::Icmp,
        Transport::Fragment { protocol: 17, .. } => Protocol::Udp,
        Transport::Fragment { protocol, .. } | Transport::Other { protocol, .. } => {
            Protocol::from(format!("ip-{protocol}"))
        }
        _ => Protocol::from("unknown"),
    }
}

fn drop_reason(reason: wire::DropReason) -> DropReason {
    match reason {
        wire::DropReason::Loss | wire::DropReason::Rule => DropReason::Loss,
        wire::DropReason::Queue => DropReason::Queue,
        _ => DropReason::from("rejected"),
    }
}

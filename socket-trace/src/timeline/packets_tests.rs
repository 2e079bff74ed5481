use socket_tap::event::{Addr, DropReason, Protocol, Segment};
use socket_tap::format::Side;

use super::*;

const CLIENT: &str = "10.77.0.1:41000";
const SERVER: &str = "10.77.0.2:3000";

/// The packets of one connection. Each is delivered 20 after it was sent, unless the test says otherwise.
struct Packets(PacketNumbers);

impl Packets {
    fn new() -> Self {
        Self(PacketNumbers::default())
    }

    fn observe(&mut self, t: u64, packet: &Packet) -> NumberedPacket {
        self.observe_on(1, t, packet)
    }

    fn observe_on(&mut self, number: u64, t: u64, packet: &Packet) -> NumberedPacket {
        let address = |text: &str| Some(text.parse::<Addr>().unwrap());
        let connection = Connection {
            number,
            side: Side::Wire,
            local: address(CLIENT),
            peer: address(SERVER),
            other: None,
        };
        self.0.observe(&connection, packet, t)
    }

    /// Sends bytes to the server, from the sequence number `seq` on.
    fn data(&mut self, t: u64, (seq, bytes): (u32, u64)) -> NumberedPacket {
        self.observe(t, &data(seq, bytes).delivered(t + 20))
    }

    fn lost(&mut self, t: u64, (seq, bytes): (u32, u64)) -> NumberedPacket {
        self.observe(t, &data(seq, bytes).dropped(DropReason::Loss))
    }

    fn again(&mut self, t: u64, (seq, bytes): (u32, u64)) -> NumberedPacket {
        self.observe(t, &data(seq, bytes).delivered(t + 20).with_retransmission(true))
    }

    fn ack(&mut self, t: u64, number: u32, sack: &[(u32, u32)]) {
        let mut segment = Segment::new(TcpFlags::default(), 1).with_ack(number);
        segment.sack = sack.to_vec();
        self.observe(t, &packet(SERVER, CLIENT, segment).dropped(DropReason::Loss));
    }
}

fn packet(from: &str, to: &str, segment: Segment) -> Packet {
    let [from, to]: [Addr; 2] = [from, to].map(|address| address.parse().unwrap());
    Packet::new(from, to, Protocol::Tcp).with_segment(segment)
}

fn data(seq: u32, bytes: u64) -> Packet {
    packet(CLIENT, SERVER, Segment::new(TcpFlags::PSH, seq)).with_bytes(bytes)
}

#[test]
fn retransmission_repeats_the_last_packet_with_its_first_number() {
    let mut packets = Packets::new();
    packets.data(0, (100, 10));
    packets.lost(1, (110, 10));
    packets.lost(2, (120, 10));
    let first = packets.again(300, (110, 20));
    assert_eq!((first.number, first.repeats), (4, Some(2)));
    assert_eq!(packets.again(900, (110, 20)).repeats, Some(4));
}

#[test]
fn retransmitted_syn_repeats_the_first() {
    let mut packets = Packets::new();
    let syn = || packet(CLIENT, SERVER, Segment::new(TcpFlags::SYN, u32::MAX));
    packets.observe(0, &syn().dropped(DropReason::Loss));
    let again = packets.observe(1_000, &syn().delivered(1_020).with_retransmission(true));
    assert_eq!((again.repeats, again.is_spurious), (Some(1), false));
}

#[test]
fn retransmission_of_a_packet_in_flight_is_spurious() {
    let mut packets = Packets::new();
    packets.data(0, (100, 10));
    assert!(packets.again(19, (100, 10)).is_spurious);
}

#[test]
fn retransmission_of_an_acknowledged_packet_is_spurious_although_the_ack_was_lost() {
    let mut packets = Packets::new();
    packets.data(0, (100, 10));
    packets.ack(20, 110, &[]);
    assert!(packets.again(300, (100, 10)).is_spurious);
}

#[test]
fn retransmission_of_a_selectively_acknowledged_packet_is_spurious() {
    let mut packets = Packets::new();
    packets.lost(0, (100, 10));
    packets.data(1, (110, 10));
    packets.ack(21, 100, &[(110, 120)]);
    assert!(packets.again(300, (110, 10)).is_spurious);
    assert!(!packets.again(301, (100, 10)).is_spurious);
}

#[test]
fn retransmission_of_what_the_receiver_ignored_is_needed() {
    let mut packets = Packets::new();
    packets.data(0, (100, 10));
    assert!(!packets.again(300, (100, 10)).is_spurious, "delivered, but not acknowledged");
}

#[test]
fn retransmission_is_needed_if_a_part_of_it_was_lost() {
    let mut packets = Packets::new();
    packets.data(0, (100, 10));
    packets.lost(1, (110, 10));
    packets.ack(21, 110, &[]);
    assert!(!packets.again(300, (100, 20)).is_spurious);
}

#[test]
fn copy_made_by_the_network_repeats_its_original_and_is_not_spurious() {
    let mut packets = Packets::new();
    packets.data(0, (100, 10));
    let copy = packets.observe(0, &data(100, 10).duplicated(25));
    assert_eq!((copy.repeats, copy.is_spurious), (Some(1), false));
}

#[test]
fn kept_packets_are_bounded() {
    let mut packets = Packets::new();
    for number in 0..100_000 {
        packets.lost(0, (number, 1));
    }
    assert_eq!(packets.0.connections[&1].to_server.sent.len(), MAX_PACKETS);
    packets.ack(1, 100_000, &[]);
    assert_eq!(packets.0.connections[&1].to_server.sent.len(), ACKNOWLEDGED);
}

#[test]
fn packets_larger_than_ip_packets_are_ignored() {
    let mut packets = Packets::new();
    let late = |seq, bytes| data(seq, bytes).delivered(1_000_000);
    packets.observe(0, &packet(CLIENT, SERVER, Segment::new(TcpFlags::SYN, u32::MAX)).delivered(20));
    packets.observe(1, &late(0, 0xB000_0000));
    packets.observe(2, &late(0xA000_0000, 0x6000_003C));
    let again = packets.again(3, (10, 100));
    assert_eq!((again.repeats, again.is_spurious), (None, false));
}

#[test]
fn search_ends_if_packets_span_all_numbers() {
    let sent =
        |first, length| Sent { number: 1, span: Span { first, length }, arrived: Some(9), is_sacked: false };
    let mut direction = Direction::default();
    direction.add(sent(0, 0xB000_0000));
    direction.add(sent(0xA000_0000, 0x6000_003C));
    assert!(direction.has_reached(Span { first: 10, length: 100 }, 3));
}

#[test]
fn long_connection_keeps_its_numbers_among_many_short_ones() {
    let mut packets = Packets::new();
    for short in 0..2_000 {
        packets.observe_on(2 + short, short, &data(100, 10).delivered(short + 20));
        assert_eq!(packets.data(short, (100, 10)).number, short + 1);
    }
    assert_eq!(packets.0.connections.len(), MAX_CONNECTIONS);
}

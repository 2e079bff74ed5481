use socket_tap::event::{DropReason, Segment, TcpFlags};

use super::*;

/// One-way delay.
const DELAY: u64 = 20;

/// The packets of one connection.
#[derive(Default)]
struct Packets(Vec<SeenPacket>);

impl Packets {
    fn add(&mut self, sent: u64, to_server: bool, (seq, bytes, ack): (u32, u64, u32)) -> &mut SeenPacket {
        self.0.push(SeenPacket {
            to_server,
            client: ([10, 77, 0, 1], 41_000).into(),
            sent,
            arrived: Some(sent + DELAY),
            dropped: None,
            is_copy: false,
            payload: bytes,
            length: bytes + 52,
            segment: Some(Segment::new(TcpFlags::default(), seq).with_ack(ack)),
            is_retransmission: false,
            number: None,
            repeats: None,
        });
        self.0.last_mut().unwrap()
    }

    fn client_sends(&mut self, sent: u64, numbers: (u32, u64, u32)) -> &mut SeenPacket {
        self.add(sent, true, numbers)
    }

    fn server_sends(&mut self, sent: u64, numbers: (u32, u64, u32)) -> &mut SeenPacket {
        self.add(sent, false, numbers)
    }

    fn client_loses(&mut self, sent: u64, numbers: (u32, u64, u32)) {
        let packet = self.client_sends(sent, numbers);
        (packet.arrived, packet.dropped) = (None, Some(DropReason::Loss));
    }

    /// Returns the longest chain until a time.
    fn chain(&self, until: u64) -> Chain {
        longest_chain(&self.0, 0, until)
    }
}

#[test]
fn request_and_response_are_a_round_trip() {
    let mut packets = Packets::default();
    packets.client_sends(0, (1, 40, 1));
    packets.server_sends(21, (1, 80, 41));
    assert_eq!(packets.chain(41), Chain { packets: 2, in_flight_ns: 2 * DELAY });
    assert_eq!(packets.chain(40), Chain::default(), "the response has not arrived");
}

#[test]
fn segments_sent_together_count_once_in_the_chain() {
    let mut packets = Packets::default();
    packets.client_sends(0, (1, 40, 1));
    packets.client_sends(1, (41, 40, 1));
    packets.server_sends(22, (1, 80, 81));
    assert_eq!(packets.chain(42).round_trips(), 1);
}

/// The second segment arrives, and its acknowledgment repeats that of the first. It shows that a segment is missing, but
/// the response does not follow it: it follows the lost segment.
#[test]
fn loss_of_a_segment_adds_no_round_trip() {
    let mut packets = Packets::default();
    packets.client_loses(0, (1, 40, 1));
    packets.client_sends(1, (41, 40, 1));
    packets.server_sends(21, (1, 0, 1));
    packets.server_sends(22, (1, 0, 1));
    packets.client_sends(42, (1, 40, 1)).is_retransmission = true;
    packets.server_sends(62, (1, 80, 81));
    let chain = packets.chain(82);
    assert_eq!(chain, Chain { packets: 2, in_flight_ns: 2 * DELAY });
}

#[test]
fn data_counts_once_the_hole_before_is_filled() {
    let mut packets = Packets::default();
    packets.client_sends(0, (1, 10, 1));
    packets.client_loses(1, (11, 10, 1));
    packets.server_sends(20, (1, 10, 11));
    // The server cannot read it yet, and it acknowledges nothing new.
    packets.client_sends(40, (21, 10, 1));
    packets.server_sends(61, (11, 10, 11));
    packets.client_sends(200, (11, 10, 1)).is_retransmission = true;
    packets.server_sends(220, (21, 10, 31));
    assert_eq!(packets.chain(90).packets, 2, "the packet at 61 follows the first one only");
    assert_eq!(packets.chain(240).packets, 4, "the packet at 220 follows the one at 40");
}

#[test]
fn spurious_retransmission_adds_no_round_trip() {
    let mut packets = Packets::default();
    packets.client_sends(0, (1, 40, 1));
    packets.client_sends(30, (1, 40, 1)).is_retransmission = true;
    packets.server_sends(35, (1, 80, 41));
    packets.server_sends(51, (81, 10, 41));
    assert_eq!(packets.chain(80), Chain { packets: 2, in_flight_ns: 2 * DELAY });
}

use etherparse::PacketBuilder;

use super::*;
use crate::packet::Transport;

/// Returns a segment from port 40000 with the sequence number `seq`.
fn segment(seq: u32, syn: bool, payload: usize) -> Packet {
    let mut builder = PacketBuilder::ipv4([10, 77, 0, 1], [10, 77, 0, 2], 64).tcp(40_000, 3_000, seq, 100);
    if syn {
        builder = builder.syn();
    } else {
        builder = builder.ack(1);
    }
    let mut bytes = Vec::new();
    builder.write(&mut bytes, &vec![0; payload]).unwrap();
    Packet::parse(&bytes).unwrap()
}

fn retransmissions(segments: &[(u32, bool, usize)]) -> Vec<bool> {
    let mut flows = Retransmissions::default();
    segments.iter().map(|(seq, syn, payload)| flows.observe(&segment(*seq, *syn, *payload))).collect()
}

#[test]
fn repeated_sequence_numbers_are_a_retransmission() {
    let segments = [(100, true, 0), (101, false, 0), (101, false, 10), (111, false, 10), (101, false, 10)];
    assert_eq!(retransmissions(&segments), [false, false, false, false, true]);
}

#[test]
fn partial_overlap_is_a_retransmission() {
    assert_eq!(retransmissions(&[(1, false, 10), (6, false, 20), (26, false, 1)]), [false, true, false]);
}

#[test]
fn empty_segment_is_no_retransmission() {
    // A keep-alive probe has the number before the next one, and no payload.
    assert_eq!(retransmissions(&[(1, false, 10), (10, false, 0)]), [false, false]);
}

#[test]
fn only_a_syn_with_another_number_opens_a_connection() {
    assert_eq!(
        retransmissions(&[(9, true, 0), (9, true, 0), (3, true, 0), (4, false, 5)]),
        [false, true, false, false]
    );
}

#[test]
fn sequence_numbers_wrap_around() {
    let near_end = u32::MAX - 4;
    assert_eq!(
        retransmissions(&[(near_end, false, 10), (5, false, 10), (near_end, false, 10)]),
        [false, false, true]
    );
}

#[test]
fn number_of_flows_is_bounded() {
    let mut flows = Retransmissions::default();
    let mut from_port = |port: usize| {
        let mut packet = segment(1, false, 10);
        match &mut packet.transport {
            Transport::Tcp(tcp) => tcp.from_port = u16::try_from(port).unwrap(),
            other => panic!("{other:?}"),
        }
        flows.observe(&packet)
    };
    for port in 1..4 * MAX_RECENT {
        assert!(!from_port(port));
        // A flow that has packets is not forgotten.
        assert_eq!(from_port(0), port > 1);
    }
    assert!(flows.recent.len() <= MAX_RECENT && flows.older.len() <= MAX_RECENT);
}

/// Returns a segment with a timestamp.
fn stamped(seq: u32, payload: usize, value: u32) -> Packet {
    let mut packet = segment(seq, false, payload);
    match &mut packet.transport {
        Transport::Tcp(tcp) => tcp.segment.timestamps = Some((value, 0)),
        other => panic!("{other:?}"),
    }
    packet
}

#[test]
fn segment_that_fills_a_gap_may_be_new() {
    assert_eq!(
        retransmissions(&[(0, true, 0), (1, false, 10), (21, false, 10), (11, false, 10), (11, false, 10)]),
        [false, false, false, false, true]
    );
}

#[test]
fn timestamp_shows_that_a_gap_was_filled_later() {
    for (value, expected) in [(8, true), (7, false), (6, false)] {
        let mut flows = Retransmissions::default();
        let segments = [stamped(1, 10, 7), stamped(21, 10, 7), stamped(11, 10, value)];
        let found: Vec<bool> = segments.iter().map(|segment| flows.observe(segment)).collect();
        assert_eq!(found, [false, false, expected]);
    }
}

#[test]
fn data_before_the_first_segment_may_be_new() {
    assert_eq!(retransmissions(&[(100, false, 10), (50, false, 10), (55, false, 10)]), [false, false, true]);
}

#[test]
fn number_of_gaps_is_bounded() {
    let mut flows = Retransmissions::default();
    flows.observe(&segment(0, true, 0));
    for number in 1..500 {
        assert!(!flows.observe(&segment(number * 20, false, 10)));
    }
    assert!(flows.recent.values().all(|flow| flow.gaps.len() == MAX_GAPS));
    // What lies between joined gaps is unknown, not repeated.
    assert!(!flows.observe(&segment(20, false, 10)));
    assert!(flows.observe(&segment(499 * 20, false, 10)));
}

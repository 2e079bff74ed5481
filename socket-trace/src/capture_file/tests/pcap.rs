//! Files of the older format.

use socket_tap::format::{Clock, Side};

use crate::capture_file::byte_order::ByteOrder::{Big, Little};
use crate::capture_file::fixture::{Writer, all_events, ethernet, numbers, packet, packets, segment};

const ETHERNET: u32 = 1;

#[test]
fn both_byte_orders_and_both_units_are_read() {
    for order in [Little, Big] {
        for (magic, fraction) in [(0xa1b2_c3d4, 5), (0xa1b2_3c4d, 5_000)] {
            let writer = Writer(order);
            let frame = ethernet(&[], &segment(9, b"hello"));
            let file = [
                writer.pcap(magic, ETHERNET),
                writer.record((1_700_000_000, 0), &frame, frame.len()),
                writer.record((1_700_000_000, fraction), &frame, frame.len()),
            ]
            .concat();
            let events = all_events(&file);
            assert_eq!(events.iter().map(|event| event.t).collect::<Vec<_>>(), [0, 5_000]);
            assert_eq!(numbers(&events), [9, 9]);
        }
    }
}

#[test]
fn packet_has_the_fields_of_its_headers() {
    let writer = Writer(Little);
    let frame = ethernet(&[], &segment(9, b"hello"));
    let file = [writer.pcap(0xa1b2_c3d4, ETHERNET), writer.record((1, 0), &frame, frame.len())].concat();
    let events = all_events(&file);
    let packet = packet(&events[0]);
    assert_eq!(
        (packet.from.to_string().as_str(), packet.to.to_string().as_str()),
        ("10.0.0.1:40000", "10.0.0.2:80")
    );
    let segment = packet.segment.as_ref().unwrap();
    assert_eq!((segment.flags.to_string().as_str(), segment.ack, segment.window), ("ACK", Some(7), 502));
    assert_eq!((packet.bytes, packet.length), (5, 45));
    // What the capture does not show is unknown.
    assert_eq!((&packet.fate, packet.arrived, packet.retransmission), (&None, None, None));
    assert_eq!(packet.data.as_deref(), Some(&frame[14..]));
}

#[test]
fn header_has_start_and_realtime_clock() {
    let writer = Writer(Little);
    let frame = ethernet(&[], &segment(9, b""));
    let file = [writer.pcap(0xa1b2_c3d4, ETHERNET), writer.record((2, 3), &frame, frame.len())].concat();
    let packets = packets(&file).unwrap();
    let header = packets.header();
    assert_eq!((header.name.as_str(), header.side, header.clock), ("shop", Side::Wire, Clock::Realtime));
    assert_eq!(
        (header.started.as_str(), header.monotonic_ns),
        ("1970-01-01T00:00:02.000003000Z", 2_000_003_000)
    );
    assert_eq!(header.capture, 65_535);
}

#[test]
fn cut_frame_has_the_lengths_on_the_network() {
    let writer = Writer(Little);
    let frame = ethernet(&[], &segment(9, &[b'x'; 1_000]));
    let file =
        [writer.pcap(0xa1b2_c3d4, ETHERNET), writer.record((1, 0), &frame[..60], frame.len())].concat();
    let events = all_events(&file);
    let packet = packet(&events[0]);
    assert_eq!((packet.bytes, packet.length), (1_000, 1_040));
    assert_eq!(packet.data.as_deref(), Some(&frame[14..60]));
}

#[test]
fn padding_of_a_short_frame_is_no_payload() {
    let writer = Writer(Little);
    let mut frame = ethernet(&[], &segment(9, b"hi"));
    frame.resize(60, 0);
    let file = [writer.pcap(0xa1b2_c3d4, ETHERNET), writer.record((1, 0), &frame, frame.len())].concat();
    let events = all_events(&file);
    let packet = packet(&events[0]);
    assert_eq!((packet.bytes, packet.length, packet.data.as_ref().unwrap().len()), (2, 42, 42));
}

#[test]
fn packets_are_sorted_by_time() {
    let writer = Writer(Little);
    let record = |second: u32| {
        let frame = ethernet(&[], &segment(second, b"x"));
        writer.record((second, 0), &frame, frame.len())
    };
    let file = [writer.pcap(0xa1b2_c3d4, ETHERNET), record(5), record(3), record(4)].concat();
    let events = all_events(&file);
    assert_eq!(numbers(&events), [3, 4, 5]);
    assert_eq!(events[0].t, 0);
}

/// `tcpdump -i any` captures a packet of the loopback interface when it is sent and when it is received.
#[test]
fn packet_captured_in_two_directions_is_imported_once() {
    let writer = Writer(Little);
    let frame = |direction: u8, seq: u32| {
        let mut header = [0; 16];
        (header[1], header[14]) = (direction, 8);
        [header.as_slice(), &segment(seq, b"hello")].concat()
    };
    let mut file = writer.pcap(0xa1b2_c3d4, 113);
    for (direction, seq) in [(4, 10), (0, 10), (4, 15), (0, 15), (4, 10), (0, 10)] {
        let frame = frame(direction, seq);
        file.extend(writer.record((1, 0), &frame, frame.len()));
    }
    let mut packets = packets(&file).unwrap();
    let events: Vec<_> = std::iter::from_fn(|| packets.next_event().unwrap()).collect();
    assert_eq!((numbers(&events), packets.notes().copies), (vec![10, 15, 10], 3));
    assert_eq!(packet(&events[2]).retransmission, Some(true));
}

#[test]
fn repeated_segment_is_a_retransmission() {
    let writer = Writer(Little);
    let record = |second: u32, seq: u32| {
        let frame = ethernet(&[], &segment(seq, b"hello"));
        writer.record((second, 0), &frame, frame.len())
    };
    let file = [writer.pcap(0xa1b2_c3d4, ETHERNET), record(1, 10), record(2, 15), record(3, 10)].concat();
    let events = all_events(&file);
    let marked: Vec<_> = events.iter().map(|event| packet(event).retransmission).collect();
    assert_eq!(marked, [None, None, Some(true)]);
}

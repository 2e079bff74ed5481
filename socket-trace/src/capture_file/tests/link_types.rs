//! Link types and the IP packets in their frames.

use etherparse::PacketBuilder;
use socket_tap::event::Protocol;

use crate::capture_file::byte_order::ByteOrder::Little;
use crate::capture_file::error::Problem;
use crate::capture_file::fixture::{Writer, all_events, ethernet, events, packet, packets, segment};

/// Returns a capture of one frame.
fn file(link: u32, frame: &[u8]) -> Vec<u8> {
    let writer = Writer(Little);
    [writer.pcap(0xa1b2_c3d4, link), writer.record((1, 0), frame, frame.len())].concat()
}

/// A segment over IPv6 with a hop-by-hop header and destination options.
fn ipv6_with_extensions() -> Vec<u8> {
    let builder = PacketBuilder::ipv6([1; 16], [2; 16], 64).tcp(40_000, 80, 9, 502);
    let mut plain = vec![0; builder.size(5)];
    builder.write_to_slice(&mut plain, b"hello").unwrap();
    let extension = |next: u8| [next, 0, 1, 4, 0, 0, 0, 0];
    let mut bytes = [&plain[..40], &extension(60), &extension(6), &plain[40..]].concat();
    bytes[6] = 0;
    bytes[5] += 16;
    bytes
}

#[test]
fn ip_packet_is_found_in_each_link_type() {
    let ip = segment(9, b"hello");
    let cooked = |length: usize, at: usize| {
        let mut header = vec![0; length];
        header[at..at + 2].copy_from_slice(&[8, 0]);
        [header, ip.clone()].concat()
    };
    let family = |family: [u8; 4]| [family.as_slice(), ip.as_slice()].concat();
    let tag = [0x81, 0, 0, 7];
    for (link, frame) in [
        (1, ethernet(&[], &ip)),
        (1, ethernet(&[tag], &ip)),
        (1, ethernet(&[[0x88, 0xa8, 0, 9], tag], &ip)),
        (113, cooked(16, 14)),
        (276, cooked(20, 0)),
        (101, ip.clone()),
        (12, ip.clone()),
        (228, ip.clone()),
        (0, family([2, 0, 0, 0])),
        (0, family([0, 0, 0, 2])),
        (108, family([0, 0, 0, 2])),
    ] {
        let events = all_events(&file(link, &frame));
        assert_eq!((events.len(), packet(&events[0]).bytes), (1, 5), "{link}");
        assert_eq!(packet(&events[0]).data.as_deref(), Some(ip.as_slice()), "{link}");
    }
}

#[test]
fn extension_headers_are_passed() {
    let frame = ethernet(&[], &ipv6_with_extensions());
    let events = all_events(&file(1, &frame));
    let packet = packet(&events[0]);
    assert_eq!((packet.segment.as_ref().unwrap().seq, packet.bytes, packet.length), (9, 5, 81));
}

#[test]
fn later_fragment_has_no_ports() {
    let mut bytes = segment(9, b"hello");
    bytes[7] = 1;
    let events = all_events(&file(101, &bytes));
    let packet = packet(&events[0]);
    assert_eq!((&packet.protocol, &packet.segment), (&Protocol::Tcp, &None));
    assert_eq!((packet.from.to_string().as_str(), packet.bytes), ("10.0.0.1", 25));
}

#[test]
fn frames_that_are_not_ip_are_counted() {
    let writer = Writer(Little);
    let arp = [[0_u8; 12].as_slice(), &[8, 6], &[0; 28]].concat();
    let cut = ethernet(&[], &segment(9, b""))[..40].to_vec();
    let file = [
        writer.pcap(0xa1b2_c3d4, 1),
        writer.record((1, 0), &arp, arp.len()),
        writer.record((1, 0), &cut, 54),
        writer.record((1, 0), &[], 0),
    ]
    .concat();
    let mut packets = packets(&file).unwrap();
    assert!(packets.next_event().unwrap().is_none());
    let notes = packets.notes();
    assert_eq!((notes.not_ip, notes.unreadable, notes.packets), (1, 2, 0));
    assert_eq!(notes.first_unreadable, Some(24 + 16 + 42));
    assert_eq!(notes.lines().len(), 3);
}

#[test]
fn link_type_that_is_not_supported_is_named() {
    let (events, error) = events(&file(105, &[0; 40]));
    let error = error.unwrap();
    assert!(events.is_empty() && matches!(error.problem, Problem::LinkType(105)), "{error}");
    let writer = Writer(Little);
    let file = [
        writer.section(),
        writer.interface(105, 0, &[]),
        writer.interface(101, 0, &[]),
        writer.packet(0, 1, &[0; 40], &[]),
        writer.packet(1, 2, &segment(1, b""), &[]),
    ]
    .concat();
    let mut packets = packets(&file).unwrap();
    assert!(packets.next_event().unwrap().is_some());
    assert_eq!((packets.notes().other_link, packets.notes().first_other_link), (1, Some(105)));
}

#[test]
fn padding_of_the_link_layer_hides_no_copy() {
    let writer = Writer(Little);
    let cooked = |kind: u8, padding: usize| {
        let mut header = vec![0; 16];
        (header[1], header[14]) = (kind, 8);
        [header, segment(9, b""), vec![0; padding]].concat()
    };
    let record = |frame: Vec<u8>| writer.record((1, 0), &frame, frame.len());
    let file = [writer.pcap(0xa1b2_c3d4, 113), record(cooked(4, 0)), record(cooked(0, 6))].concat();
    assert_eq!(all_events(&file).len(), 1);
}

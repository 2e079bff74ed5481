//! Files of the newer format.

use socket_tap::event::Op;

use crate::capture_file::byte_order::ByteOrder::{Big, Little};
use crate::capture_file::fixture::{Writer, all_events, numbers, packet, packets, segment};

/// Link type of packets that begin with their IP header.
const RAW: u16 = 101;

#[test]
fn each_section_has_its_byte_order_and_interfaces() {
    let section = |order, seq| {
        let writer = Writer(order);
        let packet = writer.packet(0, 1_000_000 * u64::from(seq), &segment(seq, b"x"), &[]);
        [writer.section(), writer.interface(RAW, 0, &[]), packet].concat()
    };
    let events = all_events(&[section(Little, 1), section(Big, 2), section(Little, 3)].concat());
    assert_eq!(numbers(&events), [1, 2, 3]);
    assert_eq!(events[2].t, 2_000_000_000);
}

#[test]
fn each_interface_has_its_clock() {
    let writer = Writer(Big);
    let resolution = |value: u8| writer.option(9, &[value]);
    let offset = [resolution(9), writer.option(14, &writer.u64(5))].concat();
    let earlier = [resolution(0), writer.option(14, &writer.u64((-3_i64).cast_unsigned()))].concat();
    let file = [
        writer.section(),
        writer.interface(RAW, 0, &[]),
        writer.interface(RAW, 0, &offset),
        writer.interface(RAW, 0, &resolution(0x80 | 10)),
        writer.interface(RAW, 0, &earlier),
        writer.packet(0, 1_000_000, &segment(1, b""), &[]),
        writer.packet(1, 7, &segment(3, b""), &[]),
        writer.packet(2, 1_536, &segment(2, b""), &[]),
        writer.packet(3, 9, &segment(4, b""), &[]),
    ]
    .concat();
    let events = all_events(&file);
    assert_eq!(numbers(&events), [1, 2, 3, 4]);
    let times: Vec<u64> = events.iter().map(|event| event.t).collect();
    assert_eq!(times, [0, 500_000_000, 4_000_000_007, 5_000_000_000]);
}

#[test]
fn obsolete_and_simple_packets_are_read() {
    let writer = Writer(Little);
    let bytes = segment(3, b"hello");
    let file = [
        writer.section(),
        writer.interface(RAW, 44, &[]),
        writer.obsolete_packet(2_000_000, u16::MAX, &segment(2, b"")),
        writer.simple_packet(u32::try_from(bytes.len()).unwrap(), &bytes[..44]),
    ]
    .concat();
    let mut packets = packets(&file).unwrap();
    let events: Vec<_> = std::iter::from_fn(|| packets.next_event().unwrap()).collect();
    assert_eq!(numbers(&events), [2, 3]);
    assert_eq!((packet(&events[1]).bytes, packet(&events[1]).data.as_ref().unwrap().len()), (5, 44));
    // A simple packet block has no time.
    assert_eq!((events[1].t, packets.notes().without_time), (0, 1));
}

#[test]
fn dropped_packets_are_gaps() {
    let writer = Writer(Little);
    let dropped = |count: u64| writer.option(4, &writer.u64(count));
    let statistics =
        [vec![0; 12], writer.option(5, &writer.u64(4)), writer.option(7, &writer.u64(3))].concat();
    let file = [
        writer.section(),
        writer.interface(RAW, 0, &[]),
        writer.packet(0, 1, &segment(1, b""), &[]),
        writer.packet(0, 2, &segment(2, b""), &dropped(5)),
        writer.block(5, &statistics),
    ]
    .concat();
    let events = all_events(&file);
    let gaps: Vec<(usize, u64)> = events
        .iter()
        .enumerate()
        .filter_map(|(index, event)| match &event.op {
            Op::Gap(gap) => Some((index, gap.others)),
            _ => None,
        })
        .collect();
    // The statistics count 7, of which 5 were known.
    assert_eq!(gaps, [(1, 5), (3, 2)]);
}

#[test]
fn other_blocks_are_skipped() {
    let writer = Writer(Little);
    let file = [
        writer.section(),
        writer.block(10, b"CLIENT_RANDOM 00"),
        writer.interface(RAW, 0, &[]),
        writer.block(0x0bad, &[1; 99]),
        writer.packet(0, 1, &segment(1, b""), &[]),
        writer.block(4, &[0; 8]),
    ]
    .concat();
    let packets = packets(&file).unwrap();
    assert_eq!(packets.header().program, "dumpcap 4");
    assert_eq!(numbers(&all_events(&file)), [1]);
}

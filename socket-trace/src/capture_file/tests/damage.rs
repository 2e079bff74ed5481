//! Files that are cut, damaged, or of another kind.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::capture_file::byte_order::ByteOrder::{Big, Little};
use crate::capture_file::error::{Error, Problem};
use crate::capture_file::fixture::{Writer, ethernet, events, segment};

fn pcap() -> Vec<u8> {
    let writer = Writer(Little);
    let frame = ethernet(&[[0x81, 0, 0, 7]], &segment(9, b"hello"));
    let record = writer.record((1, 0), &frame, frame.len());
    [writer.pcap(0xa1b2_c3d4, 1), record.clone(), record].concat()
}

fn pcapng() -> Vec<u8> {
    let writer = Writer(Big);
    let options = writer.option(4, &writer.u64(2));
    [
        writer.section(),
        writer.interface(101, 0, &writer.option(9, &[9])),
        writer.packet(0, 1, &segment(1, b"hello"), &options),
        writer.block(0x0bad, &[1; 50]),
        writer.packet(0, 2, &segment(6, b"hello"), &[]),
        writer.simple_packet(45, &segment(6, b"hello")),
    ]
    .concat()
}

fn error(file: &[u8]) -> Error {
    events(file).1.unwrap()
}

#[test]
fn cut_file_keeps_the_packets_before() {
    let file = pcap();
    let second = 24 + (file.len() - 24) / 2;
    for length in second + 1..file.len() {
        let (events, error) = events(&file[..length]);
        let error = error.unwrap();
        assert_eq!(events.len(), 1, "{length}");
        assert_eq!(error.offset, second as u64, "{length}");
        let found = (length - second) as u64;
        assert!(matches!(error.problem, Problem::Cut { found: it, .. } if it == found), "{error}");
    }
    assert!(events(&file[..second]).1.is_none());
}

#[test]
fn file_that_ends_in_its_header_is_cut() {
    for file in [pcap(), pcapng()] {
        for length in 4..24 {
            let error = error(&file[..length]);
            assert!(matches!(error.problem, Problem::Cut { .. }) && error.offset == 0, "{error}");
        }
    }
}

#[test]
fn other_files_are_recognized() {
    for file in [&b""[..], b"{\"socket_tap\":1}", b"\x1f\x8b\x08\0", b"1234 read(3", b"abc", b"snoop\0\0\0"] {
        let error = error(file);
        assert!(matches!(error.problem, Problem::NotCapture(_)) && error.offset == 0, "{error}");
    }
}

#[test]
fn impossible_lengths_are_refused_without_memory() {
    let mut file = pcap();
    file[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(error(&file).problem, Problem::Invalid { value: 0xffff_ffff, .. }));
    let writer = Writer(Little);
    let start = writer.section();
    for length in [0_u32, 8, 13, 0x7fff_fffc] {
        let block = [6_u32.to_le_bytes(), length.to_le_bytes()].concat();
        let error = error(&[start.clone(), block].concat());
        assert!(matches!(error.problem, Problem::Invalid { .. }), "{error}");
        assert_eq!(error.offset, start.len() as u64);
    }
    // A block that is skipped can have any length.
    let block = [0x0bad_u32.to_le_bytes(), 0x7fff_fffc_u32.to_le_bytes()].concat();
    assert!(matches!(error(&[start, block].concat()).problem, Problem::Cut { .. }));
}

#[test]
fn contradictory_lengths_are_refused() {
    let writer = Writer(Little);
    let start = [writer.section(), writer.interface(101, 0, &[])].concat();
    let packet = writer.packet(0, 1, &segment(1, b""), &[]);
    let changed = |at: usize, value: u32| {
        let mut packet = packet.clone();
        packet[at..at + 4].copy_from_slice(&value.to_le_bytes());
        error(&[start.clone(), packet].concat())
    };
    // The interface, the captured length, and the length at the end.
    for (at, value) in [(8, 1), (20, 41), (20, u32::MAX), (packet.len() - 4, 76)] {
        let error = changed(at, value);
        assert!(matches!(error.problem, Problem::Invalid { .. }), "{at}: {error}");
        assert_eq!(error.offset, start.len() as u64);
    }
}

#[test]
fn packet_that_is_much_too_early_is_refused() {
    let writer = Writer(Little);
    let record = |second: u32| writer.record((second, 0), &segment(second, b""), 40);
    let mut file = writer.pcap(0xa1b2_c3d4, 101);
    (10..5_010).for_each(|second| file.extend(record(second)));
    file.extend(record(1));
    let (events, error) = events(&file);
    let error = error.unwrap();
    assert!(matches!(error.problem, Problem::OutOfOrder(ns) if ns > 0), "{error}");
    assert_eq!(events.len(), 5_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400), start in 0..3_usize) {
        let before = [Vec::new(), pcap(), pcapng()];
        let before = before[start].get(..36).unwrap_or_default();
        events(&[before, &bytes].concat());
    }

    #[test]
    fn damaged_files_never_panic(damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), is_pcap in any::<bool>(), cut in any::<prop::sample::Index>()) {
        let mut file = if is_pcap { pcap() } else { pcapng() };
        for (index, value) in damage {
            let at = index.index(file.len());
            file[at] = value;
        }
        events(&file);
        events(&file[..cut.index(file.len())]);
    }
}

use etherparse::PacketBuilder;
use socket_tap::format::Line;

use super::*;
use crate::Direction;
use crate::packet::Packet;

fn record(sent: u64, bytes: Vec<u8>, fate: Fate) -> Record {
    Record {
        direction: Direction::ToServer,
        index: 1,
        sent,
        due: None,
        delivered: matches!(fate, Fate::Delivered | Fate::Duplicated).then_some(sent + 50),
        fate,
        overtaken_by: 0,
        is_retransmission: false,
        packet: Packet::parse(&bytes),
        bytes: bytes.into(),
        omitted_before: 0,
    }
}

fn tcp() -> Vec<u8> {
    let mut bytes = Vec::new();
    let builder = PacketBuilder::ipv4([10, 77, 0, 1], [10, 77, 0, 2], 64).tcp(40_000, 3_000, 7, 100);
    builder.ack(9).write(&mut bytes, b"GET").unwrap();
    bytes
}

/// Returns the event's packet with the times 1,000 before those of the record.
fn converted(record: &Record, capture: usize) -> event::Packet {
    event_packet(record, 1_000, capture)
}

#[test]
fn segment_has_addresses_numbers_and_fate() {
    let packet = converted(&record(5_000, tcp(), Fate::Delivered), 0);
    assert_eq!([packet.from.to_string(), packet.to.to_string()], ["10.77.0.1:40000", "10.77.0.2:3000"]);
    let segment = packet.segment.unwrap();
    assert_eq!((segment.seq, segment.ack, packet.bytes, packet.length), (7, Some(9), 3, 43));
    assert_eq!((packet.fate, packet.arrived), (Some(event::Fate::Delivered), Some(4_050)));
    assert_eq!((packet.retransmission, packet.data), (Some(false), None));
}

#[test]
fn fates_have_their_names() {
    let fates = [
        (Fate::Duplicated, Some("duplicated"), None),
        (Fate::Dropped(DropReason::Rule), Some("dropped"), Some("loss")),
        (Fate::Dropped(DropReason::Queue), Some("dropped"), Some("queue")),
        (Fate::Dropped(DropReason::Rejected), Some("dropped"), Some("rejected")),
        (Fate::Undelivered, None, None),
    ];
    for (fate, name, reason) in fates {
        let packet = converted(&record(5_000, tcp(), fate), 0);
        assert_eq!(packet.fate.as_ref().map(event::Fate::as_str), name);
        assert_eq!(packet.reason.as_ref().map(event::DropReason::as_str), reason);
    }
}

#[test]
fn captured_bytes_are_a_prefix() {
    let bytes = tcp();
    let packet = converted(&record(5_000, bytes.clone(), Fate::Delivered), 30);
    assert_eq!(packet.data.as_deref(), Some(&bytes[..30]));
    let packet = converted(&record(5_000, bytes.clone(), Fate::Delivered), 65_535);
    assert_eq!(packet.data.as_deref(), Some(&bytes[..]));
}

#[test]
fn unreadable_packet_is_recorded_with_its_bytes() {
    let packet = converted(&record(5_000, b"no packet".to_vec(), Fate::Delivered), 100);
    assert_eq!((packet.protocol.as_str(), packet.from.to_string().as_str()), ("unparsed", "unknown"));
    assert_eq!((packet.length, packet.data.as_deref()), (9, Some(&b"no packet"[..])));
}

#[test]
fn file_has_header_packets_gap_and_end() {
    let path = std::env::temp_dir().join(format!("wire-recording-{}.jsonl", std::process::id()));
    let mut recording = Recording::create(&path, "wire", 0).unwrap();
    let start = recording.start;
    recording.write(&record(start + 10, tcp(), Fate::Delivered)).unwrap();
    let mut after_gap = record(start + 30, tcp(), Fate::Undelivered);
    after_gap.omitted_before = 4;
    recording.write(&after_gap).unwrap();
    let end = recording.finish().unwrap();
    assert_eq!((end.events, end.lost), (3, 4));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let (header, lines) = text.split_once('\n').unwrap();
    let header = Line::parse_header(header).unwrap();
    let lines: Vec<Line> = lines.lines().map(|line| Line::parse(line).unwrap()).collect();
    let [Line::Event(first), Line::Event(gap), Line::Event(_), Line::End(_)] = &lines[..] else {
        panic!("{text}")
    };
    assert_eq!((header.side, header.monotonic_ns, first.t), (Side::Wire, start, 10));
    assert!(matches!(gap.op, Op::Gap(gap) if gap.others == 4));
}

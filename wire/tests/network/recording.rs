//! The trace file of a wire.

use socket_tap::event::{Op, TcpFlags};
use socket_tap::format::{Line, Side};
use wire::{Options, Recording, Wire};

use crate::support::connect;

wire_test! {
    fn trace_file_has_the_packets_of_a_connection() {
        let path = std::env::temp_dir().join(format!("wire-network-{}.jsonl", std::process::id()));
        let recording = Recording::create(&path, "wire", 65_535).unwrap();
        let mut wire = Wire::start(Options::new().rtt(std::time::Duration::from_millis(2))).unwrap();
        let writer = recording.write_all(wire.take_records().unwrap());
        drop(connect(&wire));
        let stats = wire.finish();
        let end = writer.join().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();

        let (header, lines) = text.split_once('\n').unwrap();
        assert_eq!(Line::parse_header(header).unwrap().side, Side::Wire);
        let lines: Vec<Line> = lines.lines().map(|line| Line::parse(line).unwrap()).collect();
        let events: Vec<_> = lines
            .iter()
            .filter_map(|line| match line {
                Line::Event(event) => Some(event),
                _ => None,
            })
            .collect();
        assert!(events.is_sorted_by_key(|event| event.t));
        assert_eq!((end.events, end.lost), (events.len() as u64, 0));
        assert_eq!(end.events, stats.to_server.packets + stats.to_client.packets);
        let Op::Packet(syn) = &events[0].op else { panic!("{text}") };
        assert_eq!(syn.segment.as_ref().unwrap().flags, TcpFlags::SYN);
        assert_eq!(syn.data.as_ref().unwrap().len() as u64, syn.length);
        assert!(syn.arrived.unwrap() >= events[0].t + 1_000_000);
    }
}

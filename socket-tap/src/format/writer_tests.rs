use std::fs;

use super::*;
use crate::event::{DropReason, Gap, Op, Packet, Protocol, Segment, TcpFlags};
use crate::format::{Line, Side};
use crate::sink::temp_directory::TempDirectory;

fn packet(t: u64) -> Event {
    let [from, to] = [41_000, 3_000].map(|port| std::net::SocketAddr::from(([10, 77, 0, 1], port)));
    let packet = Packet::new(from, to, Protocol::Tcp).with_segment(Segment::new(TcpFlags::SYN, 7));
    Event::new(t, None, Op::Packet(Box::new(packet.with_length(40).dropped(DropReason::Loss))))
}

#[test]
fn written_trace_has_header_events_and_end_line() {
    let directory = TempDirectory::new("trace-writer");
    let path = directory.join("wire.jsonl");
    let header = Header::starting_now("wire", Side::Wire);
    let mut trace = TraceWriter::create(&path, &header).unwrap();
    let events = [packet(1), packet(1), Event::new(5, None, Op::Gap(Gap { others: 3, ..Gap::default() }))];
    for event in &events {
        trace.write(event).unwrap();
    }
    assert_eq!(trace.finish().unwrap(), End::new(3, 3));
    let text = fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    assert_eq!(Line::parse_header(lines.next().unwrap()).unwrap(), header);
    for event in events {
        assert_eq!(Line::parse(lines.next().unwrap()).unwrap(), Line::Event(event));
    }
    assert_eq!(Line::parse(lines.next().unwrap()).unwrap(), Line::End(End::new(3, 3)));
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap()) & 0o777, 0o600);
}

#[test]
fn end_line_has_the_number_of_open_streams() {
    let directory = TempDirectory::new("trace-writer-open");
    let path = directory.join("server.jsonl");
    let mut trace = TraceWriter::create(&path, &Header::starting_now("server", Side::Server)).unwrap();
    let [listener, stream] = [1, 2].map(|number| crate::event::SockId::new(number).unwrap());
    trace.write(&Event::new(1, Some(stream), Op::accept(listener))).unwrap();
    let end = trace.finish().unwrap();
    assert_eq!(end.open, 1);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(Line::parse(text.lines().last().unwrap()).unwrap(), Line::End(end));
}

#[test]
fn flushed_events_are_readable_before_the_end() {
    let directory = TempDirectory::new("trace-writer-flush");
    let path = directory.join("wire.jsonl");
    let mut trace = TraceWriter::create(&path, &Header::starting_now("wire", Side::Wire)).unwrap();
    trace.write(&packet(1)).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
    trace.flush().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
}

#[test]
fn event_that_goes_back_in_time_is_rejected() {
    let directory = TempDirectory::new("trace-writer-order");
    let header = Header::starting_now("wire", Side::Wire);
    let mut trace = TraceWriter::create(directory.join("wire.jsonl"), &header).unwrap();
    trace.write(&packet(2)).unwrap();
    assert_eq!(trace.write(&packet(1)).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(trace.finish().unwrap().events, 1);
}

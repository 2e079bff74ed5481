//! Reads arbitrary bytes as a capture file, usually after a valid beginning so that most of them reach the packets. The events
//! are written as a trace and read again.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use socket_tap::format::{Line, write_event};
use socket_trace::capture_file::{Capture, Packets};
use socket_trace::reader::Trace;
use socket_trace::timeline::{AnnotatedEvents, Timeline};

/// A pcap header: microseconds, little-endian, version 2.4. The link type follows.
const PCAP: &[u8] = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0";

/// A pcapng section header in big-endian byte order, and an interface of raw IP.
const PCAPNG: &[u8] = b"\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\x01\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x1c\
    \0\0\0\x01\0\0\0\x14\0\x65\0\0\0\0\0\0\0\0\0\x14";

fuzz_target!(|bytes: &[u8]| {
    // The first byte decides which beginning precedes the rest.
    let Some((first, rest)) = bytes.split_first() else { return };
    let file = match first % 4 {
        0 => rest.to_vec(),
        1 => [PCAPNG, rest].concat(),
        kind => [PCAP, &[if kind == 2 { 1 } else { 101 }, 0, 0, 0], rest].concat(),
    };
    let Some(trace) = imported(file) else { return };
    let trace = Trace::read("fuzz", Box::new(Cursor::new(trace)));
    let timeline = Timeline::of(vec![trace.unwrap_or_else(|error| panic!("{error}"))]);
    let mut events = AnnotatedEvents::new(timeline);
    while events.next_event().unwrap_or_else(|error| panic!("{error}")).is_some() {}
});

/// Returns the trace of a capture. `None` if it cannot be opened.
fn imported(file: Vec<u8>) -> Option<Vec<u8>> {
    let capture = Capture::read("fuzz", Box::new(Cursor::new(file))).ok()?;
    let mut packets = Packets::of(capture, usize::MAX).ok()?;
    let mut trace = Vec::new();
    Line::Header(packets.header().clone()).write(&mut trace).ok()?;
    let mut last = 0;
    while let Ok(Some(event)) = packets.next_event() {
        assert!(event.t >= last, "events are not in order");
        last = event.t;
        write_event(&mut trace, &event).ok()?;
    }
    let _ = packets.notes().lines();
    Some(trace)
}

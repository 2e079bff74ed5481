//! Builds recordings in memory for tests.

#[path = "../../tests/support/packets.rs"]
mod packets;

use std::io::Cursor;

use socket_tap::event::{Event, Op, SockId, Transfer};
use socket_tap::format::{Header, Line, Side, write_event};

use super::Timeline;
use crate::reader::Trace;
pub(crate) use packets::{Conversation, Outcome};

/// Returns a header as a line of a trace, without its newline.
pub(crate) fn header_line(header: &Header) -> String {
    let mut line = Vec::new();
    Line::Header(header.clone()).write(&mut line).unwrap();
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

/// Returns the header of a recording that began at `start` on the machine's monotonic clock, in nanoseconds.
/// `capture` is the maximum number of payload bytes per read or write.
pub(crate) fn header(name: &str, side: Side, start: u64, capture: u64) -> String {
    let mut header = Header::new(name, side);
    header.program = "p 1".to_owned();
    header.pid = u32::try_from(start % 10 + 1).unwrap();
    header.started = "2026".to_owned();
    header.monotonic_ns = start;
    header.capture = capture;
    header_line(&header)
}

/// Returns a read or write with payload as a line of a trace.
pub(crate) fn transfer(t: u64, sock: u64, op: &str, data: &[u8]) -> String {
    let bytes = Transfer::new(data.len() as u64).with_data(data);
    let op = if op == "read" { Op::Read(bytes) } else { Op::Write(bytes) };
    let mut line = Vec::new();
    write_event(&mut line, &Event::new(t, SockId::new(sock), op)).unwrap();
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

pub(crate) fn trace(lines: &[String]) -> Trace {
    let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    Trace::read("file.jsonl", Box::new(Cursor::new(text))).unwrap()
}

pub(crate) fn timeline(traces: &[Vec<String>]) -> Timeline {
    Timeline::of(traces.iter().map(|lines| trace(lines)).collect())
}

const REQUEST: &[u8] = b"GET /v1/books/1 HTTP/1.1\r\nhost: shop\r\n\r\n";
const RESPONSE: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\ncontent-type: application/json\r\n\r\n{\"id\":1}";

fn lines(header: String, events: &[&str]) -> Vec<String> {
    std::iter::once(header).chain(events.iter().map(|line| (*line).to_owned())).collect()
}

/// Returns a server's recording of one request. Its two reads return the bytes that [`client`] sent in one
/// write.
pub(crate) fn server() -> Vec<String> {
    let (head, rest) = REQUEST.split_at(24);
    lines(
        header("shop", Side::Server, 1_000, 64),
        &[
            r#"{"t":0,"sock":1,"op":"socket","fd":9,"domain":"ipv4","type":"stream"}"#,
            r#"{"t":10000,"sock":1,"op":"bind","local":"127.0.0.1:3000"}"#,
            r#"{"t":20000,"sock":1,"op":"listen","backlog":1024}"#,
            r#"{"t":50020000,"op":"mark","label":"get a book"}"#,
            r#"{"t":50110000,"sock":2,"op":"accept","on":1,"fd":10,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234"}"#,
            &transfer(50_140_000, 2, "read", head),
            &transfer(50_150_000, 2, "read", rest),
            &transfer(50_160_000, 2, "write", RESPONSE),
            r#"{"t":50190000,"sock":2,"op":"read","bytes":0,"eof":true}"#,
            r#"{"t":50200000,"sock":2,"op":"shutdown","how":"write"}"#,
            r#"{"t":50210000,"sock":2,"op":"close","ended_by":"peer","rx":40,"tx":78,"reads":3,"writes":1}"#,
            r#"{"end":true,"events":11,"lost":0}"#,
        ],
    )
}

/// Returns the recording of the client that sent the request in [`server`]. The client's recording began 1 µs
/// after the server's.
pub(crate) fn client() -> Vec<String> {
    lines(
        header("shop", Side::Client, 2_000, 64),
        &[
            r#"{"t":50021000,"op":"mark","label":"get a book"}"#,
            r#"{"t":50080000,"sock":1,"op":"socket","fd":11,"domain":"ipv4","type":"stream"}"#,
            // `connect` returned after `accept`: the kernel finishes the handshake before either returns.
            r#"{"t":50115000,"sock":1,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000","began":50090000}"#,
            &transfer(50_130_000, 1, "write", REQUEST),
            &transfer(50_170_000, 1, "read", RESPONSE),
            r#"{"t":50180000,"sock":1,"op":"close","ended_by":"local","rx":78,"tx":40,"reads":1,"writes":1}"#,
            r#"{"end":true,"events":6,"lost":0}"#,
        ],
    )
}

/// Returns the recording of the network between [`client`] and [`server`]. It began 2 µs after the server's, and it
/// lost the first packet with the request.
pub(crate) fn wire() -> Vec<String> {
    let conversation = Conversation::new("127.0.0.1:51234", "127.0.0.1:3000", 3_000);
    let at = |sent: u64, arrived: u64| (sent * 1_000 + 1_000, Outcome::Arrives(arrived * 1_000 + 1_000));
    let none = (&[][..], false);
    conversation
        .packet(at(50_092, 50_097), Side::Client, "SYN", (0, 0), none)
        .packet(at(50_098, 50_103), Side::Server, "SYN ACK", (0, 1), none)
        .packet(at(50_104, 50_109), Side::Client, "ACK", (1, 1), none)
        .packet((50_133_000, Outcome::Lost), Side::Client, "PSH ACK", (1, 1), (REQUEST, false))
        .packet(at(50_134, 50_139), Side::Client, "PSH ACK", (1, 1), (REQUEST, true))
        .packet(at(50_140, 50_145), Side::Server, "ACK", (1, 41), none)
        .packet(at(50_161, 50_166), Side::Server, "PSH ACK", (1, 41), (RESPONSE, false))
        .packet(at(50_167, 50_172), Side::Client, "ACK", (41, 79), none)
        .packet(at(50_182, 50_187), Side::Client, "FIN ACK", (41, 79), none)
        .packet(at(50_188, 50_193), Side::Server, "ACK", (79, 42), none)
        .packet(at(50_202, 50_207), Side::Server, "FIN ACK", (79, 42), none)
        .packet(at(50_208, 50_213), Side::Client, "ACK", (42, 80), none)
        .lines()
}

/// Returns the recording of [`client`] by a recorder that stamps `connect` and `write` when they return. Both
/// calls then seem later than their effects on the server.
pub(crate) fn client_stamped_on_return() -> Vec<String> {
    let returned = |line: String| line.replace(r#","began":50090000"#, "").replace("50130000", "50145000");
    client().into_iter().map(returned).collect()
}

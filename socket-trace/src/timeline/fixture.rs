//! Recordings made of words, for the tests of whatever stands on a time line.

use std::io::Cursor;

use socket_tap::event::{Event, Op, SockId, Transfer};
use socket_tap::format::write_event;

use super::Timeline;
use crate::reader::Trace;

/// A header; `start` is the machine's clock when the recording began.
pub(crate) fn header(name: &str, side: &str, start: u64, capture: u64) -> String {
    format!(
        r#"{{"socket_tap":1,"name":"{name}","side":"{side}","program":"p 1","pid":{},"started":"2026","monotonic_ns":{start},"capture":{capture}}}"#,
        start % 10 + 1
    )
}

/// A read or write with its payload, as a line.
pub(crate) fn moved(t: u64, sock: u64, op: &str, data: &[u8]) -> String {
    let transfer = Transfer::new(data.len() as u64).with_data(data);
    let op = if op == "read" { Op::Read(transfer) } else { Op::Write(transfer) };
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
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\ncontent-type: application/json\r\n\r\n{\"id\":1}";

fn lines(header: String, events: &[&str]) -> Vec<String> {
    std::iter::once(header).chain(events.iter().map(|line| (*line).to_owned())).collect()
}

/// A server's recording of one request: it reads twice what the client of [`client`] wrote at once.
pub(crate) fn server() -> Vec<String> {
    let (head, rest) = REQUEST.split_at(24);
    lines(
        header("shop", "server", 1_000, 64),
        &[
            r#"{"t":0,"sock":1,"op":"socket","fd":9,"domain":"ipv4","type":"stream"}"#,
            r#"{"t":10000,"sock":1,"op":"bind","local":"127.0.0.1:3000"}"#,
            r#"{"t":20000,"sock":1,"op":"listen","backlog":1024}"#,
            r#"{"t":50020000,"op":"mark","label":"get a book"}"#,
            r#"{"t":50110000,"sock":2,"op":"accept","on":1,"fd":10,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234"}"#,
            &moved(50_140_000, 2, "read", head),
            &moved(50_150_000, 2, "read", rest),
            &moved(50_160_000, 2, "write", ANSWER),
            r#"{"t":50190000,"sock":2,"op":"read","bytes":0,"eof":true}"#,
            r#"{"t":50200000,"sock":2,"op":"shutdown","how":"write"}"#,
            r#"{"t":50210000,"sock":2,"op":"close","ended_by":"peer","rx":40,"tx":78,"reads":3,"writes":1}"#,
            r#"{"end":true,"events":11,"lost":0}"#,
        ],
    )
}

/// Its client's recording, which began 1 µs later.
pub(crate) fn client() -> Vec<String> {
    lines(
        header("shop", "client", 2_000, 64),
        &[
            r#"{"t":50021000,"op":"mark","label":"get a book"}"#,
            r#"{"t":50080000,"sock":1,"op":"socket","fd":11,"domain":"ipv4","type":"stream"}"#,
            // It returned later than the accept: the kernel had finished the handshake before both.
            r#"{"t":50115000,"sock":1,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000","began":50090000}"#,
            &moved(50_130_000, 1, "write", REQUEST),
            &moved(50_170_000, 1, "read", ANSWER),
            r#"{"t":50180000,"sock":1,"op":"close","ended_by":"local","rx":78,"tx":40,"reads":1,"writes":1}"#,
            r#"{"end":true,"events":6,"lost":0}"#,
        ],
    )
}

/// The same recording without the time when the connect was made, of a recorder that stamps a write when it returns: both
/// stand later than what came of them.
pub(crate) fn client_stamped_on_return() -> Vec<String> {
    let returned = |line: String| line.replace(r#","began":50090000"#, "").replace("50130000", "50145000");
    client().into_iter().map(returned).collect()
}

//! Property tests with traces of arbitrary bytes. They must be read, shown, summarised and compared, or
//! refused with an error, without a panic and without unbounded memory.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

mod damage;
mod everything;
#[path = "../support/header.rs"]
#[expect(dead_code, reason = "these tests have a header of their own")]
mod header;
mod lines;
mod views;

use std::io::{BufRead, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::collection::vec;
use proptest::prelude::*;
use socket_tap::format::Line;
use socket_trace::reader::{Ending, Error, Trace};

use damage::{damage, damaged};
use everything::do_everything;
use lines::{event, header};
use views::open;

/// Lines of a trace with every kind of event, except the header line.
const VALID: &[&str] = &[
    r#"{"t":1250,"sock":1,"op":"socket","fd":9,"domain":"ipv4","type":"stream"}"#,
    r#"{"t":1300,"sock":1,"op":"option","name":"SO_REUSEADDR","value":1}"#,
    r#"{"t":2400,"sock":1,"op":"bind","local":"127.0.0.1:3000"}"#,
    r#"{"t":3100,"sock":1,"op":"listen","backlog":1024}"#,
    r#"{"t":3200,"op":"mark","label":"get a book"}"#,
    r#"{"t":4000,"sock":3,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000"}"#,
    r#"{"t":4100,"sock":2,"op":"accept","on":1,"fd":11,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234"}"#,
    r#"{"t":4200,"sock":3,"op":"write","bytes":85,"slices":2,"data":"R0VU"}"#,
    r#"{"t":4300,"sock":2,"op":"read","bytes":85,"data":"R0VU"}"#,
    r#"{"t":4400,"op":"gap","reads":3,"writes":1,"payloads":0}"#,
    r#"{"t":4500,"sock":2,"op":"read","bytes":0,"eof":true}"#,
    r#"{"t":4600,"sock":2,"op":"shutdown","how":"write"}"#,
    r#"{"t":4700,"sock":3,"op":"read","error":"connection reset","errno":104}"#,
    r#"{"t":4800,"sock":2,"op":"close","ended_by":"peer","rx":85,"tx":175,"reads":2,"writes":1,"tcp":{"state":"LAST_ACK","rtt_us":21}}"#,
    r#"{"t":4900,"sock":3,"op":"splice"}"#,
    r#"{"t":5000,"sock":3,"op":"close","ended_by":"reset","rx":0,"tx":85,"reads":0,"writes":1}"#,
    r#"{"end":true,"events":16,"lost":4}"#,
];

fn trace(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<u8> {
    let mut text = header() + "\n";
    for line in lines {
        text += line.as_ref();
        text.push('\n');
    }
    text.into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_cause_a_panic(bytes in vec(any::<u8>(), 0..600), has_header in any::<bool>()) {
        let before = if has_header { header() } else { String::new() };
        do_everything(&[before.as_bytes(), b"\n", &bytes].concat());
    }

    #[test]
    fn damaged_traces_never_cause_a_panic(damages in vec(damage(), 1..6)) {
        do_everything(&damaged(trace(VALID), &damages));
    }

    #[test]
    fn random_field_values_never_cause_a_panic(events in vec(event(), 0..24)) {
        // An invalid line ends the reading; the damaged traces contain such lines.
        do_everything(&trace(events.iter().filter(|line| Line::parse(line).is_ok())));
    }
}

#[test]
fn valid_trace_is_read_to_its_end() {
    let mut trace = open(&trace(VALID)).unwrap();
    while trace.next_event().unwrap().is_some() {}
    assert!(matches!(trace.ending(), Ending::Complete(end) if end.events == trace.events()));
    do_everything(&self::trace(VALID));
}

#[test]
fn sums_of_huge_numbers_saturate() {
    let max = u64::MAX;
    let transfer = |sock, op| format!(r#"{{"t":{max},"sock":{sock},"op":"{op}","bytes":{max}}}"#);
    let gap = format!(r#"{{"t":{max},"op":"gap","reads":{max},"writes":{max},"payloads":{max}}}"#);
    let transfers = [transfer(3, "write"), transfer(2, "read"), transfer(2, "write"), transfer(3, "read")];
    let (before, after) = VALID.split_at(7);
    let lines = before.iter().map(|line| (*line).to_owned());
    let lines = lines.chain(transfers.iter().cloned()).chain(transfers.iter().cloned());
    let lines = lines.chain([gap.clone(), gap]).chain(after.iter().map(|line| (*line).to_owned()));
    do_everything(&trace(lines));
}

#[test]
fn deeply_nested_json_does_not_overflow_the_stack() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
    for deep in [deep("[", "]"), deep("{\"a\":", "}"), "[".repeat(50_000)] {
        let unknown_field = format!("{{\"t\":1,\"sock\":2,\"op\":\"read\",\"bytes\":1,\"x\":{deep}}}");
        let known_field = format!("{{\"t\":{deep},\"sock\":2,\"op\":\"read\",\"bytes\":1}}");
        do_everything(&trace([deep.as_str(), &unknown_field, &known_field]));
        do_everything(&trace([unknown_field]));
        do_everything(&trace([known_field]));
        do_everything(deep.as_bytes());
    }
}

/// A reader that returns some bytes and then an endless line.
struct Endless {
    beginning: Cursor<Vec<u8>>,
    consumed: Arc<AtomicU64>,
}

impl Read for Endless {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        unreachable!("the trace reader uses `BufRead` only")
    }
}

impl BufRead for Endless {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        static MORE: [u8; 1 << 16] = [b'x'; 1 << 16];
        match self.beginning.position() < self.beginning.get_ref().len() as u64 {
            true => self.beginning.fill_buf(),
            false => Ok(&MORE),
        }
    }

    fn consume(&mut self, amount: usize) {
        self.consumed.fetch_add(amount as u64, Ordering::Relaxed);
        if self.beginning.position() < self.beginning.get_ref().len() as u64 {
            self.beginning.consume(amount);
        }
    }
}

/// Opens a trace with an endless line and reads its first event. Returns the error, and the number of bytes
/// read.
fn refused(beginning: &str) -> (Error, u64) {
    let consumed = Arc::new(AtomicU64::new(0));
    let endless = Endless { beginning: Cursor::new(beginning.into()), consumed: Arc::clone(&consumed) };
    let read = Trace::read("endless", Box::new(endless)).and_then(|mut trace| trace.next_event());
    (read.unwrap_err(), consumed.load(Ordering::Relaxed))
}

#[test]
fn endless_line_is_refused() {
    for (beginning, line) in [(String::new(), 1), (format!("{}\n", header()), 2)] {
        let (error, consumed) = refused(&beginning);
        assert!(consumed <= (64 << 20) + beginning.len() as u64, "{consumed} bytes");
        assert!(matches!(error, Error::TooLong { line: at, .. } if at == line), "{error}");
    }
}

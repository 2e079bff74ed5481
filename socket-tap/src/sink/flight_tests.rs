use std::path::PathBuf;
use std::process::Command;

use super::*;
use crate::format::Side;
use crate::tap::Tap;

struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("socket-tap-flight-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_dump_has_the_last_events_and_says_what_is_missing() {
    let directory = Directory::new("last");
    let (first, second) = (directory.0.join("first.jsonl"), directory.0.join("second.jsonl"));
    let flight = FlightRecorder::new(3);
    let tap = Tap::server("test").sink(flight.clone()).start().unwrap();
    let sensor = crate::sensor::Sensor::new(tap.recording().unwrap(), None);
    sensor.done(Op::Accept { on: sensor.sock(), fd: None, local: None, peer: None });
    let flush = || tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(tap.flush());
    flush();
    flight.dump(&first).unwrap();
    for label in ["one", "two", "three"] {
        tap.mark(label);
    }
    tap.finish_blocking().unwrap();
    flight.dump(&second).unwrap();

    let whole = lines(&first);
    let header = Line::parse_header(&whole[0]).unwrap();
    assert_eq!((header.name.as_str(), header.side, header.since), ("test", Side::Server, 0));
    assert_eq!(whole[2..], [r#"{"end":true,"events":1,"lost":0,"open":1,"continued":true}"#]);

    let cut = lines(&second);
    let Ok(Line::Event(oldest)) = Line::parse(&cut[2]) else { panic!("{cut:?}") };
    assert_eq!(Line::parse_header(&cut[0]).unwrap().since, oldest.t);
    assert_eq!(
        cut[1],
        format!(r#"{{"t":{},"op":"gap","reads":0,"writes":0,"others":1,"payloads":0}}"#, oldest.t)
    );
    for (line, label) in cut[2..5].iter().zip(["one", "two", "three"]) {
        assert!(line.contains(label), "{line}");
    }
    assert_eq!(cut[5..], [r#"{"end":true,"events":4,"lost":1,"open":1}"#]);
}

#[test]
fn a_dump_before_the_recording_or_to_nowhere_is_an_error_that_says_so() {
    let directory = Directory::new("errors");
    let path = directory.0.join("early.jsonl");
    let error = FlightRecorder::new(1).dump(&path).unwrap_err().to_string();
    assert!(error.contains("early.jsonl: the recording has not begun"), "{error}");
    let error = FlightRecorder::new(1).dump("/nowhere/at/all.jsonl").unwrap_err().to_string();
    assert!(error.contains("cannot write the trace /nowhere/at/all.jsonl"), "{error}");
}

/// Set in the processes that the tests below start: where to dump.
const CHILD: &str = "SOCKET_TAP_TEST_PANIC";

/// Runs a test in a process of its own, as a panic hook is the whole process's, and returns what it printed and the
/// trace that it left.
fn in_a_process(test: &str) -> (String, Vec<String>) {
    let directory = Directory::new(test);
    let path = directory.0.join("panic.jsonl");
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("sink::flight::tests::{test}"), "--nocapture"])
        .env(CHILD, &path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(child.status.success(), "{said}");
    (said, lines(&path))
}

#[test]
fn a_panic_leaves_a_trace_of_what_led_to_it_and_the_hook_before_runs_too() {
    if let Some(path) = std::env::var_os(CHILD) {
        std::panic::set_hook(Box::new(|_| eprintln!("the hook before")));
        let flight = FlightRecorder::new(10);
        let tap = Tap::server("test").sink(flight.clone()).start().unwrap();
        tap.dump_on_panic(&flight, path);
        tap.mark("just before");
        thread::spawn(|| panic!("boom")).join().unwrap_err();
        return;
    }
    let (said, trace) = in_a_process("a_panic_leaves_a_trace_of_what_led_to_it_and_the_hook_before_runs_too");
    assert!(said.contains("the last socket calls before the panic are in"), "{said}");
    assert_eq!(said.matches("the hook before").count(), 1, "{said}");
    assert!(trace[1].contains("just before"), "{trace:?}");
    assert!(trace[2].starts_with(r#"{"end":true,"events":1"#), "{trace:?}");
}

/// Panics at the first batch, on the drain thread.
struct Panics;

impl Sink for Panics {
    fn name(&self) -> String {
        "a sink that panics".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        panic!("boom")
    }
}

#[test]
fn a_panic_on_the_drain_thread_leaves_a_trace_and_waits_for_nothing() {
    if let Some(path) = std::env::var_os(CHILD) {
        let flight = FlightRecorder::new(10);
        let tap = Tap::server("test").sink(flight.clone()).sink(Panics).start().unwrap();
        tap.dump_on_panic(&flight, path);
        tap.mark("just before");
        tap.finish_blocking().unwrap_err();
        return;
    }
    let (said, trace) = in_a_process("a_panic_on_the_drain_thread_leaves_a_trace_and_waits_for_nothing");
    assert!(said.contains("the last socket calls before the panic are in"), "{said}");
    assert!(trace[1].contains("just before"), "{trace:?}");
}

#[test]
fn a_panic_of_the_thread_that_holds_the_events_does_not_hang() {
    if let Some(path) = std::env::var_os(CHILD) {
        let flight = FlightRecorder::new(10);
        let tap = Tap::server("test").sink(flight.clone()).start().unwrap();
        tap.dump_on_panic(&flight, &path);
        let holder = flight.clone();
        let holds = move || {
            let _kept = holder.kept.lock().unwrap();
            panic!("boom");
        };
        thread::spawn(holds).join().unwrap_err();
        tap.finish_blocking().unwrap();
        return flight.dump(path).unwrap();
    }
    let (said, trace) = in_a_process("a_panic_of_the_thread_that_holds_the_events_does_not_hang");
    assert!(said.contains("no trace of what led to the panic: the kept events are in use"), "{said}");
    assert_eq!(trace.len(), 2, "it goes on afterwards: {trace:?}");
}

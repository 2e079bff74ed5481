//! Tests of the panic hook. A panic hook applies to the whole process, so each test runs in a separate
//! process.

use std::process::{Command, Stdio};

use super::*;
use crate::event::Event;
use crate::sink::Sink;
use crate::tap::TapBuilder;

/// Environment variable that is set in the child process. Its value is the path of the dump.
const CHILD: &str = "SOCKET_TAP_TEST_PANIC";

/// Returns the path of the dump if this is a child process.
fn child() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

/// Runs the named test in a child process. Returns what it printed to standard error, and the lines of its
/// dump.
fn in_a_process(test: &str, stderr: Stdio) -> (String, Vec<String>) {
    let directory = temporary_directory(test);
    let path = directory.join("panic.jsonl");
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("sink::panic_hook::tests::{test}"), "--nocapture"])
        .env(CHILD, &path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    let printed = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(child.status.success(), "{}: {printed}", child.status);
    let trace = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::remove_dir_all(&directory).unwrap();
    (printed, trace.lines().map(str::to_owned).collect())
}

fn temporary_directory(test: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("socket-tap-panic-{test}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

fn flight(with: impl FnOnce(TapBuilder) -> TapBuilder) -> (FlightRecorder, Tap) {
    let flight = FlightRecorder::new(10);
    let tap = with(Tap::server("test").sink(flight.clone())).start().unwrap();
    (flight, tap)
}

fn panics() {
    thread::spawn(|| panic!("boom")).join().unwrap_err();
}

fn prints(dumped: &io::Result<PathBuf>) {
    match dumped {
        Ok(path) => eprintln!("dumped to {}", path.display()),
        Err(error) => eprintln!("not dumped: {error}"),
    }
}

#[test]
fn panic_hook_writes_dump_and_calls_previous_hook() {
    if let Some(path) = child() {
        panic::set_hook(Box::new(|_| eprintln!("the earlier hook")));
        let (flight, tap) = flight(|tap| tap);
        tap.dump_on_panic_with(&flight, path, prints);
        tap.mark("just before");
        return panics();
    }
    let (printed, trace) = in_a_process("panic_hook_writes_dump_and_calls_previous_hook", Stdio::piped());
    assert!(printed.contains("dumped to "), "{printed}");
    assert_eq!(printed.matches("the earlier hook").count(), 1, "{printed}");
    assert!(trace[1].contains("just before"), "{trace:?}");
    assert!(trace[2].starts_with(r#"{"end":true,"events":1"#), "{trace:?}");
}

#[test]
fn dump_on_panic_prints_nothing() {
    if let Some(path) = child() {
        panic::set_hook(Box::new(|_| {}));
        let (flight, tap) = flight(|tap| tap);
        tap.dump_on_panic(&flight, path);
        return panics();
    }
    let (printed, trace) = in_a_process("dump_on_panic_prints_nothing", Stdio::piped());
    assert_eq!((printed.as_str(), trace.len()), ("", 2));
}

#[test]
#[cfg(target_os = "linux")]
fn panic_hook_does_not_abort_with_full_stderr() {
    if let Some(path) = child() {
        let (flight, tap) = flight(|tap| tap);
        tap.dump_on_panic(&flight, path.with_extension("silent"));
        tap.dump_on_panic_with(&flight, path, prints);
        return panics();
    }
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let (_, trace) = in_a_process("panic_hook_does_not_abort_with_full_stderr", full.into());
    assert_eq!(trace.len(), 2, "{trace:?}");
}

#[test]
fn panic_in_dump_callback_does_not_abort_process() {
    if let Some(path) = child() {
        let (flight, tap) = flight(|tap| tap);
        tap.dump_on_panic_with(&flight, path, |_| panic!("the report fails"));
        panics();
        return panics();
    }
    let (printed, trace) = in_a_process("panic_in_dump_callback_does_not_abort_process", Stdio::piped());
    assert_eq!(printed.matches("the report fails").count(), 2, "{printed}");
    assert_eq!(trace.len(), 2, "{trace:?}");
}

/// A sink that panics on its first batch, on the drain thread.
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
fn panic_on_the_drain_thread_leaves_a_dump() {
    if let Some(path) = child() {
        let (flight, tap) = flight(|tap| tap.sink(Panics));
        tap.dump_on_panic(&flight, path);
        tap.mark("just before");
        tap.finish_blocking().unwrap_err();
        return;
    }
    let (_, trace) = in_a_process("panic_on_the_drain_thread_leaves_a_dump", Stdio::null());
    assert!(trace[1].contains("just before"), "{trace:?}");
}

#[test]
fn dump_fails_if_panicking_thread_holds_lock() {
    if let Some(path) = child() {
        let (flight, tap) = flight(|tap| tap);
        tap.dump_on_panic_with(&flight, &path, prints);
        let holder = flight.clone();
        thread::spawn(move || holder.panic_while_holding_the_lock()).join().unwrap_err();
        tap.finish_blocking().unwrap();
        return flight.dump(path).unwrap();
    }
    let (printed, trace) = in_a_process("dump_fails_if_panicking_thread_holds_lock", Stdio::piped());
    assert!(printed.contains("not dumped: "), "{printed}");
    assert_eq!(trace.len(), 2, "a later dump works: {trace:?}");
}

/// A sink that blocks on its first batch until its channel is closed.
struct Stuck(mpsc::Receiver<()>);

impl Sink for Stuck {
    fn name(&self) -> String {
        "a sink that is stuck".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        let _ = self.0.recv();
        Ok(())
    }
}

#[tokio::test]
async fn only_first_panic_waits_for_stuck_sink() {
    let (release, stuck) = mpsc::channel();
    let (flight, tap) = flight(|tap| tap.sink(Stuck(stuck)));
    let directory = temporary_directory("stuck");
    let recorder = tap.recording().unwrap().downgrade();
    let dump =
        PanicDump { recorder, flight, path: directory.join("panic.jsonl"), stuck_flush: Mutex::default() };
    assert!(!dump.is_stuck());
    tap.mark("stuck");
    dump.dump().unwrap().unwrap();
    assert!(dump.is_stuck(), "it has waited for the flush, and the next dump will not");
    drop(release);
    tap.flush().await;
    assert!(!dump.is_stuck(), "the sink has caught up");
    tap.mark("last");
    dump.dump().unwrap().unwrap();
    let dumped = std::fs::read_to_string(&dump.path).unwrap();
    assert!(dumped.contains("last"), "{dumped}");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn dump_on_panic_resolves_relative_path_immediately() {
    if let Some(path) = child() {
        let (flight, tap) = flight(|tap| tap);
        std::env::set_current_dir(path.parent().unwrap()).unwrap();
        tap.dump_on_panic(&flight, "panic.jsonl");
        std::env::set_current_dir("/").unwrap();
        return panics();
    }
    let (_, trace) = in_a_process("dump_on_panic_resolves_relative_path_immediately", Stdio::null());
    assert_eq!(trace.len(), 2, "{trace:?}");
}

use std::path::PathBuf;

use super::*;
use crate::format::Side;
use crate::sink::temp_directory::TempDirectory;
use crate::tap::Tap;

fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn dump_starts_with_a_gap_for_overwritten_events() {
    let directory = TempDirectory::new("flight-last");
    let (first, second) = (directory.join("first.jsonl"), directory.join("second.jsonl"));
    let flight = FlightRecorder::new(3);
    let tap = Tap::server("test").sink(flight.clone()).start().unwrap();
    let socket = crate::socket_recorder::SocketRecorder::new(tap.recording().unwrap(), None);
    socket.succeeded(Op::accept(socket.sock()));
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
fn dump_errors_name_the_path() {
    let directory = TempDirectory::new("flight-errors");
    for path in [directory.join("early.jsonl"), PathBuf::from("/nowhere/at/all.jsonl")] {
        let error = FlightRecorder::new(1).dump(&path).unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
    }
}

#[test]
fn concurrent_dumps_always_leave_complete_file() {
    let directory = TempDirectory::new("flight-concurrent");
    let path = directory.join("dump.jsonl");
    let flight = FlightRecorder::new(1_000);
    let tap = Tap::server("test").sink(flight.clone()).start().unwrap();
    for step in 0..1_000 {
        tap.mark(format!("step {step}"));
    }
    tap.finish_blocking().unwrap();
    let dump = || (0..20).for_each(|_| flight.dump(&path).unwrap());
    thread::scope(|scope| {
        let dumps: Vec<_> = (0..4).map(|_| scope.spawn(dump)).collect();
        // The file is complete at any time.
        while dumps.iter().any(|dump| !dump.is_finished()) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            assert_eq!(text.lines().last(), Some(r#"{"end":true,"events":1000,"lost":0}"#));
        }
    });
    assert_eq!(lines(&path).len(), 1_002);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "temporary files are gone");
}

#[test]
#[cfg(unix)]
fn dump_does_not_replace_special_files() {
    let directory = TempDirectory::new("flight-special");
    let (victim, link) = (directory.join("victim"), directory.join("dump.jsonl"));
    std::fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, &link).unwrap();
    let flight = FlightRecorder::new(1);
    let _tap = Tap::server("test").sink(flight.clone()).start().unwrap();
    assert_eq!(flight.dump(&link).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    flight.dump("/dev/null").unwrap();
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file(), "the device is still there");
}

#[test]
#[cfg(unix)]
fn dump_to_file_being_recorded_is_refused() {
    let directory = TempDirectory::new("flight-recorded");
    let path = directory.join("shop.jsonl");
    let flight = FlightRecorder::new(1);
    let _tap = Tap::server("test").sink(flight.clone()).file(&path).unwrap().start().unwrap();
    assert_eq!(flight.dump(&path).unwrap_err().kind(), io::ErrorKind::ResourceBusy);
}

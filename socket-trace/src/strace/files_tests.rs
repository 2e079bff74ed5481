use super::super::{Destination, ImportOptions};
use super::*;

/// Imports the logs of the threads 100 and 101. Returns the times and names of the events.
fn import(logs: [&str; 2]) -> Vec<(u64, String)> {
    let directory = tempfile::tempdir().unwrap();
    let paths = [100, 101].map(|tid| directory.path().join(format!("log.{tid}")));
    paths.iter().zip(logs).for_each(|(path, log)| std::fs::write(path, log).unwrap());
    let output = directory.path().join("trace.jsonl");
    let importer = Importer::new(Destination::New(output.clone()), ImportOptions::default());
    ThreadLogs::open(&paths).unwrap().import(importer).unwrap();
    let trace = std::fs::read_to_string(output).unwrap();
    let event = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        Some((line["t"].as_u64()?, line["op"].as_str()?.to_owned()))
    };
    trace.lines().filter_map(event).collect()
}

const SECOND: u64 = 1_000_000_000;

#[test]
fn long_call_does_not_move_the_times_of_day_of_other_threads() {
    let first = "10:00:00.000000 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3 <0.000000>\n\
        10:00:00.000000 clone(child_stack=0x7f, flags=CLONE_FILES|CLONE_THREAD) = 101 <0.000000>\n\
        10:00:00.000000 accept4(3, NULL, NULL, SOCK_CLOEXEC) = 5 <20.000000>\n\
        10:00:20.000000 accept4(3, NULL, NULL, SOCK_CLOEXEC) = 6 <20.000000>\n";
    let second = "10:00:10.000000 futex(0x1, FUTEX_WAKE) = 0 <0.000000>\n\
        10:00:21.000000 read(5, \"hi\", 10) = 2 <0.000000>\n\
        10:00:31.000000 close(5) = 0 <0.000000>\n";
    let expected = [(0, "socket"), (20, "accept"), (21, "read"), (31, "close"), (40, "accept")];
    assert_eq!(import([first, second]), expected.map(|(t, op)| (t * SECOND, op.to_owned())));
}

#[test]
fn times_of_day_of_several_logs_continue_after_midnight() {
    let first = "23:59:58.000000 socket(AF_INET, SOCK_STREAM, 0) = 3\n00:00:01.000000 close(3) = 0\n";
    let second = "23:59:59.000000 socket(AF_INET, SOCK_STREAM, 0) = 4\n00:00:02.000000 close(4) = 0\n";
    let expected = [(0, "socket"), (1, "socket"), (3, "close"), (4, "close")];
    assert_eq!(import([first, second]), expected.map(|(t, op)| (t * SECOND, op.to_owned())));
}

#[test]
fn log_that_begins_after_midnight_comes_last() {
    let first = "00:00:01.000000 socket(AF_INET, SOCK_STREAM, 0) = 3\n";
    let second = "23:59:59.000000 socket(AF_INET, SOCK_DGRAM, 0) = 4\n00:00:02.000000 close(4) = 0\n";
    let expected = [(0, "socket"), (2, "socket"), (3, "close")];
    assert_eq!(import([first, second]), expected.map(|(t, op)| (t * SECOND, op.to_owned())));
}

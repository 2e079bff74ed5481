use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::io::AsyncWriteExt as _;

use super::*;
use crate::TapStream;
use crate::close::EndedBy;
use crate::format::Line;

/// Trace lines of a connection that reads, writes, and closes gracefully.
const CONNECTION: [&str; 7] = [
    r#"{"t":1000,"sock":2,"op":"accept","on":1,"fd":11,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234"}"#,
    r#"{"t":2000,"sock":2,"op":"option","name":"TCP_NODELAY","value":1}"#,
    r#"{"t":3000,"sock":2,"op":"read","bytes":4}"#,
    r#"{"t":4000,"sock":2,"op":"write","bytes":6}"#,
    r#"{"t":5000,"sock":2,"op":"read","bytes":0,"eof":true}"#,
    r#"{"t":6000,"sock":2,"op":"shutdown","how":"write"}"#,
    r#"{"t":7000,"sock":2,"op":"close","ended_by":"peer","rx":4,"tx":6,"reads":2,"writes":1}"#,
];

fn events<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<Event> {
    let parsed = lines.into_iter().map(|line| match Line::parse(line).unwrap() {
        Line::Event(event) => event,
        other => panic!("{other:?}"),
    });
    parsed.collect()
}

fn connection() -> Check {
    Check::new(events(CONNECTION))
}

/// Returns a `Check` of the events of [`CONNECTION`], except those with the operation `op`.
fn without(op: &str) -> Check {
    Check::new(events(CONNECTION.into_iter().filter(|line| !line.contains(&format!(r#""op":"{op}""#)))))
}

/// Runs a check that must fail, and returns the message of its panic.
fn failure<T>(check: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| _ = check())).expect_err("the check was meant to fail");
    *panic.downcast::<String>().unwrap()
}

/// Returns the operations in the marked lines of a panic message.
fn marked(message: &str) -> Vec<&str> {
    let lines = message.lines().filter_map(|line| line.strip_prefix("▶ "));
    lines
        .map(|line| {
            line.split_whitespace().find(|word| word.len() > 2 && !word.contains(['.', '#'])).unwrap()
        })
        .collect()
}

#[test]
fn gracefully_closed_connection_passes_every_check() {
    let check = connection();
    check.connections(1).reads(1).writes(1).received(4).sent(6).no_errors();
    check
        .first_write_after_first_read()
        .all_closed_gracefully()
        .all_closed()
        .nodelay()
        .ended_by(EndedBy::Peer);
}

#[test]
fn failed_check_prints_recording_with_marked_events() {
    let message = failure(|| _ = connection().writes(2));
    insta::assert_snapshot!(message, @r"
    expected 2 writes, found 1:

        0.000001   #2 accept    127.0.0.1:3000 ← 127.0.0.1:51234             fd 11
        0.000002   #2 option    TCP_NODELAY 1
        0.000003   #2 read      4 B
    ▶   0.000004   #2 write     6 B
        0.000005   #2 read      0 B   the peer has finished sending (FIN)
        0.000006   #2 shutdown  write (our FIN)
        0.000007   #2 close     4 B in, 6 B out, 0.01 ms, ended by the peer
    ");
}

#[test]
fn failed_checks_mark_the_offending_events() {
    type Failing = fn() -> String;
    let cases: [(Failing, &[&str]); 14] = [
        (|| failure(|| _ = connection().reads(0)), &["read"]),
        (|| failure(|| _ = connection().sent(5)), &["write"]),
        (|| failure(|| _ = connection().connections(2)), &["accept"]),
        (|| failure(|| _ = connection().reads(2)), &["read"]),
        (|| failure(|| _ = without("write").writes(1)), &[]),
        (|| failure(|| _ = connection().received(5)), &["read"]),
        (|| failure(|| _ = connection().sent(7)), &["write"]),
        (|| failure(|| _ = without("close").all_closed()), &["accept"]),
        (|| failure(|| _ = without("close").all_closed_gracefully()), &["accept"]),
        (|| failure(|| _ = without("shutdown").all_closed_gracefully()), &["close"]),
        (|| failure(|| _ = without("option").nodelay()), &["accept"]),
        (|| failure(|| _ = connection().ended_by(EndedBy::Local)), &["close"]),
        (|| failure(|| _ = connection().first_read_after_first_write()), &["read"]),
        (|| failure(|| _ = connection().after_mark("gone")), &[]),
    ];
    for (failing, offending) in cases {
        let message = failing();
        assert_eq!(marked(&message), offending, "{message}");
    }
}

#[test]
fn failed_check_messages_match_snapshot() {
    type Failing = fn() -> String;
    let cases: [Failing; 12] = [
        || failure(|| _ = connection().reads(0)),
        || failure(|| _ = without("write").writes(1)),
        || failure(|| _ = connection().connections(2)),
        || failure(|| _ = connection().received(5)),
        || failure(|| _ = connection().sent(7)),
        || failure(|| _ = without("close").all_closed()),
        || failure(|| _ = without("shutdown").all_closed_gracefully()),
        || failure(|| _ = without("option").nodelay()),
        || failure(|| _ = connection().ended_by(EndedBy::Local)),
        || failure(|| _ = connection().first_write_after_first_read().first_read_after_first_write()),
        || failure(|| _ = connection().after_mark("gone")),
        || failure(|| _ = Check::new(events([r#"{"t":8000,"op":"gap","reads":3,"writes":1,"payloads":0}"#]))),
    ];
    let first_lines: Vec<String> =
        cases.map(|failing| failing().lines().next().unwrap_or_default().to_owned()).into();
    insta::assert_snapshot!(first_lines.join("\n"), @r"
    expected 0 reads, found 1:
    expected 1 write, found 0:
    expected 2 connections, found 1:
    expected 5 B received, found 4 B:
    expected 7 B sent, found 6 B:
    expected each connection to be closed:
    expected a shutdown before each close:
    expected TCP_NODELAY on each connection:
    expected each connection to be ended by local:
    expected the first write before the first read:
    expected a mark `gone`, found none:
    expected no gaps, but the recorder was overloaded and dropped events:
    ");
}

#[test]
fn failed_check_marks_write_before_first_read() {
    let mut lines = CONNECTION.to_vec();
    lines.push(r#"{"t":8000,"sock":3,"op":"write","bytes":9}"#);
    lines.push(r#"{"t":9000,"sock":3,"op":"write","bytes":9}"#);
    let check = Check::new(events(lines));
    let message = failure(|| _ = check.first_write_after_first_read());
    let line = message.lines().find(|line| line.starts_with('▶')).unwrap();
    assert!(line.contains("#3"), "{message}");
    assert_eq!(marked(&message), ["write"], "only the first write offends");
}

#[test]
fn failed_check_shows_reason_of_failed_operation() {
    let mut lines = CONNECTION.to_vec();
    lines.insert(4, r#"{"t":4500,"sock":2,"op":"write","error":"broken pipe","errno":32}"#);
    let message = failure(|| _ = Check::new(events(lines)).no_errors());
    let line = message.lines().find(|line| line.starts_with('▶')).unwrap();
    assert!(line.contains("broken pipe"), "{message}");
}

#[test]
fn check_after_a_mark_ignores_earlier_events() {
    let mut lines = CONNECTION.to_vec();
    lines.insert(3, r#"{"t":3500,"op":"mark","label":"response"}"#);
    Check::new(events(lines)).after_mark("response").reads(0).writes(1).connections(0);
}

#[test]
fn check_of_recording_with_gaps_panics() {
    let mut lines = CONNECTION.to_vec();
    lines.push(r#"{"t":8000,"op":"gap","reads":3,"writes":1,"payloads":0}"#);
    let message = failure(|| Check::new(events(lines)));
    assert_eq!(marked(&message), ["gap"]);
}

#[test]
fn failed_check_reports_line_of_the_caller() {
    let caller = std::sync::Arc::new(std::sync::Mutex::new(None));
    let seen = std::sync::Arc::clone(&caller);
    let before = std::panic::take_hook();
    let chained = std::sync::Arc::new(before);
    let then = std::sync::Arc::clone(&chained);
    let this = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == this {
            *seen.lock().unwrap() = panic.location().map(|location| location.file().to_owned());
        } else {
            then(panic);
        }
    }));
    failure(|| _ = connection().first_read_after_first_write());
    std::panic::set_hook(Box::new(move |panic| chained(panic)));
    let file = caller.lock().unwrap().take().unwrap();
    assert!(file.ends_with("check/tests.rs"), "{file}");
}

#[tokio::test]
async fn check_can_be_called_in_async_task() {
    let recording = Recording::client("test").unwrap();
    recording.tap().mark("here");
    assert_eq!(recording.check().events().len(), 1);
}

#[tokio::test]
async fn check_succeeds_after_task_used_its_coop_budget() {
    // tokio lets a task complete 128 operations before it has to yield.
    for writes in 126..=129 {
        let recording = Recording::server("busy").unwrap();
        let mut stream = TapStream::wrap(recording.tap(), tokio::io::empty(), "memory");
        // Renews the budget.
        tokio::task::yield_now().await;
        for _ in 0..writes {
            stream.write_all(b"x").await.unwrap();
        }
        recording.check().writes(writes);
    }
}

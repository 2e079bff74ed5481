use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::io::AsyncWriteExt as _;

use super::*;
use crate::TapStream;
use crate::close::EndedBy;
use crate::format::Line;

/// A connection that reads, writes, and is closed in order.
const STORY: [&str; 7] = [
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

fn story() -> Check {
    Check::new(events(STORY))
}

/// The story without its lines of that operation.
fn without(op: &str) -> Check {
    Check::new(events(STORY.into_iter().filter(|line| !line.contains(&format!(r#""op":"{op}""#)))))
}

/// What the check says as it fails.
fn failure<T>(check: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| _ = check())).expect_err("the check was meant to fail");
    *panic.downcast::<String>().unwrap()
}

/// The operations of the lines that are marked.
fn marked(message: &str) -> Vec<&str> {
    let lines = message.lines().filter_map(|line| line.strip_prefix("▶ "));
    lines
        .map(|line| {
            line.split_whitespace().find(|word| word.len() > 2 && !word.contains(['.', '#'])).unwrap()
        })
        .collect()
}

#[test]
fn a_recording_as_it_should_be_passes_every_check() {
    let story = story();
    story.connections(1).reads(1).writes(1).received(4).sent(6).no_errors();
    story
        .first_write_after_first_read()
        .all_closed_gracefully()
        .all_closed()
        .nodelay()
        .ended_by(EndedBy::Peer);
}

#[test]
fn a_failure_shows_the_whole_recording_with_what_it_is_about_marked() {
    let message = failure(|| _ = story().writes(2));
    let expected = "2 writes expected, 1 is there:

    0.000001   #2 accept    127.0.0.1:3000 ← 127.0.0.1:51234             fd 11
    0.000002   #2 option    TCP_NODELAY 1
    0.000003   #2 read      4 B
▶   0.000004   #2 write     6 B
    0.000005   #2 read      0 B   the peer has finished sending (FIN)
    0.000006   #2 shutdown  write (our FIN)
    0.000007   #2 close     4 B in, 6 B out, 0.01 ms, ended by the peer
";
    assert_eq!(message, expected);
}

#[test]
fn each_check_fails_and_marks_what_it_is_about() {
    type Failing = fn() -> String;
    let cases: [(Failing, &str, &[&str]); 14] = [
        (|| failure(|| _ = story().reads(0)), "0 reads expected, 1 is there", &["read"]),
        (|| failure(|| _ = story().sent(5)), "5 B expected to be sent, 6 B were", &["write"]),
        (|| failure(|| _ = story().connections(2)), "2 connections expected, 1 is there", &["accept"]),
        (|| failure(|| _ = story().reads(2)), "2 reads expected, 1 is there", &["read"]),
        (|| failure(|| _ = without("write").writes(1)), "1 write expected, 0 are there", &[]),
        (|| failure(|| _ = story().received(5)), "5 B expected to be received, 4 B were", &["read"]),
        (|| failure(|| _ = story().sent(7)), "7 B expected to be sent, 6 B were", &["write"]),
        (|| failure(|| _ = without("close").all_closed()), "expected to be closed", &["accept"]),
        (|| failure(|| _ = without("close").all_closed_gracefully()), "expected to be closed", &["accept"]),
        (|| failure(|| _ = without("shutdown").all_closed_gracefully()), "be shut down before", &["close"]),
        (|| failure(|| _ = without("option").nodelay()), "TCP_NODELAY is expected", &["accept"]),
        (|| failure(|| _ = story().ended_by(EndedBy::Local)), "to be ended by: local", &["close"]),
        (|| failure(|| _ = story().first_read_after_first_write()), "the first read", &["read"]),
        (|| failure(|| _ = story().after_mark("gone")), "a mark `gone` expected", &[]),
    ];
    for (failing, said, about) in cases {
        let message = failing();
        assert!(message.contains(said), "{message}");
        assert_eq!(marked(&message), about, "{message}");
    }
}

#[test]
fn who_wrote_first_is_found_on_the_connection_that_did() {
    let mut lines = STORY.to_vec();
    lines.push(r#"{"t":8000,"sock":3,"op":"write","bytes":9}"#);
    lines.push(r#"{"t":9000,"sock":3,"op":"write","bytes":9}"#);
    let check = Check::new(events(lines));
    let message = failure(|| _ = check.first_write_after_first_read());
    assert!(message.contains("▶   0.000008   #3 write"), "{message}");
    assert_eq!(marked(&message), ["write"], "only the first");
}

#[test]
fn an_error_is_shown_with_its_reason() {
    let mut lines = STORY.to_vec();
    lines.insert(4, r#"{"t":4500,"sock":2,"op":"write","error":"broken pipe","errno":32}"#);
    let message = failure(|| _ = Check::new(events(lines)).no_errors());
    assert!(message.contains("▶   0.000004   #2 write     failed: broken pipe (errno 32)"), "{message}");
}

#[test]
fn what_came_before_a_mark_can_be_left_out() {
    let mut lines = STORY.to_vec();
    lines.insert(3, r#"{"t":3500,"op":"mark","label":"answer"}"#);
    Check::new(events(lines)).after_mark("answer").reads(0).writes(1).connections(0);
}

#[test]
fn a_recording_with_gaps_proves_nothing() {
    let mut lines = STORY.to_vec();
    lines.push(r#"{"t":8000,"op":"gap","reads":3,"writes":1,"payloads":0}"#);
    let message = failure(|| Check::new(events(lines)));
    assert!(message.starts_with("no gaps expected"), "{message}");
    assert_eq!(marked(&message), ["gap"]);
}

#[test]
fn a_failure_is_reported_where_the_check_was_called() {
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
    failure(|| _ = story().first_read_after_first_write());
    std::panic::set_hook(Box::new(move |panic| chained(panic)));
    let file = caller.lock().unwrap().take().unwrap();
    assert!(file.ends_with("check/tests.rs"), "{file}");
}

#[tokio::test]
async fn a_recording_is_checked_from_within_a_task() {
    let recording = Recording::client("test").unwrap();
    recording.tap().mark("here");
    assert_eq!(recording.check().events().len(), 1);
}

#[tokio::test]
async fn check_works_in_a_task_that_has_used_up_its_budget() {
    // tokio lets a task do 128 things before it makes it wait for its next turn.
    for writes in 126..=129 {
        let recording = Recording::server("busy").unwrap();
        let mut stream = TapStream::wrap(recording.tap(), tokio::io::empty(), "memory");
        // A new turn, with the whole budget.
        tokio::task::yield_now().await;
        for _ in 0..writes {
            stream.write_all(b"x").await.unwrap();
        }
        recording.check().writes(writes);
    }
}

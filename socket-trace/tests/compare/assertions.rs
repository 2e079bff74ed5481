//! Outcomes of the assertions of `socket-trace compare`.

use socket_tap::close::EndedBy;
use tempfile::TempDir;

use crate::command::compare;
use crate::recording::{GET, OK, Recording};

/// Adds to the recording a call whose response takes three writes.
pub(crate) fn in_pieces(recording: Recording, sock: u64) -> Recording {
    recording.read(sock, GET).write(sock, &OK[..10]).write(sock, &OK[10..20]).write(sock, &OK[20..])
}

#[test]
fn failed_assertion_shows_call_with_too_many_writes() {
    let directory = TempDir::new().unwrap();
    let recording = Recording::of("rest").step("get a book").accept(2).call(2, GET, OK);
    let file = in_pieces(recording, 2).call(2, GET, OK).close(2).save(directory.path(), "rest.jsonl");
    let ran = compare(&[&file, "--max-writes-per-call", "2"]);
    ran.assert_code(1);
    ran.assert_lines(&[
        "failed        max-writes-per-call 2",
        "rest: step \"get a book\": GET /v1/books/1 on #2 took 3 writes",
        &format!("{file}:6: 0.005000   #2 read      37 B"),
        &format!("{file}:7: 0.006000   #2 write     10 B"),
        &format!("{file}:8: 0.007000   #2 write     10 B"),
        &format!("{file}:9: 0.008000   #2 write     20 B"),
    ]);
    // Only this call is shown, not those before and after.
    assert_eq!(ran.stdout.matches(&format!("{file}:")).count(), 4, "{}", ran.stdout);
    let ran = compare(&[&file, "--max-writes-per-call", "3"]);
    ran.assert_code(0);
    ran.assert_lines(&["held          max-writes-per-call 3"]);
}

#[test]
fn value_equal_to_the_limit_satisfies_the_assertion() {
    let directory = TempDir::new().unwrap();
    let recording =
        Recording::of("rest").accept(2).read(2, &GET[..5]).read(2, &GET[5..]).write(2, OK).close(2);
    let file = recording.accept(3).call(3, GET, OK).close(3).save(directory.path(), "rest.jsonl");
    for (limit, enough, too_little, finding) in [
        ("--max-connections", "2", "1", "rest: 2 connections opened"),
        ("--max-reads-per-call", "2", "1", "rest: GET /v1/books/1 on #2 took 2 reads"),
        ("--max-writes-per-call", "1", "0", "rest: GET /v1/books/1 on #2 took 1 write"),
        ("--max-bytes-per-call", "77", "76", "rest: GET /v1/books/1 on #2 took 77 B"),
        ("--max-first-byte", "2", "1.999", "rest: GET /v1/books/1 on #2 got its first byte after 2.000 ms"),
    ] {
        compare(&[&file, limit, enough]).assert_code(0);
        let ran = compare(&[&file, limit, too_little]);
        ran.assert_code(1);
        ran.assert_lines(&[finding]);
        assert!(ran.stdout.contains(&format!("{file}:")), "{}", ran.stdout);
    }
}

#[test]
fn failed_assertion_lists_connections_above_the_limit() {
    let directory = TempDir::new().unwrap();
    let recording = Recording::of("rest").accept(2).close(2).step("kept").accept(3).close(3);
    let recording = recording.step("new").accept(4).close(4).accept(5).close(5).accept(6).close(6);
    let file = recording.save(directory.path(), "rest.jsonl");
    let ran = compare(&[&file, "--max-connections", "1"]);
    ran.assert_code(1);
    ran.assert_lines(&["rest: step \"new\": 3 connections opened"]);
    let shown: Vec<&str> = ran.stdout.lines().filter(|line| line.contains(&format!("{file}:"))).collect();
    let [second, third] = shown.as_slice() else { panic!("{shown:?}") };
    assert!(second.contains("#5 accept") && third.contains("#6 accept"), "{shown:?}");
}

#[test]
fn unclean_end_fails_assertion_and_shows_close_event() {
    let directory = TempDir::new().unwrap();
    let one = || Recording::of("rest").accept(2).call(2, GET, OK);
    let clean = one().close(2).save(directory.path(), "clean.jsonl");
    compare(&[&clean, "--assert", "clean-ends"]).assert_code(0);
    let unclean =
        [one().close_by(2, EndedBy::Reset), one().close_by(2, EndedBy::Error), one().abort(2)].into_iter();
    for recording in unclean {
        let file = recording.save(directory.path(), "unclean.jsonl");
        let ran = compare(&[&file, "--assert", "clean-ends"]);
        ran.assert_code(1);
        ran.assert_lines(&["rest: #2 did not end cleanly"]);
        assert!(ran.stdout.contains(&format!("{file}:6: 0.005000   #2 close")), "{}", ran.stdout);
    }
}

#[test]
fn failed_same_primitives_assertion_shows_example_calls() {
    let directory = TempDir::new().unwrap();
    let one = Recording::of("one").accept(2).call(2, GET, OK).close(2).save(directory.path(), "one.jsonl");
    let silent =
        Recording::of("silent").accept(2).read(2, GET).close(2).save(directory.path(), "silent.jsonl");
    compare(&[&one, &one, "--assert", "same-primitives"]).assert_code(0);
    let ran = compare(&[&one, &silent, "--assert", "same-primitives"]);
    ran.assert_code(1);
    ran.assert_lines(&["failed        same-primitives"]);
    assert!(ran.stdout.contains(&format!("{silent}:3: 0.002000   #2 read      37 B")), "{}", ran.stdout);
    // The exit code depends only on the assertions.
    compare(&[&one, &silent, "--max-connections", "9"]).assert_code(0);
}

#[test]
fn incomplete_traces_make_assertions_inconclusive() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let one = |recording: Recording| recording.accept(2).call(2, GET, OK).close(2);
    let bare = one(Recording::of("bare").without_payload()).save(path, "bare.jsonl");
    let lossy = one(Recording::of("lossy")).lossy().save(path, "lossy.jsonl");
    let idle = Recording::of("idle").accept(2).close(2).save(path, "idle.jsonl");
    let odd = one(Recording::of("odd")).accept(3).read(3, "what is this?").close(3).save(path, "odd.jsonl");
    for file in [&bare, &lossy, &idle, &odd] {
        let ran = compare(&[file, "--max-writes-per-call", "5"]);
        ran.assert_code(2);
        ran.assert_lines(&["inconclusive  max-writes-per-call 5"]);
    }
    // A violation is certain even in an incomplete trace.
    compare(&[&lossy, "--max-writes-per-call", "0"]).assert_code(1);
    compare(&[&bare, &lossy, "--max-writes-per-call", "0"]).assert_code(1);
    // Assertions that need no payload are checked without it.
    compare(&[&bare, "--max-connections", "1", "--assert", "clean-ends"]).assert_code(0);
}

#[test]
fn markdown_starts_with_failed_assertions() {
    let directory = TempDir::new().unwrap();
    let file = in_pieces(Recording::of("rest").accept(2), 2).close(2).save(directory.path(), "rest.jsonl");
    let ran = compare(&["--markdown", &file, "--max-writes-per-call", "2"]);
    ran.assert_code(1);
    let expected = format!(
        "| assertion | outcome |\n| --- | --- |\n| `max-writes-per-call 2` | **failed** |\n\n\
         `max-writes-per-call 2` failed:\n\n`rest`: `GET /v1/books/1 on #2 took 3 writes`\n\n\
         ```\n{file}:3: 0.002000   #2 read      37 B\n"
    );
    assert!(ran.stdout.starts_with(&expected), "{}", ran.stdout);
}

#[test]
fn wrong_usage_exits_with_2() {
    let directory = TempDir::new().unwrap();
    let file = Recording::of("rest").accept(2).close(2).save(directory.path(), "rest.jsonl");
    for arguments in [
        vec![file.as_str(), "--assert", "same-primitives"],
        vec!["--assert", "clean-ends"],
        vec![&file, "--assert", "nothing"],
        vec![&file, "--max-first-byte", "soon"],
        vec![&file, "--json", "--markdown"],
    ] {
        let ran = compare(&arguments);
        ran.assert_code(2);
        assert!(ran.stdout.is_empty(), "{arguments:?}: {}", ran.stdout);
    }
}

//! Events that are shown as evidence of a failed assertion.

use tempfile::TempDir;

use crate::assertions::in_pieces;
use crate::command::{compare, compare_with};
use crate::recording::{GET, Recording};

#[test]
fn failed_assertion_shows_only_the_worst_calls() {
    let directory = TempDir::new().unwrap();
    let mut recording = Recording::of("rest").accept(2);
    for bytes in [10, 50, 30, 20, 40] {
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n{}", "x".repeat(bytes));
        recording = recording.call(2, GET, &answer);
    }
    let file = recording.close(2).save(directory.path(), "rest.jsonl");
    let ran = compare(&["--json", &file, "--max-bytes-per-call", "80"]);
    ran.assert_code(1);
    let judged = &ran.json()["assertions"][0];
    let values: Vec<u64> = judged["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["value"].as_u64().unwrap())
        .collect();
    assert_eq!(values, [126, 116, 106]);
    assert_eq!((&judged["outcome"], &judged["against"]), (&"failed".into(), &5.into()));
    let ran = compare(&[&file, "--max-bytes-per-call", "80"]);
    ran.assert_lines(&["… and 2 more"]);
}

#[test]
fn json_has_the_assertions_with_their_evidence() {
    let directory = TempDir::new().unwrap();
    let file = in_pieces(Recording::of("rest").accept(2), 2).close(2).save(directory.path(), "rest.jsonl");
    let ran = compare(&["--json", &file, "--assert", "clean-ends", "--max-writes-per-call", "2"]);
    ran.assert_code(1);
    let report = ran.json();
    assert_eq!(
        (&report["assertions"][0]["assertion"], &report["assertions"][0]["outcome"]),
        (&"clean-ends".into(), &"held".into())
    );
    let judged = &report["assertions"][1];
    assert_eq!((&judged["assertion"], &judged["limit"]), (&"max-writes-per-call".into(), &2.into()));
    let evidence = &judged["findings"][0]["evidence"];
    assert_eq!((&evidence["file"], &evidence["first"][1]["line"]), (&file.as_str().into(), &4.into()));
    assert_eq!(evidence["first"][1]["text"].as_str().unwrap().trim(), "0.003000   #2 write     10 B");
}

#[test]
fn evidence_is_limited_to_twelve_lines() {
    let directory = TempDir::new().unwrap();
    let mut recording = Recording::of("rest").accept(2).read(2, GET);
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{}", "x".repeat(40));
    for at in 0..answer.len() {
        recording = recording.write(2, &answer[at..=at]);
    }
    let file = recording.close(2).save(directory.path(), "rest.jsonl");
    let ran = compare(&[&file, "--max-writes-per-call", "1"]);
    // A read and 79 writes, of which twelve are shown.
    ran.assert_lines(&["… 68 more …"]);
    assert_eq!(ran.stdout.matches(&format!("{file}:")).count(), 12, "{}", ran.stdout);
    ran.assert_lines(&[
        &format!("{file}:3: 0.002000   #2 read      37 B"),
        &format!("{file}:82: 0.081000   #2 write     1 B"),
    ]);
}

#[test]
fn trace_from_standard_input_yields_no_evidence() {
    let text = in_pieces(Recording::of("rest").accept(2), 2).close(2).text();
    let ran = compare_with(&["-", "--max-writes-per-call", "2"], &text);
    ran.assert_code(1);
    ran.assert_lines(&["rest: GET /v1/books/1 on #2 took 3 writes"]);
    assert!(!ran.stdout.contains(":3: "), "{}", ran.stdout);
}

//! Output of a comparison as text, Markdown and JSON.

use tempfile::TempDir;

use crate::command::compare;
use crate::recording::{GET, OK, Recording};

fn one_call(name: &str) -> Recording {
    Recording::of(name).step("get").accept(2).call(2, GET, OK).close(2)
}

#[test]
fn recordings_without_payload_lack_the_byte_breakdown() {
    let directory = TempDir::new().unwrap();
    let rest = one_call("rest").save(directory.path(), "rest.jsonl");
    let bare = Recording::of("bare").without_payload().step("get").accept(2).call(2, GET, OK).close(2);
    let bare = bare.save(directory.path(), "bare.jsonl");
    let ran = compare(&[&bare, &bare]);
    ran.assert_code(0);
    assert!(!ran.stdout.contains("Byte breakdown ("), "{}", ran.stdout);
    assert_eq!(ran.rows("Socket calls")[0], "get bare.jsonl (1) 1 1 1 37 40 1.000 ms client client");
    let ran = compare(&[&rest, &bare]);
    assert!(ran.stdout.contains("\nRecorded without payload: bare."), "{}", ran.stdout);
    assert_eq!(ran.rows("Socket calls").len(), 2);
    assert_eq!(ran.rows("Byte breakdown"), ["get rest 1 0 / 0 0 / 0 37 / 38 0 / 2 37 / 40"]);
}

#[test]
fn three_recordings_fit_120_columns() {
    let directory = TempDir::new().unwrap();
    let recording = |name| {
        let step = "a step with a name that is longer than most, and is wrapped";
        let body = "x".repeat(9_000);
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let recording = Recording::of(name).step(step).accept(2).call(2, GET, &answer).close(2);
        recording.accept(3).call(3, GET, OK).close_by(3, socket_tap::close::EndedBy::Local)
    };
    let files = ["rest", "graphql", "grpc"].map(|name| recording(name).save(directory.path(), name));
    let ran = compare(&files.each_ref().map(String::as_str));
    let widest = ran.stdout.lines().map(|line| line.chars().count()).max().unwrap();
    assert!((100..=120).contains(&widest), "{widest} columns:\n{}", ran.stdout);
}

#[test]
fn markdown_escapes_text_of_the_trace() {
    let directory = TempDir::new().unwrap();
    let rest = one_call("rest").save(directory.path(), "rest.jsonl");
    let name = "<img src=x>|@all\u{1b}[2J";
    let hostile = Recording::of(name).step("get").accept(2).call(2, GET, OK).close(2);
    let hostile = hostile.save(directory.path(), "hostile.jsonl");
    let ran = compare(&["--markdown", &rest, &hostile]);
    ran.assert_code(0);
    assert!(ran.stdout.starts_with("**The socket primitives are the same.**\n\n- "), "{}", ran.stdout);
    ran.assert_lines(&[
        "| step | trace | conns | reads | writes | to server | to client | first byte | spoke first | ended by |",
        "| --- | --- | --: | --: | --: | --: | --: | --: | --- | --- |",
        "| `get` | `rest` | 1 | 1 | 1 | 37 | 40 | 1.000 ms | client | client |",
        "|  | `<img src=x>\\|@all␛[2J` | 1 | 1 | 1 | 37 | 40 | 1.000 ms | client | client |",
        "| `get` | `rest` | 1 | 0 / 0 | 0 / 0 | 37 / 38 | 0 / 2 | 37 / 40 |",
    ]);
    // Every row has as many cells as its heading.
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    for table in ran.stdout.split("\n\n").filter(|block| block.starts_with('|')) {
        let widths: Vec<usize> = table.lines().map(cells).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
    }
}

#[test]
fn long_tables_are_collapsed_in_markdown() {
    let directory = TempDir::new().unwrap();
    let mut recording = Recording::of("rest");
    for step in 0..13 {
        let sock = 2 + step;
        recording = recording.step(&format!("step {step}")).accept(sock).call(sock, GET, OK).close(sock);
    }
    let long = recording.save(directory.path(), "long.jsonl");
    let short = one_call("rest").save(directory.path(), "short.jsonl");
    let collapsed = |file: &str| compare(&["--markdown", file]).stdout.matches("<details>").count();
    assert_eq!((collapsed(&long), collapsed(&short)), (3, 0));
}

#[test]
fn json_has_byte_counts_of_steps_and_operations() {
    let directory = TempDir::new().unwrap();
    let rest = one_call("rest").save(directory.path(), "rest.jsonl");
    let report = compare(&["--json", &rest, &rest]).json();
    assert_eq!(report["verdict"], "same");
    assert_eq!(report["assertions"].as_array().unwrap().len(), 0);
    let step = &report["traces"][0]["steps"][0];
    assert_eq!(step["to_server"], 37);
    let bytes = r#"{"connection":0,"framing":0,"headers":38,"payload":2,"unknown":0}"#;
    assert_eq!(step["spent"]["to_client"], serde_json::from_str::<serde_json::Value>(bytes).unwrap());
    let operation = &report["traces"][0]["operations"][0];
    assert_eq!(operation["name"], "GET /v1/books/{}");
    assert_eq!(operation["calls"]["first"]["to_client"]["headers"], 38);
    assert_eq!(operation["calls"]["first"]["first_byte_ns"], 1_000_000);
}

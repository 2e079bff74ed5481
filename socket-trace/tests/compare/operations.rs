//! How `socket-trace compare` groups calls by step or by operation, and how it labels traces.

use tempfile::TempDir;

use crate::command::compare;
use crate::recording::{GET, OK, Recording};

const POST: &str = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
const SOCKETS: &str = "Socket calls";
const BYTES: &str = "Byte breakdown";
const CALLS: &str = "Mean cost of the first call";

fn one_call(name: &str, request: &str) -> Recording {
    Recording::of(name).accept(2).call(2, request, OK).close(2)
}

fn two_calls(name: &str) -> Recording {
    Recording::of(name).accept(2).call(2, GET, OK).call(2, &GET.replace("books/1", "books/2"), OK).close(2)
}

#[test]
fn recordings_without_steps_are_compared_by_operation() {
    let directory = TempDir::new().unwrap();
    let before = one_call("rest", GET).save(directory.path(), "before.jsonl");
    let after = two_calls("rest").save(directory.path(), "after.jsonl");
    let ran = compare(&[&before, &after]);
    ran.assert_code(0);
    assert_eq!(
        ran.rows(BYTES),
        [
            "GET /v1/books/{} before.jsonl 1 0 / 0 0 / 0 37 / 38 0 / 2 37 / 40",
            "after.jsonl 2 0 / 0 0 / 0 74 / 76 0 / 4 74 / 80",
            "change +1 0 / 0 0 / 0 +37 / +38 0 / +2 +37 / +40",
        ]
    );
    assert_eq!(
        ran.rows(CALLS),
        [
            "GET /v1/books/{} first before.jsonl 1 1 1 1.000 ms 0 / 0 0 / 0 37 / 38 0 / 2 37 / 40",
            "after.jsonl 1 1 1 1.000 ms 0 / 0 0 / 0 37 / 38 0 / 2 37 / 40",
            "change 0 0 0 0 0 / 0 0 / 0 0 / 0 0 / 0 0 / 0",
            "later after.jsonl 1 1 1 1.000 ms 0 / 0 0 / 0 37 / 38 0 / 2 37 / 40",
        ]
    );
}

#[test]
fn recordings_without_shared_operations_are_compared_in_total() {
    let directory = TempDir::new().unwrap();
    let rest = one_call("rest", GET).save(directory.path(), "rest.jsonl");
    let graphql = one_call("graphql", POST).save(directory.path(), "graphql.jsonl");
    let ran = compare(&[&rest, &graphql]);
    ran.assert_code(0);
    assert_eq!(
        ran.rows(BYTES),
        [
            "whole recording rest 1 0 / 0 0 / 0 37 / 38 0 / 2 37 / 40",
            "graphql 1 0 / 0 0 / 0 54 / 38 0 / 2 54 / 40",
        ]
    );
    // Alignment by operation on request adds a note that the recordings share none.
    let ran = compare(&["--by", "operation", &rest, &graphql]);
    assert!(ran.stdout.contains("No operation occurs in all traces"), "{}", ran.stdout);
    assert_eq!(ran.rows(BYTES).len(), 2);
}

#[test]
fn recordings_with_steps_are_compared_by_step() {
    let directory = TempDir::new().unwrap();
    let step = |name: &str, request| Recording::of(name).step("get").accept(2).call(2, request, OK).close(2);
    let rest = step("rest", GET).save(directory.path(), "rest.jsonl");
    let other = step("other", GET).save(directory.path(), "other.jsonl");
    assert!(compare(&[&rest, &other]).rows(BYTES)[0].starts_with("get rest 1"));
    let ran = compare(&["--by", "operation", &rest, &other]);
    assert!(ran.rows(BYTES)[0].starts_with("GET /v1/books/{} rest 1"), "{}", ran.stdout);
}

#[test]
fn bytes_outside_calls_have_their_own_row() {
    let directory = TempDir::new().unwrap();
    let odd = one_call("rest", GET).accept(3).read(3, "what is this?").close(3);
    let odd = odd.save(directory.path(), "odd.jsonl");
    let ran = compare(&["--by", "operation", &odd]);
    assert_eq!(
        ran.rows(BYTES),
        [
            "GET /v1/books/{} rest 1 0 / 0 0 / 0 37 / 38 0 / 2 0 / 0 37 / 40",
            "(no call) rest 0 0 / 0 0 / 0 0 / 0 0 / 0 13 / 0 13 / 0",
        ]
    );
}

#[test]
fn recordings_with_equal_names_are_labelled_by_file() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let labels = |files: &[&str]| -> Vec<String> {
        let ran = compare(&[&["--json"], files].concat());
        let label = |trace: &serde_json::Value| trace["label"].as_str().unwrap().to_owned();
        ran.json()["traces"].as_array().unwrap().iter().map(label).collect()
    };
    let one = one_call("rest", GET).save(path, "before/rest.jsonl");
    let other = one_call("rest", GET).save(path, "after/rest.jsonl");
    let third = one_call("rest", GET).save(path, "third.jsonl");
    let graphql = one_call("graphql", GET).save(path, "graphql.jsonl");
    assert_eq!(labels(&[&one, &graphql]), ["rest", "graphql"]);
    assert_eq!(labels(&[&one, &third, &graphql]), ["rest.jsonl", "third.jsonl", "graphql"]);
    assert_eq!(labels(&[&one, &other]), [one.as_str(), other.as_str()]);
    assert_eq!(labels(&[&third, &third]), ["third.jsonl (1)", "third.jsonl (2)"]);
}

#[test]
fn change_row_compares_two_recordings_of_one_program() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let before = one_call("rest", GET).save(path, "before.jsonl");
    let after = two_calls("rest").accept(3).call(3, GET, OK).close(3).save(path, "after.jsonl");
    let other = two_calls("other").save(path, "other.jsonl");
    let changes = |files: &[&str]| -> Vec<String> {
        let rows = compare(files).rows(SOCKETS).into_iter();
        rows.filter(|row| row.starts_with("change")).collect()
    };
    assert_eq!(changes(&[&before, &after]), ["change +1 +2 +2 +74 +80 0"]);
    assert_eq!(changes(&[&before, &other]), [""; 0]);
    assert_eq!(changes(&[&before, &after, &other]), [""; 0]);
}

#[test]
fn connection_from_a_terminal_is_a_step_named_after_its_client() {
    let directory = TempDir::new().unwrap();
    let get = GET.replace("host: x", "host: x\r\nuser-agent: curl/8.5.0");
    let rest = Recording::of("rest")
        .step("get a book")
        .accept(2)
        .call(2, GET, OK)
        .close(2)
        .step("from a terminal")
        .accept_from(3, "127.0.0.1:5003")
        .accept_from(4, "127.0.0.1:5004")
        .call(3, &get, OK)
        .call(4, GET, OK)
        .step("list books")
        .call(3, &get, OK)
        .close(3)
        .close(4)
        .save(directory.path(), "rest.jsonl");
    let ran = compare(&[&rest]);
    let rows: Vec<_> =
        ran.rows(SOCKETS).iter().map(|row| row.split(" rest ").next().unwrap().to_owned()).collect();
    assert_eq!(rows, ["get a book", "curl/8.5.0 from 127.0.0.1:5003", "from 127.0.0.1:5004"]);
    let json: serde_json::Value = serde_json::from_str(&compare(&["--json", &rest]).stdout).unwrap();
    let steps = json["traces"][0]["steps"].as_array().unwrap();
    let calls: Vec<_> = steps.iter().map(|step| step["operations"]["GET /v1/books/{}"].as_u64()).collect();
    assert_eq!(calls, [Some(1), Some(2), Some(1)]);
    assert_eq!(steps[1]["connections"], 1);
}

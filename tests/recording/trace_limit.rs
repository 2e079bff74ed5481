//! Tests of traces with a size limit: the limit holds, and the live page and the commands read all files of a
//! trace.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use socket_tap::format::{Side, part_path};
use socket_trace::reader::{Ending, Trace};
use tempfile::TempDir;

use crate::support::browser::{get, post};
use crate::support::process::{Serving, command};
use crate::support::program::run;
use crate::support::tour::PORTS;
use crate::support::workshop::Workshop;

const LIMIT: u64 = 64 * 1024;

/// Returns the files of the directory, sorted, and their total size in bytes.
fn files(directory: &Path) -> (Vec<PathBuf>, u64) {
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let size = files.iter().map(|file| file.metadata().unwrap().len()).sum();
    (files, size)
}

/// Reads a recording. Returns its number of events, the `since` field of its header, and how it ended.
fn read(path: &Path) -> (u64, u64, Ending) {
    let mut trace = Trace::open_recording(path).unwrap();
    while trace.next_event().unwrap().is_some() {}
    (trace.events(), trace.header().since, trace.ending().clone())
}

fn record(trace: &Path, requests: usize) {
    let arguments = ["--trace", trace.to_str().unwrap(), "--capture", "16384", "--trace-limit", "64KiB"];
    let server = Serving::start("rest-server", &arguments);
    for _ in 0..requests {
        assert_eq!(get(server.address, "/v1/books").status, 200);
    }
    let (status, _, err) = server.stop();
    assert!(status.success(), "{err}");
}

#[test]
fn trace_limit_bounds_the_disk_usage() {
    let directory = TempDir::new().unwrap();
    let trace = directory.path().join("rest.jsonl");
    record(&trace, 150);
    let (parts, size) = files(directory.path());
    assert_eq!(parts.len(), 4, "{parts:?}");
    assert!(size <= LIMIT && size > LIMIT / 2, "{size}");
    let (events, since, ending) = read(&trace);
    assert!(since > 0, "the beginning is gone");
    assert!(matches!(ending, Ending::Complete(end) if end.events == events && !end.continued));
    let parts: Vec<_> = parts.iter().map(|part| part.to_str().unwrap()).collect();
    let shown = run(command("socket-trace"), &[&["show", "--json"], &parts[..]].concat()).ok();
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&shown).unwrap().len() as u64, events);

    record(&trace, 1);
    let (parts, _) = files(directory.path());
    assert_eq!(parts, [trace], "the earlier recording is replaced");
}

#[test]
fn trace_limit_flag_requires_trace_and_valid_size() {
    for arguments in [&["--trace-limit", "1GiB"][..], &["--trace", "x.jsonl", "--trace-limit", "1GB"]] {
        let ran = run(command("rest-server"), arguments);
        assert_eq!(ran.code(), 2, "{}", ran.stderr());
        assert!(ran.stderr().contains("--trace"), "{}", ran.stderr());
    }
}

#[test]
fn page_and_comparison_include_rotated_trace_files() {
    let mut workshop =
        Workshop::with(&[&PORTS[..], &["--trace-limit", "1MiB", "--capture", "65536"]].concat());
    let trace = workshop.trace("rest", Side::Server);
    let mut created = 0;
    while !part_path(&trace, 0).exists() {
        let work = json!({ "operation": "list", "apis": ["rest"], "calls": 20 });
        let answer = post(workshop.page(), "/api/run", &work);
        assert_eq!(answer.status, 200, "{}", answer.text());
        created += 1;
    }
    let last = json!({ "operation": "create", "apis": ["rest"] });
    assert_eq!(post(workshop.page(), "/api/run", &last).status, 200);
    let items = workshop.stream().items_until(|items| {
        let by_hand = items.iter().filter(|item| item["op"] == "mark" && item["label"] == "from a terminal");
        by_hand.count() == 10 + 2 * (created + 1)
    });
    let of_rest = items.iter().filter(|item| item["recording"] == "rest-server").count() as u64;
    let compared = workshop.stream().next_of("comparison");
    assert_eq!(compared["verdict"], "same", "{compared}");
    let capture = get(workshop.page(), "/api/capture.pcapng");
    assert_eq!(capture.status, 200);
    workshop.interrupt();
    assert!(workshop.wait().success());
    let (events, since, _) = read(&trace);
    assert_eq!(since, 0, "no file was deleted");
    // The server stops listening once the page has read everything.
    assert_eq!(events - of_rest, 1);
}

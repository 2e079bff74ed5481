//! Tests of the `workshop` command: its scripted tour of calls, the report, and the servers that keep running
//! afterwards.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::{Value, json};
use socket_tap::format::Side;
use tempfile::TempDir;

use crate::support::browser::post;
use crate::support::process::{command, signal_to};
use crate::support::program::{find, run};
use crate::support::tour::{APIS, PORTS, recording, tour};
use crate::support::workshop::Workshop;

const STEPS: [&str; 10] = [
    "get a book",
    "list books",
    "create a book",
    "update the book",
    "update an old revision",
    "get author with books",
    "watch a change",
    "delete the book",
    "the same call 10 times",
    "4 connections at once",
];

/// Each API, with the name that the last step of the workshop's tour has in its recordings. The names differ,
/// because the clients of the three APIs make different calls in this step.
const ONE_SHELF: [(&str, &str); 3] = [
    ("rest", "one shelf: create and delete"),
    ("graphql", "one shelf: read the book"),
    ("grpc", "one shelf: update the book"),
];

fn traces(directory: &Path, side: Side) -> Vec<String> {
    APIS.map(|api| recording(directory, api, side).to_str().unwrap().to_owned()).to_vec()
}

#[test]
fn tour_prints_the_comparison() {
    let directory = TempDir::new().unwrap();
    let report = tour(directory.path(), &[]).ok();
    assert!(report.contains("The socket primitives are the same."), "{report}");
    for expected in [
        "= Same socket calls in all three: socket, bind, listen, connect, accept",
        "nothing: HTTP/1.1 starts with the request",
        "◀──▶ accept",
        "accept → read → write → shutdown → close   (rest 16, graphql 16, grpc 16)",
        "socket → connect → write → read → shutdown → close   (rest 16, graphql 16, grpc 16)",
        "socket-trace -- compare ",
        "rest-server.jsonl",
    ] {
        assert!(report.contains(expected), "{expected:?} is not in:\n{report}");
    }
    let (picture, _) = report.split_once("The socket primitives").unwrap();
    for line in picture.lines() {
        assert!(line.chars().count() <= 80, "{line:?} is wider than 80 columns");
    }
    for step in STEPS.into_iter().chain(["create and delete", "read the book", "change 15"]) {
        assert!(report.contains(step), "{step:?} is not in:\n{report}");
    }
}

#[test]
fn json_report_matches_the_traces() {
    let directory = TempDir::new().unwrap();
    let report: Value = serde_json::from_str(&tour(directory.path(), &["--json"]).ok()).unwrap();
    assert_eq!(report["verdict"], "same");
    let summaries = report["traces"].as_array().unwrap();
    assert_eq!(summaries.len(), 6);
    for summary in summaries {
        let steps: Vec<&str> =
            summary["steps"].as_array().unwrap().iter().filter_map(|step| step["name"].as_str()).collect();
        let (_, last) = ONE_SHELF.into_iter().find(|(api, _)| summary["name"] == *api).unwrap();
        assert_eq!(steps, [&STEPS[..], &[last]].concat(), "{}", summary["source"]);
    }
    for side in [Side::Server, Side::Client] {
        let traces = traces(directory.path(), side);
        let arguments: Vec<&str> =
            ["compare", "--json"].into_iter().chain(traces.iter().map(String::as_str)).collect();
        let compared: Value = serde_json::from_str(&run(command("socket-trace"), &arguments).ok()).unwrap();
        for (i, trace) in traces.iter().enumerate() {
            let printed = summaries.iter().find(|summary| summary["source"] == trace.as_str()).unwrap();
            assert_eq!(compared["traces"][i]["steps"], printed["steps"]);
        }
    }
}

#[test]
fn ten_calls_share_one_connection() {
    let directory = TempDir::new().unwrap();
    let report: Value = serde_json::from_str(&tour(directory.path(), &["--json"]).ok()).unwrap();
    let step = |trace: usize, name: &str| {
        let steps = report["traces"][trace]["steps"].as_array().unwrap();
        steps.iter().find(|step| step["name"] == name).unwrap().clone()
    };
    let number = |value: &Value| value.as_u64().unwrap();
    for trace in 0..3 {
        let (one, ten) = (step(trace, "get a book"), step(trace, "the same call 10 times"));
        assert_eq!((number(&one["connections"]), number(&ten["connections"])), (1, 1));
        assert_eq!(number(&step(trace, "4 connections at once")["connections"]), 4);
        // HTTP/1.1 sends the same bytes for each call. HTTP/2 sets up the connection once and compresses repeated
        // headers.
        let (ten_times, ten) = (10 * number(&one["to_server"]), number(&ten["to_server"]));
        if trace < 2 {
            assert_eq!(ten, ten_times);
        } else {
            assert!(ten < ten_times / 2, "{ten} instead of at most half of {ten_times}");
        }
    }
    assert!(step(2, "get a book")["spoke_first"]["server"] == 1, "tonic sends its SETTINGS before it reads");
    assert!(step(0, "get a book")["spoke_first"]["client"] == 1);
}

#[test]
fn calls_after_the_tour_are_printed_and_recorded() {
    let Some(curl) = find("curl") else { return };
    let directory = TempDir::new().unwrap();
    let mut workshop = Command::new(command("workshop"))
        .args(PORTS)
        .args(["--traces", directory.path().to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(workshop.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines
        .find_map(|line| Some(line.trim().strip_prefix("curl -i '")?.trim_end_matches('\'').to_owned()))
        .unwrap();
    lines.find(|line| line.contains("Press Ctrl-C to stop")).unwrap();
    assert!(run(&curl, &["-sS", &url]).ok().contains("UNIX Network Programming"));
    for call in ["accept", "read", "write", "shutdown", "close"] {
        let shown =
            lines.any(|line| line.starts_with("rest ") && line.split_whitespace().nth(3) == Some(call));
        assert!(shown, "{call}");
    }
    signal_to(&workshop, Signal::INT);
    let mut rest = String::new();
    lines.for_each(|line| rest.push_str(&line));
    assert!(workshop.wait().unwrap().success(), "{rest}");
    for trace in traces(directory.path(), Side::Server) {
        let mut text = String::new();
        std::fs::File::open(&trace).unwrap().read_to_string(&mut text).unwrap();
        assert!(text.lines().last().unwrap().starts_with("{\"end\":true"), "{trace}");
        assert!(text.contains("\"label\":\"from a terminal\""));
    }
}

#[test]
fn failed_bind_creates_no_trace_files() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for flag in ["--page", "--plain"] {
        let directory = TempDir::new().unwrap();
        let mut arguments = PORTS.to_vec();
        let at = arguments.iter().position(|argument| *argument == flag).unwrap();
        arguments[at + 1] = &address;
        let ran = run(
            command("workshop"),
            &[&arguments, &["--traces", directory.path().to_str().unwrap()][..]].concat(),
        );
        assert_eq!(ran.code(), 1);
        assert!(ran.stderr().contains(&address) && ran.stderr().contains(flag), "{}", ran.stderr());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        // With --once the address is not used, so the run succeeds.
        let ran = run(
            command("workshop"),
            &[&arguments, &["--once", "--traces", directory.path().to_str().unwrap()][..]].concat(),
        );
        assert!(!ran.ok().contains("Live page"));
    }
}

#[test]
fn same_address_for_two_servers_is_rejected() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let directory = TempDir::new().unwrap();
    let mut arguments = PORTS.to_vec();
    for flag in ["--grpc", "--page"] {
        let at = arguments.iter().position(|argument| *argument == flag).unwrap();
        arguments[at + 1] = &free;
    }
    arguments.extend(["--traces", directory.path().to_str().unwrap()]);
    let ran = run(command("workshop"), &arguments);
    assert_eq!(ran.code(), 1);
    insta::assert_snapshot!(ran.stderr().replace(&free, "ADDRESS"), @"workshop: error: --grpc and --page both specify ADDRESS; choose another address for one of them");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn second_workshop_in_the_same_directory_fails() {
    let workshop = Workshop::start();
    let traces = workshop.traces().to_str().unwrap();
    let ran = run(command("workshop"), &[&PORTS, &["--once", "--traces", traces][..]].concat());
    assert_eq!(ran.code(), 1);
    insta::assert_snapshot!(ran.stderr().replace(traces, "TRACES"), @"workshop: error: another workshop is recording into TRACES; choose another directory with --traces DIR");
}

#[test]
fn terminal_and_page_number_connections_alike() {
    let Some(curl) = find("curl") else { return };
    let mut workshop = Workshop::unread(&PORTS);
    let url = format!("http://{}/v1/books/1", workshop.rest());
    run(&curl, &["-sS", &url]).ok();
    let is_ours = |item: &Value| {
        let step = item["step"].as_str().unwrap_or_default();
        item["recording"] == "rest-server" && item["op"] == "accept" && step.starts_with("from 127.0.0.1")
    };
    let items = workshop.stream().items_until(|items| items.iter().any(is_ours));
    let number = items.iter().find(|item| is_ours(item)).unwrap()["connection"].to_string();
    // The number differs from that of the socket in its recording.
    assert_ne!(items.iter().find(|item| is_ours(item)).unwrap()["sock"].to_string(), number);
    let words = loop {
        let line = workshop.next_line();
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        if words.first().is_some_and(|api| api == "rest") && words.contains(&"accept".to_owned()) {
            break words;
        }
    };
    assert_eq!(words[2], format!("#{number}"), "{words:?}");
}

#[test]
fn unread_output_does_not_block_the_servers() {
    let mut workshop = Workshop::unread(&PORTS);
    let calls = json!({ "operation": "get", "apis": APIS, "calls": 100, "connection": "new" });
    // Prints far more than the capacity of a pipe.
    for _ in 0..2 {
        assert_eq!(post(workshop.page(), "/api/run", &calls).status, 200);
    }
    workshop.interrupt();
    assert!(workshop.wait().success());
    for api in APIS {
        let trace = std::fs::read_to_string(workshop.trace(api, Side::Server)).unwrap();
        let end = trace.lines().last().unwrap();
        assert!(end.starts_with("{\"end\":true") && end.contains("\"lost\":0"), "{end}");
    }
}

#[test]
fn flag_no_page_disables_the_live_page() {
    let arguments: Vec<&str> = PORTS[..8].iter().copied().chain(["--no-page"]).collect();
    let mut workshop = Workshop::with(&arguments);
    assert!(!workshop.said.contains("Live page"), "{}", workshop.said);
    workshop.interrupt();
    assert!(workshop.wait().success());
}

#[test]
fn interrupt_ends_open_pages_and_watchers() {
    let mut workshop = Workshop::start();
    let mut streams = [workshop.stream(), workshop.stream()];
    let watch = json!({ "apis": APIS, "on": true });
    assert_eq!(post(workshop.page(), "/api/watch", &watch).status, 200);
    workshop.interrupt();
    for stream in &mut streams {
        while stream.next().is_some() {}
    }
    assert!(workshop.wait().success());
    for api in APIS {
        for side in [Side::Server, Side::Client] {
            let trace = std::fs::read_to_string(workshop.trace(api, side)).unwrap();
            let end: Value = serde_json::from_str(trace.lines().last().unwrap()).unwrap();
            assert_eq!(
                (&end["end"], &end["lost"], &end["open"]),
                (&true.into(), &0.into(), &Value::Null),
                "{api} {side:?}"
            );
        }
    }
}

//! Tests that the `socket-trace` commands give consistent results for the recordings of a workshop tour.

use std::path::Path;

use serde_json::Value;
use socket_tap::format::Side;
use tempfile::TempDir;

use crate::support::process::command;
use crate::support::program::{Ran, run};
use crate::support::tour::{APIS, recording, recordings, tour};

/// Runs the workshop's tour and returns the directory with its recordings.
fn toured() -> TempDir {
    let directory = TempDir::new().unwrap();
    tour(directory.path(), &[]).ok();
    directory
}

fn trace(directory: &Path, api: &str, side: Side) -> String {
    recording(directory, api, side).to_str().unwrap().to_owned()
}

fn socket_trace(arguments: &[&str]) -> Ran {
    run(command("socket-trace"), arguments)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&socket_trace(arguments).ok()).unwrap()
}

fn sum<'a>(values: impl Iterator<Item = &'a Value>) -> u64 {
    values.map(|value| value.as_u64().unwrap()).sum()
}

#[test]
fn dissected_parts_cover_each_byte_once() {
    let directory = toured();
    for (_, _, trace) in recordings(directory.path()) {
        let trace = trace.to_str().unwrap();
        let events = json(&["show", "--json", trace]);
        let moved = events.as_array().unwrap().iter().filter(|event| event["bytes"].as_u64() > Some(0));
        let mut carried = 0;
        for event in moved {
            let parts = event["carried"].as_array().unwrap();
            assert_eq!(event["bytes"], sum(parts.iter().map(|part| &part["bytes"])), "{event}");
            assert!(parts.iter().all(|part| part["class"] != "unknown"), "{event}");
            carried += event["bytes"].as_u64().unwrap();
        }
        let compared = json(&["compare", "--json", trace, trace]);
        let steps = compared["traces"][0]["steps"].as_array().unwrap();
        let both = steps.iter().flat_map(|step| [&step["to_server"], &step["to_client"]]);
        assert_eq!(sum(both), carried, "{trace}");
    }
}

#[test]
fn lint_reports_nothing_about_the_workshop_tour() {
    let directory = toured();
    for (_, _, trace) in recordings(directory.path()) {
        let found = socket_trace(&["lint", trace.to_str().unwrap()]);
        assert_eq!(found.code(), 0, "{found:?}");
    }
}

#[test]
fn layers_command_draws_no_overlapping_blocks() {
    let directory = toured();
    for (api, operation) in
        APIS.into_iter().zip(["GET /v1/books/1", "query { book }", "bookshelf.v1.BookshelfService/GetBook"])
    {
        let map =
            json(&["layers", "--json", &trace(directory.path(), api, Side::Server), "--step", "get a book"]);
        assert_eq!(map["operation"], operation);
        for way in map["ways"].as_array().unwrap() {
            let ends = way["levels"].as_array().unwrap().iter().map(|level| {
                let blocks = level["blocks"].as_array().unwrap();
                assert!(blocks.windows(2).all(|two| two[0]["to"].as_u64() <= two[1]["from"].as_u64()));
                blocks.last().unwrap()["to"].as_u64().unwrap()
            });
            let ends: Vec<u64> = ends.collect();
            assert!(ends.iter().all(|end| *end <= ends[0]), "{api}: {ends:?}");
        }
    }
}

#[test]
fn sequence_diagram_is_drawn_for_each_api() {
    let directory = toured();
    for api in APIS {
        let [server, client] = [Side::Server, Side::Client].map(|side| trace(directory.path(), api, side));
        let step = ["--step", "get a book"];
        let text = socket_trace(&[&["sequence", &server, &client][..], &step].concat()).ok();
        let mut from = 0;
        for call in ["listen", "connect", "accept", "write", "read", "shutdown", "close"] {
            let at = text[from..].find(call).unwrap_or_else(|| panic!("{api}: no {call} in\n{text}"));
            from += at;
        }
        for (form, begins) in [("svg", "<svg "), ("mermaid", "sequenceDiagram\n")] {
            let drawn =
                socket_trace(&[&["sequence", &server, &client, "--to", form][..], &step].concat()).ok();
            assert!(drawn.starts_with(begins), "{api}: {drawn}");
        }
    }
}

#[test]
fn show_lists_causes_before_effects() {
    let directory = toured();
    for api in APIS {
        let [server, client] = [Side::Server, Side::Client].map(|side| trace(directory.path(), api, side));
        let events = json(&["show", "--json", &server, &client]);
        let events = events.as_array().unwrap();
        assert!(events.is_sorted_by_key(|event| event["at"].as_u64()), "{api}");
        let place = |op: &str, connection: &Value| {
            events.iter().position(|event| event["op"] == op && event["connection"] == *connection)
        };
        let accepts = events.iter().filter(|event| event["op"] == "accept");
        let connections: Vec<&Value> = accepts.map(|accept| &accept["connection"]).collect();
        assert!(connections.len() >= 14, "{api}: {}", connections.len());
        for connection in connections {
            assert!(place("connect", connection).unwrap() < place("accept", connection).unwrap(), "{api}");
            let accept = &events[place("accept", connection).unwrap()];
            let diagram =
                socket_trace(&["sequence", &server, &client, "--sock", &accept["sock"].to_string()]);
            let diagram = diagram.ok();
            let times = diagram.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok());
            let times: Vec<f64> = times.collect();
            assert!(times.len() > 8 && times.is_sorted(), "{api}:\n{diagram}");
        }
    }
}

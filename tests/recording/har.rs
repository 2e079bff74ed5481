//! Exports real recordings to HAR, and reads the file with the format's schema and with Chromium.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::process::command;
use crate::support::program::{find, find_node_package, run, run_command};
use crate::support::tour::{recordings, tour};

/// Runs the tour and exports its six recordings. Returns the directory, the path of the HAR file and its entries.
fn exported() -> (TempDir, String, Vec<Value>) {
    let directory = TempDir::new().unwrap();
    tour(directory.path(), &[]).ok();
    let file = directory.path().join("all.har").to_str().unwrap().to_owned();
    let traces: Vec<String> =
        recordings(directory.path()).map(|(_, _, path)| path.to_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["export", "-o", &file];
    arguments.extend(traces.iter().map(String::as_str));
    run(command("socket-trace"), &arguments).ok();
    let har: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let entries = har["log"]["entries"].as_array().unwrap().clone();
    (directory, file, entries)
}

#[test]
fn har_has_each_call_of_each_api_once() {
    let (_directory, _, entries) = exported();
    let mut by_recording = BTreeMap::<&str, usize>::new();
    for entry in &entries {
        let (recording, _) = entry["connection"].as_str().unwrap().split_once(' ').unwrap();
        *by_recording.entry(recording).or_default() += 1;
    }
    assert_eq!(
        by_recording.into_keys().collect::<Vec<_>>(),
        ["graphql-client", "grpc-client", "rest-client"]
    );

    let find = |connection: &str, url: &str| {
        let mut found = entries.iter().filter(|entry| {
            entry["connection"].as_str().unwrap().starts_with(connection)
                && entry["request"]["url"].as_str().unwrap().ends_with(url)
        });
        found.next().unwrap_or_else(|| panic!("{connection} {url}"))
    };
    let rest = find("rest", "/v1/books/1");
    let book: Value = serde_json::from_str(rest["response"]["content"]["text"].as_str().unwrap()).unwrap();
    assert_eq!(book["id"], 1);
    let timings = &rest["timings"];
    assert!(timings["connect"].as_f64() > Some(0.0) && timings["wait"].as_f64() > Some(0.0), "{timings}");

    let graphql = find("graphql", "/graphql");
    let sent: Value = serde_json::from_str(graphql["request"]["postData"]["text"].as_str().unwrap()).unwrap();
    assert!(sent["query"].is_string(), "{sent}");

    let grpc = find("grpc", "/bookshelf.v1.BookshelfService/GetBook");
    assert_eq!(grpc["request"]["httpVersion"], "HTTP/2");
    assert_eq!(grpc["request"]["postData"]["text"], r#"{"id":1}"#);
    let answer: Value = serde_json::from_str(grpc["response"]["content"]["text"].as_str().unwrap()).unwrap();
    assert_eq!(answer["book"]["title"], book["title"]);
    assert_eq!(grpc["response"]["_grpcStatus"]["name"], "OK");
    let failed = entries.iter().any(|entry| entry["response"]["_grpcStatus"]["name"] == "ABORTED");
    assert!(failed, "the tour updates an old revision");

    let websockets: Vec<_> = entries.iter().filter(|entry| entry["_resourceType"] == "websocket").collect();
    assert!(!websockets.is_empty());
    for websocket in websockets {
        let messages = websocket["_webSocketMessages"].as_array().unwrap();
        let first: Value = serde_json::from_str(messages[0]["data"].as_str().unwrap()).unwrap();
        assert_eq!((&messages[0]["type"], &first["type"]), (&"send".into(), &"connection_init".into()));
    }
}

#[test]
fn har_is_valid_and_chromium_reads_it() {
    let (Some(node), Some(chromium)) = (find("node"), find("chromium")) else { return };
    if !find_node_package("har-validator") || !find_node_package("playwright-core") {
        return;
    }
    let (_directory, file, entries) = exported();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/har.mjs");
    let ran = run_command(Command::new(node).args([script, &file]).env("CHROMIUM", chromium));
    assert_eq!(ran.ok(), format!("{} entries\n", entries.len()));
}

//! One call packet by packet.

use serde_json::Value;
use tempfile::TempDir;

use super::{codes, is_supported, list, number, report, run_wire};
use crate::support::process::command;
use crate::support::program::run;

/// Returns the text of the row that a note explains.
fn explained(call: &Value, code: &str) -> (String, String) {
    let position = codes(&call["notes"]).iter().position(|note| *note == code).unwrap() as u64 + 1;
    let row = list(&call["rows"]).iter().find(|row| row["note"] == position).unwrap();
    (row["lane"].as_str().unwrap().to_owned(), row["text"].as_str().unwrap().to_owned())
}

#[test]
fn call_begins_with_syn_and_ends_with_fins() {
    if !is_supported() {
        return;
    }
    let report = report(&["--rtt", "100ms", "--step", "get a book"]);
    let call = &report["one_call"];
    let rows = list(&call["rows"]);
    let packets: Vec<&Value> = rows.iter().filter(|row| row["lane"] == "wire").collect();
    let flags = |row: &Value| row["text"].as_str().unwrap().split(" seq ").next().unwrap().to_owned();
    let handshake: Vec<String> = packets.iter().take(3).map(|row| flags(row)).collect();
    assert_eq!(handshake, ["SYN", "SYN ACK", "ACK"]);
    assert_eq!(packets.iter().filter(|row| flags(row).contains("FIN")).count(), 2);
    assert_eq!(codes(&call["notes"]), ["connect", "accept", "time_wait", "eof"]);
    assert_eq!(call["time_wait"], "client");
    let row = |lane: &str, text: &str| (lane.to_owned(), text.to_owned());
    assert_eq!(explained(call, "connect"), row("client", "connect returns"));
    assert_eq!(explained(call, "accept"), row("server", "accept"));
    assert_eq!(explained(call, "eof"), row("server", "read 0 B (EOF)"));
    assert_eq!(explained(call, "time_wait"), row("client", "close"));
}

#[test]
fn connect_returns_before_accept() {
    if !is_supported() {
        return;
    }
    let report = report(&["--rtt", "100ms", "--step", "get a book"]);
    let rows = list(&report["one_call"]["rows"]);
    let packet = |flags: &str| {
        let text = format!("{flags} seq ");
        let mut rows = rows.iter();
        number(&rows.find(|row| row["text"].as_str().unwrap().starts_with(&text)).unwrap()["arrives_ns"])
    };
    let call = |text: &str| number(&rows.iter().find(|row| row["text"] == text).unwrap()["at_ns"]);
    assert!(packet("SYN ACK") <= call("connect returns"));
    assert!(packet("ACK") <= call("accept"));
    assert!(call("connect returns") < call("accept"), "connect does not wait for accept");
}

#[test]
fn recordings_show_packets_between_the_socket_calls() {
    if !is_supported() {
        return;
    }
    let directory = TempDir::new().unwrap();
    run_wire(&directory, &["--step", "get a book"]).ok();
    let files = ["rest-client", "rest-server", "wire"]
        .map(|name| directory.path().join(name).with_extension("jsonl").to_str().unwrap().to_owned());
    let arguments: Vec<&str> = std::iter::once("show").chain(files.iter().map(String::as_str)).collect();
    let shown = run(command("socket-trace"), &arguments).ok();
    for expected in ["connect", "SYN", "accept", "FIN"] {
        assert!(shown.contains(expected), "{expected} is not in:\n{shown}");
    }
}

//! Tests of the scenarios on the lossy network that the live page can start. On a machine without the network they print
//! that they were skipped, and pass; in CI they fail.

use std::thread;

use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};

use crate::support::browser::{Page, get, post};
use crate::support::tour::PORTS;
use crate::support::workshop::Workshop;
use crate::wire::is_supported;

/// The scenarios.
const SCENARIOS: [&str; 6] = ["call", "handshake", "close", "lost", "backlog", "blocking"];

fn record(page: Page<'_>, request: &Value) -> Value {
    let response = post(page, "/api/wire", request);
    assert_eq!(response.status, 200, "{request}: {}", response.text());
    response.json()
}

fn items(recorded: &Value, is_wanted: impl Fn(&Value) -> bool) -> Vec<&Value> {
    recorded["items"].as_array().unwrap().iter().filter(|item| is_wanted(item)).collect()
}

fn packets(recorded: &Value, is_wanted: impl Fn(&Value) -> bool) -> Vec<&Value> {
    items(recorded, |item| item["op"] == "packet" && is_wanted(item))
}

fn calls<'a>(recorded: &'a Value, recording: &str, op: &str) -> Vec<&'a Value> {
    items(recorded, |item| item["recording"] == recording && item["op"] == op)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn states<'a>(recorded: &'a Value, side: &str) -> Vec<&'a str> {
    let states = recorded["states"].as_array().unwrap().iter();
    states.filter(|state| state["side"] == side).map(|state| state["state"].as_str().unwrap()).collect()
}

#[test]
fn one_call_is_recorded_at_both_ends_and_between() {
    if !is_supported() {
        return;
    }
    let workshop = Workshop::start();
    let mut stream = workshop.stream();
    let request = json!({ "scenario": "call", "rtt": 20 });
    let recorded = record(workshop.page(), &request);
    assert_eq!(stream.next_of("wire"), recorded, "every page receives the result");
    for api in ["rest", "graphql", "grpc"] {
        let connects = calls(&recorded, &format!("{api}-client"), "connect");
        let accepts = calls(&recorded, &format!("{api}-server"), "accept");
        assert_eq!((connects.len(), accepts.len()), (1, 1), "{api}");
        let connection = &connects[0]["connection"];
        assert_eq!(connection, &accepts[0]["connection"], "{api}");
        let syn = packets(&recorded, |item| item["connection"] == *connection && item["flags"] == "SYN");
        assert_eq!(syn.len(), 1, "{api}");
        assert!(number(&syn[0]["arrived"]) - number(&syn[0]["t"]) >= 10_000_000, "{}", syn[0]);
    }
    assert_eq!(recorded["results"].as_array().unwrap().len(), 3);
    assert!(recorded["results"].as_array().unwrap().iter().all(|result| result["error"].is_null()));
    // `seq` numbers the events, and `sequence` is the number in the TCP header.
    let all = items(&recorded, |_| true);
    assert!(all.iter().zip(1..).all(|(item, seq)| item["seq"] == seq));
    assert!(packets(&recorded, |item| item["sequence"].is_null()).is_empty());
    // The live feed stays free of them.
    assert!(calls(&recorded, "rest-client", "packet").is_empty());
}

#[test]
fn dropped_request_is_sent_again_over_each_api() {
    if !is_supported() {
        return;
    }
    let workshop = Workshop::start();
    let request = json!({ "scenario": "call", "rtt": 20, "drop": "client" });
    let recorded = record(workshop.page(), &request);
    let dropped = packets(&recorded, |item| item["fate"] == "dropped");
    assert_eq!(dropped.len(), 3);
    for lost in dropped {
        let is_repeat = |item: &Value| {
            item["connection"] == lost["connection"]
                && item["from"] == lost["from"]
                && item["sequence"] == lost["sequence"]
                && item["retransmission"] == true
                && item["fate"] == "delivered"
        };
        assert!(!packets(&recorded, is_repeat).is_empty(), "{lost}");
    }
}

#[test]
fn same_seed_drops_the_same_packets_of_a_handshake() {
    if !is_supported() {
        return;
    }
    let workshop = Workshop::start();
    let fates = |seed: u32| {
        let request = json!({ "scenario": "handshake", "rtt": 0, "loss": 30, "seed": seed });
        let recorded = record(workshop.page(), &request);
        let all = packets(&recorded, |item| item["flags"] == "SYN");
        all.iter().map(|item| item["fate"] == "dropped").collect::<Vec<_>>()
    };
    let seeds: Vec<_> = (1..=6).map(|seed| (fates(seed), fates(seed))).collect();
    // Only by number of the packet: when both ends repeat theirs at the same time, one SYN more or less is sent.
    let is_same =
        |(first, second): &(Vec<bool>, Vec<bool>)| first.iter().zip(second).all(|(one, other)| one == other);
    assert!(seeds.iter().all(is_same), "{seeds:?}");
    assert!(seeds.iter().any(|(first, _)| first.len() > 1), "no SYN was lost: {seeds:?}");
}

#[test]
fn half_closed_client_waits_in_fin_wait2_and_is_left_in_time_wait() {
    if !is_supported() {
        return;
    }
    let workshop = Workshop::start();
    let recorded = record(workshop.page(), &json!({ "scenario": "close", "rtt": 200 }));
    let client = states(&recorded, "client");
    assert!(client.contains(&"FIN_WAIT2") && client.last() == Some(&"TIME_WAIT"), "{client:?}");
    assert!(states(&recorded, "server").contains(&"CLOSE_WAIT"), "{recorded}");
    let at = |items: &[&Value]| number(&items[0]["at"]);
    let shutdown = at(&calls(&recorded, "tcp-client", "shutdown"));
    let read = calls(&recorded, "tcp-client", "read");
    assert!(read[0]["bytes"] == 2 && at(&read) > shutdown, "{read:?}");
}

#[test]
fn lost_packet_is_repeated_by_the_kernel_over_tcp_and_by_the_program_over_udp() {
    if !is_supported() {
        return;
    }
    let workshop = Workshop::start();
    let recorded = record(workshop.page(), &json!({ "scenario": "lost", "rtt": 20 }));
    let lost = |protocol: &str| {
        packets(&recorded, |item| item["fate"] == "dropped" && item["protocol"] == protocol).len()
    };
    assert_eq!((lost("tcp"), lost("udp")), (1, 1));
    assert_eq!(calls(&recorded, "tcp-client", "write").len(), 1);
    assert_eq!(calls(&recorded, "udp-client", "sendto").len(), 2);
}

#[test]
fn third_syn_is_unanswered_while_the_backlog_is_full() {
    if !is_supported() {
        return;
    }
    let workshop = Workshop::start();
    let recorded = record(workshop.page(), &json!({ "scenario": "backlog", "rtt": 20 }));
    let third = &calls(&recorded, "tcp-client", "connect")[2]["connection"];
    let first_accept = number(&calls(&recorded, "tcp-server", "accept")[0]["at"]);
    let syn = packets(&recorded, |item| item["connection"] == *third && item["flags"] == "SYN");
    assert!(syn.len() >= 2 && syn.iter().all(|item| item["fate"] == "delivered"), "{syn:?}");
    let answer = packets(&recorded, |item| item["connection"] == *third && item["flags"] == "SYN ACK");
    assert!(number(&answer[0]["at"]) > first_accept, "{answer:?}");
}

#[test]
fn one_segment_of_each_protocol_is_lost_in_head_of_line_blocking() {
    if !is_supported() {
        return;
    }
    let workshop = Workshop::start();
    let recorded = record(workshop.page(), &json!({ "scenario": "blocking", "rtt": 20 }));
    let dropped = packets(&recorded, |item| item["fate"] == "dropped");
    assert_eq!(dropped.len(), 2, "{dropped:?}");
    assert_eq!(calls(&recorded, "rest-client", "connect").len(), 3);
    assert_eq!(calls(&recorded, "grpc-client", "connect").len(), 1);
}

#[test]
fn invalid_conditions_are_refused_with_the_field() {
    let workshop = Workshop::start();
    for (request, field) in [
        (json!({ "scenario": "call", "rtt": 501 }), "rtt"),
        (json!({ "scenario": "call", "loss": 31 }), "loss"),
        (json!({ "scenario": "call", "loss": -1 }), "loss"),
        (json!({ "scenario": "lost", "drop": "client" }), "drop"),
        (json!({ "scenario": "call", "drop": "nobody" }), "nobody"),
        (json!({ "scenario": "nothing" }), "nothing"),
        (json!({ "scenario": "call", "speed": 1 }), "speed"),
    ] {
        let response = post(workshop.page(), "/api/wire", &request);
        assert_eq!(response.status, 400, "{request}: {}", response.text());
        assert!(response.error().contains(field), "{request}: {}", response.error());
    }
}

#[test]
fn killed_network_process_is_reported_and_the_next_scenario_runs() {
    if !is_supported() {
        return;
    }
    let workshop = Workshop::start();
    let page = workshop.page();
    // The workshop tests the requirements in a child process before it serves the page.
    workshop.stream().next_of("hello");
    let slow = json!({ "scenario": "backlog", "rtt": 500 });
    let response = thread::scope(|scope| {
        let running = scope.spawn(|| post(page, "/api/wire", &slow));
        let child = loop {
            match workshop.children().first() {
                Some(child) => break *child,
                None => thread::yield_now(),
            }
        };
        kill_process(child, Signal::KILL).unwrap();
        running.join().unwrap()
    });
    assert_eq!(response.status, 502, "{}", response.text());
    assert!(response.error().contains("signal"), "{}", response.error());
    record(page, &json!({ "scenario": "handshake", "rtt": 0 }));
}

#[test]
fn shipped_recording_has_the_steps_of_a_new_one() {
    let workshop = Workshop::start();
    let shape = |recorded: &Value| {
        let all = items(recorded, |item| item["op"] != "option");
        let kinds: std::collections::BTreeSet<_> = all
            .iter()
            .map(|item| [&item["recording"], &item["step"], &item["op"]].map(Value::to_string))
            .collect();
        kinds
    };
    let mut size = 0;
    for scenario in SCENARIOS {
        let response = get(workshop.page(), &format!("/api/wire/recorded/{scenario}"));
        size += response.text().len();
        let shipped = response.json();
        assert_eq!(shipped["request"]["scenario"], scenario);
        assert!(!packets(&shipped, |_| true).is_empty(), "{scenario}");
        if is_supported() {
            let fresh = record(workshop.page(), &shipped["request"]);
            assert_eq!(shape(&shipped), shape(&fresh), "{scenario}: record the shipped one again");
        }
    }
    assert!(size < 200_000, "the shipped recording has {size} bytes");
}

#[test]
fn missing_requirement_is_named_with_its_remedy() {
    let workshop = Workshop::without_network(&PORTS);
    let missing = workshop.stream().next_of("hello")["wire"]["missing"].clone();
    assert!(missing["error"].is_string() && !missing["remedies"].as_array().unwrap().is_empty(), "{missing}");
    let response = post(workshop.page(), "/api/wire", &json!({ "scenario": "call" }));
    assert_eq!(response.status, 502);
    assert_eq!(response.error(), missing["error"].as_str().unwrap());
}

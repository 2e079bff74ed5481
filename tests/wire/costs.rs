//! The costs of steps: round trips, segments and time.

use serde_json::Value;

use super::{codes, is_supported, list, number, report};

/// Much longer than the programs compute for a call in a build without optimization, on a busy machine.
const RTT: u64 = 400_000_000;

/// Each step of the tour that is made by default, with the APIs over which it is made, its connections and its round
/// trips.
const EXPECTED: [(&str, &[&str], u64, u64); 5] = [
    ("get a book", &["rest", "graphql", "grpc", "tcp"], 1, 2),
    ("get a book", &["udp"], 0, 1),
    ("the same call 10 times", &["rest", "graphql", "grpc"], 1, 11),
    ("4 connections at once", &["rest", "graphql", "grpc"], 4, 2),
    ("one lost segment", &[], 0, 0),
];

fn cost<'a>(report: &'a Value, step: &str, api: &str) -> &'a Value {
    let costs = list(&report["steps"]).iter();
    costs.into_iter().find(|cost| cost["step"] == step && cost["api"] == api).unwrap()
}

/// The round trips are counted in the order of packets. The tolerance is for the time that both programs compute: 10 %, and at
/// least half of a round trip for each connection, since calls that are made at once are computed one after the other. What
/// the network delivered late, because this machine was busy, is known from the recording and does not count.
#[test]
fn round_trips_explain_the_time() {
    if !is_supported() {
        return;
    }
    let report = report(&["--rtt", "400ms"]);
    for (step, apis, connections, round_trips) in EXPECTED {
        for api in apis {
            let cost = cost(&report, step, api);
            assert_eq!(number(&cost["connections"]), connections, "{cost}");
            assert_eq!(number(&cost["round_trips"]), round_trips, "{cost}");
            let (time, explained) = (number(&cost["time_ns"]), round_trips * RTT);
            let late = number(&cost["in_flight_ns"]) - explained;
            let computed = (explained / 10).max(RTT / 2) * connections.max(1);
            assert!(time >= explained && time - late <= explained + computed, "{cost}");
        }
    }
    for kept in list(&report["kept"]) {
        assert_eq!((number(&kept["calls"]), number(&kept["round_trips"])), (9, 9), "{kept}");
    }
    let codes = codes(&report["conclusions"]);
    for code in ["new_connection", "udp", "at_once", "overhead", "head_of_line"] {
        assert!(codes.contains(&code), "{code} is not in {codes:?}");
    }
    assert!(!codes.contains(&"retransmissions"), "{codes:?}");
}

#[test]
fn lost_segment_stalls_all_streams_of_its_connection() {
    if !is_supported() {
        return;
    }
    let report = report(&["--step", "one lost segment", "--rtt", "50ms"]);
    let stalls: Vec<_> = list(&report["stalls"])
        .iter()
        .map(|stall| {
            let [connections, calls, stalled] =
                ["connections", "calls", "stalled"].map(|field| number(&stall[field]));
            (stall["api"].as_str().unwrap(), connections, calls, stalled)
        })
        .collect();
    assert_eq!(stalls, [("rest", 3, 3, 1), ("grpc", 1, 3, 3)]);
    assert!(codes(&report["conclusions"]).contains(&"head_of_line"));
    for cost in list(&report["steps"]) {
        assert_eq!(number(&cost["dropped"]), 1, "{cost}");
        assert_eq!(cost["connections"], if cost["api"] == "rest" { 3 } else { 1 });
        assert!(number(&cost["retransmissions"]) >= 1, "{cost}");
    }
}

#[test]
fn calls_succeed_despite_lost_packets() {
    if !is_supported() {
        return;
    }
    let report =
        report(&["--rtt", "10ms", "--loss", "10%", "--seed", "3", "--step", "the same call 10 times"]);
    let sum = |field: &str| list(&report["steps"]).iter().map(|cost| number(&cost[field])).sum::<u64>();
    assert_eq!(sum("calls"), 30);
    assert!(sum("dropped") > 0 && sum("retransmissions") > 0, "{report}");
    assert!(codes(&report["conclusions"]).contains(&"retransmissions"));
}

#[test]
fn one_query_saves_a_round_trip() {
    if !is_supported() {
        return;
    }
    let report = report(&["--step", "get author with books", "--rtt", "50ms"]);
    let trips = ["rest", "graphql", "grpc"]
        .map(|api| number(&cost(&report, "get author with books", api)["round_trips"]));
    assert_eq!(trips, [3, 2, 3]);
    assert!(codes(&report["conclusions"]).contains(&"one_query"));
}

#[test]
fn step_makes_the_steps_that_it_needs() {
    if !is_supported() {
        return;
    }
    let report = report(&["--rtt", "0ms", "--step", "update an old revision"]);
    let mut steps: Vec<_> =
        list(&report["steps"]).iter().map(|cost| cost["step"].as_str().unwrap()).collect();
    steps.dedup();
    assert_eq!(steps, ["create a book", "update the book", "update an old revision"]);
}

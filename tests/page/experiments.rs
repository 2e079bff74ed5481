//! Tests of the operations that the lessons need: many connections at once, HTTP/2, and experiments with plain sockets.

use serde_json::{Value, json};

use crate::support::browser::post;
use crate::support::workshop::Workshop;

const APIS: [&str; 3] = ["rest", "graphql", "grpc"];

/// Runs an operation and returns the events of its step.
fn events_of_run(workshop: &Workshop, request: &Value) -> Vec<Value> {
    let response = post(workshop.page(), "/api/run", request);
    assert_eq!(response.status, 200, "{}", response.text());
    let response = response.json();
    let results = response["results"].as_array().unwrap();
    assert!(results.iter().all(|result| result["ok"] == true), "{response}");
    events_of_step(workshop, &response["step"], 2 * results.len())
}

/// Runs an experiment and returns the events of its step.
fn events_of_experiment(workshop: &Workshop, name: &str) -> Vec<Value> {
    let response = post(workshop.page(), "/api/experiment", &json!({ "name": name }));
    assert_eq!(response.status, 200, "{}", response.text());
    events_of_step(workshop, &response.json()["step"], 2)
}

/// Waits until the step has ended in `recordings` recordings, and returns its events without socket options.
fn events_of_step(workshop: &Workshop, step: &Value, recordings: usize) -> Vec<Value> {
    let items = workshop.stream().items_until(|items| {
        let begin = items.iter().position(|item| item["label"] == *step).unwrap_or(items.len());
        items[begin..].iter().filter(|item| item["label"] == "from a terminal").count() >= recordings
    });
    let is_call = |item: &Value| item["op"] != "mark" && item["op"] != "option";
    items.into_iter().filter(|item| item["step"] == *step && is_call(item)).collect()
}

/// Returns the operations of a recording's events, with `!` behind a failed one.
fn calls<'a>(events: &'a [Value], recording: &str) -> Vec<String> {
    let of_recording = |item: &&'a Value| item["recording"] == recording;
    let describe = |item: &Value| {
        let failed = if item["error"].is_string() { "!" } else { "" };
        format!("{}{failed}", item["op"].as_str().unwrap())
    };
    events.iter().filter(of_recording).map(describe).collect()
}

#[test]
fn parallel_connections_are_all_open_at_once() {
    let workshop = Workshop::start();
    let request = json!({ "operation": "get", "apis": APIS, "calls": 6, "connection": "parallel" });
    let events = events_of_run(&workshop, &request);
    for api in APIS {
        let calls = calls(&events, &format!("{api}-server"));
        let opened_and_closed: Vec<_> = calls.iter().filter(|op| *op == "accept" || *op == "close").collect();
        assert_eq!(opened_and_closed, [["accept"; 6], ["close"; 6]].concat(), "{api}");
    }
}

#[test]
fn rest_and_graphql_calls_use_http2_on_request() {
    let workshop = Workshop::start();
    let request = json!({ "operation": "get", "apis": APIS, "calls": 2, "connection": "one", "http2": true });
    let events = events_of_run(&workshop, &request);
    for api in APIS {
        let client = format!("{api}-client");
        let written = events.iter().filter(|item| item["recording"] == *client && item["op"] == "write");
        let layers: Vec<&Value> =
            written.flat_map(|item| item["carried"].as_array().unwrap()).map(|part| &part["layer"]).collect();
        assert!(layers.contains(&&"http2".into()) && !layers.contains(&&"http1".into()), "{api}: {layers:?}");
    }
}

#[test]
fn unread_bytes_reset_the_connection() {
    let events = events_of_experiment(&Workshop::start(), "reset");
    let client = calls(&events, "tcp-client");
    let unread = ["socket", "connect", "write", "read!", "write!", "close"];
    let read = ["socket", "connect", "write", "read", "close"];
    let refused = ["socket", "connect!", "close"];
    assert_eq!(client, [&unread[..], &read, &refused].concat());
}

#[test]
fn listener_on_one_address_refuses_another() {
    let events = events_of_experiment(&Workshop::start(), "bind-addresses");
    let of = |op: &'static str| events.iter().filter(move |item| item["op"] == op);
    let connects: Vec<_> = of("connect").map(|item| item["error"].is_null()).collect();
    assert_eq!(connects, [true, false, true, true]);
    let ip = |item: &Value| item["local"].as_str().unwrap().split(':').next().unwrap().to_owned();
    assert_eq!(of("accept").map(ip).collect::<Vec<_>>(), ["127.0.0.1", "127.0.0.1", "127.0.0.2"]);
}

#[test]
fn connected_udp_socket_receives_from_its_peer_only() {
    let events = events_of_experiment(&Workshop::start(), "connected-udp");
    let of_client = |op: &'static str| {
        events.iter().filter(move |item| item["recording"] == "udp-client" && item["op"] == op)
    };
    // One datagram with connect, two without.
    assert_eq!(of_client("recvfrom").count(), 3);
    assert_eq!(of_client("sendto").filter(|item| item["error"].is_string()).count(), 1);
}

#[test]
fn datagrams_beyond_the_receive_buffer_are_lost() {
    let events = events_of_experiment(&Workshop::start(), "full-buffer");
    let count = |op: &str| {
        let of_op = events.iter().filter(|item| item["op"] == op && item["error"].is_null());
        of_op.count()
    };
    assert_eq!(count("sendto"), 64);
    assert!((1..64).contains(&count("recvfrom")), "{}", count("recvfrom"));
}

#[test]
fn low_port_is_bound_only_with_permission() {
    let workshop = Workshop::start();
    let events = events_of_experiment(&workshop, "privileged-port");
    let low = events.iter().find(|item| item["op"] == "bind").unwrap();
    let port: u16 = low["local"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    assert!(port < 1024, "{low}");
    let allowed = std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    assert_eq!(low["error"].is_null(), allowed, "{low}");
}

#[test]
fn unknown_experiment_is_rejected() {
    let workshop = Workshop::start();
    let response = post(workshop.page(), "/api/experiment", &json!({ "name": "fire" }));
    assert_eq!(response.status, 400);
    assert!(response.error().contains("privileged-port"), "{}", response.error());
}

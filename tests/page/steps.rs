//! Tests of the steps into which the live page divides the calls of its own clients and of others.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::browser::{Stream, post};
use crate::support::workshop::Workshop;

/// Returns the first comparison that satisfies the condition.
fn comparison(stream: &mut Stream, is_wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let comparison = stream.next_of("comparison");
        if is_wanted(&comparison) {
            return comparison;
        }
    }
}

/// Returns the steps of REST's server by name, each with its number of connections.
fn steps(comparison: &Value) -> Vec<(&str, u64)> {
    let traces = comparison["traces"].as_array().unwrap();
    let server = traces.iter().find(|trace| trace["name"] == "rest" && trace["side"] == "server").unwrap();
    let steps = server["steps"].as_array().unwrap().iter();
    steps.map(|step| (step["name"].as_str().unwrap(), step["connections"].as_u64().unwrap())).collect()
}

#[test]
fn connection_from_outside_is_a_separate_step() {
    const STEP: &str = "get a book, 100 connections";
    let workshop = Workshop::start();
    let is_done = AtomicBool::new(false);
    let ports: BTreeSet<String> = thread::scope(|scope| {
        let outside = scope.spawn(|| {
            let mut ports = BTreeSet::new();
            // A complete call each, so that there are about as many as calls of the operation.
            let host = workshop.rest();
            let request = format!("GET /v1/books/2 HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
            while !is_done.load(Ordering::Relaxed) {
                let mut stream = TcpStream::connect(host).unwrap();
                ports.insert(stream.local_addr().unwrap().to_string());
                stream.write_all(request.as_bytes()).unwrap();
                io::copy(&mut stream, &mut io::sink()).unwrap();
            }
            ports
        });
        let work = json!({ "operation": "get", "apis": ["rest"], "calls": 100, "connection": "new" });
        let response = post(workshop.page(), "/api/run", &work);
        is_done.store(true, Ordering::Relaxed);
        assert_eq!(response.json()["step"], STEP);
        outside.join().unwrap()
    });
    let is_over = |items: &[Value]| {
        let mut of_server = items.iter().filter(|item| item["recording"] == "rest-server");
        of_server.any(|item| item["label"] == STEP)
            && of_server.any(|item| item["label"] == "from a terminal")
    };
    let items = workshop.stream().items_until(is_over);
    let accepts: Vec<_> =
        items.iter().filter(|item| item["recording"] == "rest-server" && item["op"] == "accept").collect();
    // A client of the workshop may have the port of an earlier connection from outside.
    let own: BTreeSet<&str> = items
        .iter()
        .filter(|item| item["recording"] == "rest-client" && item["op"] == "connect")
        .filter_map(|item| item["local"].as_str())
        .collect();
    let is_in_step = |item: &Value| item["step"] == STEP;
    let first = accepts.iter().position(|item| is_in_step(item)).unwrap();
    let last = accepts.iter().rposition(|item| is_in_step(item)).unwrap();
    let is_outside = |item: &Value| {
        let peer = item["peer"].as_str().unwrap();
        ports.contains(peer) && !own.contains(peer)
    };
    let outside: Vec<_> = accepts[first..last].iter().filter(|item| is_outside(item)).collect();
    assert!(!outside.is_empty(), "a connection from outside was accepted during the operation");
    for accept in outside {
        assert_eq!(accept["step"], format!("from {}", accept["peer"].as_str().unwrap()), "{accept}");
    }
    // A comparison may be computed while the operation runs. The number never gets lower.
    let all = comparison(&mut workshop.stream(), |comparison| {
        steps(comparison).iter().any(|(name, connections)| *name == STEP && *connections >= 100)
    });
    assert!(steps(&all).contains(&(STEP, 100)), "{:?}", steps(&all));
}

#[test]
fn comparison_after_a_clean_start_counts_only_later_connections() {
    let workshop = Workshop::start();
    let mut stream = workshop.stream();
    let before = comparison(&mut stream, |comparison| steps(comparison).contains(&("get a book", 1)));
    assert!(steps(&before).len() > 1, "{before}");
    post(workshop.page(), "/api/clear", &json!({}));
    let cleared = comparison(&mut stream, |comparison| steps(comparison).is_empty());
    assert_eq!(cleared["verdict"], "same", "the listening sockets are compared: {cleared}");
    let work =
        json!({ "operation": "get", "apis": ["rest", "graphql", "grpc"], "calls": 2, "connection": "new" });
    post(workshop.page(), "/api/run", &work);
    let again = ("get a book, 2 connections", 2);
    let after = comparison(&mut stream, |comparison| steps(comparison).contains(&again));
    assert_eq!(steps(&after), [again]);
}

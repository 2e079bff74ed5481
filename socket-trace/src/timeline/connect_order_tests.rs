use socket_tap::format::Side;

use super::*;
use crate::timeline::fixture::{client, client_stamped_on_return, header, server, timeline, trace};
use crate::timeline::{Next, Timeline};

fn calls(timeline: &mut Timeline) -> Vec<(u64, &'static str)> {
    let mut calls = Vec::new();
    while let Next::Event(TimedEvent { at, event, .. }) = timeline.next_or_pending().unwrap() {
        let name = match event.op.name() {
            "socket" => "socket",
            "connect" => "connect",
            "accept" => "accept",
            "close" => "close",
            _ => continue,
        };
        calls.push((at, name));
    }
    calls
}

fn line(t: u64, sock: u64, rest: &str) -> String {
    format!(r#"{{"t":{t},"sock":{sock},{rest}}}"#)
}

fn socket(t: u64, sock: u64) -> String {
    line(t, sock, r#""op":"socket","domain":"ipv4","type":"stream""#)
}

fn connect(t: u64, sock: u64, began: u64) -> String {
    line(t, sock, &format!(r#""op":"connect","local":"127.0.0.1:1","peer":"127.0.0.1:2","began":{began}"#))
}

fn accept(t: u64, sock: u64) -> String {
    line(t, sock, r#""op":"accept","on":1,"local":"127.0.0.1:2","peer":"127.0.0.1:1""#)
}

#[test]
fn connect_precedes_the_accept() {
    let mut merged = timeline(&[server(), client()]);
    let calls = calls(&mut merged);
    let expected = [(0, "socket"), (50_081_000, "socket"), (50_091_000, "connect"), (50_110_000, "accept")];
    assert_eq!(calls[..4], expected);
    assert!(calls.is_sorted_by_key(|(at, _)| *at), "{calls:?}");
}

#[test]
fn connect_without_start_time_keeps_return_time() {
    let calls = calls(&mut timeline(&[server(), client_stamped_on_return()]));
    assert_eq!(calls[2..4], [(50_110_000, "accept"), (50_116_000, "connect")]);
}

#[test]
fn concurrent_connects_are_ordered_by_call_time() {
    let client =
        [header("a", Side::Client, 0, 0), socket(1, 1), socket(2, 2), connect(30, 2, 4), connect(40, 1, 3)];
    let server = [header("a", Side::Server, 0, 0), accept(20, 7), accept(25, 8)];
    let calls = calls(&mut timeline(&[client.to_vec(), server.to_vec()]));
    let expected =
        [(1, "socket"), (2, "socket"), (3, "connect"), (4, "connect"), (20, "accept"), (25, "accept")];
    assert_eq!(calls, expected);
}

#[test]
fn connect_never_precedes_creation_of_its_socket() {
    // The two times come from two clocks, which agree to some nanoseconds.
    let client = [header("a", Side::Client, 0, 0), socket(9, 1), connect(30, 1, 7)];
    assert_eq!(calls(&mut timeline(&[client.to_vec()])), [(9, "socket"), (9, "connect")]);
}

/// Parses trace lines. Returns the events in the order in which their calls returned.
fn returned(lines: &[String]) -> Vec<TimedEvent> {
    let mut trace = trace(&[&[header("a", Side::Client, 0, 0)], lines].concat());
    let events = std::iter::from_fn(|| trace.next_event().unwrap());
    events.map(|event| TimedEvent { recording: 0, at: event.t, event }).collect()
}

#[test]
fn buffer_for_reordering_connects_is_bounded() {
    let most = u64::try_from(MAX_HELD).unwrap();
    let marks = (2..=most + 3).map(|t| format!(r#"{{"t":{t},"op":"mark","label":"m"}}"#));
    let lines: Vec<String> =
        [socket(1, 1)].into_iter().chain(marks).chain([connect(most + 9, 1, 2)]).collect();
    let (mut order, mut held) = (ConnectOrder::default(), 0);
    for event in returned(&lines) {
        order.push(event);
        while order.pop_ready().is_some() {}
        held = held.max(order.held.len());
    }
    assert_eq!(held, MAX_HELD);
}

#[test]
fn event_times_never_decrease_after_a_late_connect() {
    let mut order = ConnectOrder::default();
    let events = returned(&[socket(1, 1), accept(20, 7), connect(40, 1, 3)]);
    assert!(order.push(events[0].clone()).is_none());
    assert_eq!(order.pop_ready().unwrap().at, 1);
    assert!(order.push(events[1].clone()).is_none() && order.pop_ready().is_none());
    order.stop_waiting_for_first();
    assert_eq!(order.pop_ready().unwrap().at, 20);
    assert_eq!(order.push(events[2].clone()).unwrap().at, 20);
}

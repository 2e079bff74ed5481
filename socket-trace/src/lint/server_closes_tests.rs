use socket_tap::format::Side;

use super::super::fixture::{
    accept, brief_connection, close, lint_events, listener, rule_counts, shutdown, transfer,
};
use super::INFO;

/// Returns the connections of `count` clients. `end` returns the events that close a connection, for a time in
/// microseconds and a socket number. One more connection follows, which shows that the server kept running.
fn connections(count: u64, end: impl Fn(u64, u64) -> Vec<String>) -> Vec<String> {
    let mut events = listener();
    for number in 0..count {
        let (us, sock, ip) = (10 + number * 100, 2 + number, format!("10.0.0.{number}"));
        events.extend([
            accept(us, sock, &ip),
            transfer(us + 1, sock, "read", 3),
            transfer(us + 2, sock, "write", 6),
        ]);
        events.extend(end(us + 3, sock));
    }
    events.push(accept(9_000_000_000, 1_000, "10.1.0.0"));
    events.push(close(9_000_000_001, 1_000, "peer", ""));
    events
}

fn closed_by_server(us: u64, sock: u64) -> Vec<String> {
    vec![shutdown(us, sock), close(us + 1, sock, "local", "")]
}

#[test]
fn ten_connections_closed_by_server_are_reported() {
    assert_eq!(
        rule_counts(&lint_events(Side::Server, &connections(10, closed_by_server))),
        [(INFO.name, 10)]
    );
    assert_eq!(rule_counts(&lint_events(Side::Server, &connections(9, closed_by_server))), [], "few");
}

#[test]
fn server_shutdown_is_not_reported() {
    let mut events = connections(10, closed_by_server);
    events.truncate(events.len() - 2);
    assert_eq!(rule_counts(&lint_events(Side::Server, &events)), []);
}

#[test]
fn server_that_closes_few_connections_is_not_reported() {
    let mut events = connections(10, closed_by_server);
    for number in 0..20 {
        events.extend(brief_connection(9_001_000_000, 2_000 + number, &format!("10.2.0.{number}"), "peer"));
    }
    assert_eq!(rule_counts(&lint_events(Side::Server, &events)), []);
}

#[test]
fn closes_of_idle_connections_are_not_reported() {
    let late = |us: u64, sock: u64| closed_by_server(us + 1_000_001, sock);
    let mut events = connections(10, late);
    events.sort_by_key(|event| event.split([':', ',']).nth(1).unwrap().parse::<u64>().unwrap());
    let report = lint_events(Side::Server, &events);
    assert!(report.findings.iter().all(|finding| finding.rule != INFO.name), "{report:?}");
}

#[test]
fn server_that_closes_last_or_aborts_is_ignored() {
    let late = |us, sock| vec![close(us, sock, "local", r#","tcp":{"state":"CLOSE_WAIT","rtt_us":9}"#)];
    assert_eq!(rule_counts(&lint_events(Side::Server, &connections(10, late))), []);
    let abort = |us, sock| {
        vec![close(us, sock, "local", r#","aborted":true,"tcp":{"state":"ESTABLISHED","rtt_us":9}"#)]
    };
    assert_eq!(rule_counts(&lint_events(Side::Server, &connections(10, abort))), []);
}

use socket_tap::format::Side;

use super::super::fixture::{accept, close, lint_events, listener, rule_counts, shutdown, transfer};
use super::INFO;

const SECOND: u64 = 1_000_000;

/// Returns the findings of the rule for a server whose connections are idle for these times in microseconds. The client ends
/// the first `by_client` of them.
fn findings(idle: &[u64], by_client: usize) -> u64 {
    let mut timed: Vec<(u64, String)> = Vec::new();
    for (number, idle) in idle.iter().enumerate() {
        let (us, sock) = (10 + number as u64 * 10, 2 + number as u64);
        let end = us + 2 + idle;
        timed.extend([
            (us, accept(us, sock, "10.0.0.1")),
            (us + 1, transfer(us + 1, sock, "read", 3)),
            (us + 2, transfer(us + 2, sock, "write", 6)),
        ]);
        if number < by_client {
            timed.push((end, close(end, sock, "peer", "")));
        } else {
            timed.extend([(end, shutdown(end, sock)), (end, close(end, sock, "local", ""))]);
        }
    }
    timed.sort_by_key(|(us, _)| *us);
    let events: Vec<String> =
        listener().into_iter().chain(timed.into_iter().map(|(_, event)| event)).collect();
    let report = lint_events(Side::Server, &events);
    let counts = rule_counts(&report).into_iter();
    counts.filter(|(rule, _)| *rule == INFO.name).map(|(_, count)| count).sum()
}

#[test]
fn server_that_closes_idle_connections_is_reported() {
    assert_eq!(findings(&[5 * SECOND; 5], 0), 5);
    assert_eq!(findings(&[5 * SECOND; 4], 0), 0, "few");
}

#[test]
fn clients_that_close_more_idle_connections_are_not_reported() {
    assert_eq!(findings(&[5 * SECOND; 10], 5), 0);
    assert_eq!(findings(&[5 * SECOND; 10], 4), 6);
}

#[test]
fn connections_in_use_are_ignored() {
    assert_eq!(findings(&[SECOND / 2; 9], 0), 0);
}

#[test]
fn shutdown_of_a_server_is_not_reported() {
    let different: Vec<u64> = (1..=9).map(|number| number * SECOND).collect();
    assert_eq!(findings(&different, 0), 0);
}

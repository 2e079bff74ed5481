use std::net::SocketAddr;

use socket_tap::event::Addr;
use socket_tap::format::Side;

use super::super::fixture::{accept, brief_connection, close, lint_events, listener, rule_counts, transfer};
use super::*;

/// Returns consecutive connections with one exchange each. They start `apart` microseconds apart.
fn series(connections: u64, apart: u64) -> Vec<String> {
    let mut events = listener();
    events.extend(
        (0..connections)
            .flat_map(|number| brief_connection(10 + number * apart, 2 + number, "10.0.0.1", "peer")),
    );
    events
}

#[test]
fn ten_consecutive_connections_are_reported() {
    assert_eq!(rule_counts(&lint_events(Side::Server, &series(10, 100))), [(INFO.name, 10)]);
    assert_eq!(rule_counts(&lint_events(Side::Server, &series(9, 100))), []);
}

#[test]
fn periodic_health_checks_are_ignored() {
    assert_eq!(rule_counts(&lint_events(Side::Server, &series(50, 1_000_000))), [(INFO.name, 50)]);
    assert_eq!(rule_counts(&lint_events(Side::Server, &series(50, 1_000_004))), []);
}

#[test]
fn parallel_clients_are_reported_after_ten_connections_each() {
    for (rounds, expected) in [(9, 0), (10, 20)] {
        let mut events = listener();
        for round in 0..rounds {
            let (us, sock) = (10 + 100 * round, 2 + 2 * round);
            let [first, read, write, end] = brief_connection(us, sock, "10.0.0.1", "peer");
            events.extend([first, accept(us, sock + 1, "10.0.0.1"), read, write]);
            events.extend([
                transfer(us + 2, sock + 1, "read", 3),
                transfer(us + 2, sock + 1, "write", 3),
                end,
            ]);
            events.push(close(us + 4, sock + 1, "peer", ""));
        }
        let report = lint_events(Side::Server, &events);
        assert_eq!(report.findings.iter().map(|finding| finding.count).sum::<u64>(), expected, "{rounds}");
        for finding in &report.findings {
            assert!(finding.what.contains("at most 2 at once"), "{}", finding.what);
        }
    }
}

#[test]
fn connections_with_several_requests_are_ignored() {
    let mut events = listener();
    for number in 0..20 {
        let (us, sock) = (10 + 100 * number, 2 + number);
        let [first, .., end] = brief_connection(us, sock, "10.0.0.1", "peer");
        events.push(first);
        for exchange in 0..4 {
            events.extend([
                transfer(us + exchange, sock, "read", 1),
                transfer(us + exchange, sock, "write", 1),
            ]);
        }
        events.push(end);
    }
    assert_eq!(rule_counts(&lint_events(Side::Server, &events)), []);
}

/// A client that opens a single connection cannot open fewer, so there is nothing to report.
#[test]
fn clients_with_a_single_connection_are_ignored() {
    let mut events = listener();
    for client in 0..5_000 {
        let ip = format!("10.0.{}.{}", client / 256, client % 256);
        events.extend(brief_connection(10 + 100 * client, 2 + client, &ip, "peer"));
    }
    assert_eq!(rule_counts(&lint_events(Side::Server, &events)), []);
}

#[test]
fn memory_is_bounded_by_open_connections() {
    let mut rule = Reconnects::default();
    let socket = |sock: u64| Socket {
        role: Some(Role::Accepted),
        peer: Some(Addr::Ip(SocketAddr::from((u32::try_from(sock).unwrap().to_be_bytes(), 1)))),
        ..Socket::new(SockId::new(sock).unwrap())
    };
    for sock in 1..10_000 {
        rule.opened(&socket(sock), sock);
        if sock % 10 > 0 {
            rule.ended(SockId::new(sock).unwrap(), sock);
        }
    }
    assert_eq!(rule.open.len(), 999);
    assert!(rule.series.len() <= 2 * 999 + 1, "{}", rule.series.len());
    // Opening an open socket again must not count it twice.
    for sock in 1..10_000 {
        rule.opened(&socket(sock), sock);
        rule.opened(&socket(sock), sock);
        rule.ended(SockId::new(sock).unwrap(), sock);
    }
    assert!(rule.series.values().all(|series| series.open == 0));
}

#[test]
fn number_of_findings_is_limited() {
    let mut events = listener();
    for number in 0..400 {
        events.extend(brief_connection(
            10 + 100 * number,
            2 + number,
            &format!("10.0.0.{}", number / 10),
            "peer",
        ));
    }
    assert_eq!(lint_events(Side::Server, &events).findings.len(), FINDINGS);
}

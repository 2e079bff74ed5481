use super::super::lines::{accept, brief, close, found, linted, listener, moved};
use super::*;

/// So many connections with one exchange each, so many microseconds apart.
fn row(connections: u64, apart: u64) -> Vec<String> {
    let mut events = listener();
    events.extend(
        (0..connections).flat_map(|number| brief(10 + number * apart, 2 + number, "10.0.0.1", "peer")),
    );
    events
}

#[test]
fn ten_in_a_row_are_found() {
    assert_eq!(found(&linted("server", &row(10, 100))), [(ABOUT.name, 10)]);
    assert_eq!(found(&linted("server", &row(9, 100))), []);
}

#[test]
fn a_health_check_now_and_then_is_no_row() {
    assert_eq!(found(&linted("server", &row(50, 1_000_000))), [(ABOUT.name, 50)]);
    assert_eq!(found(&linted("server", &row(50, 1_000_004))), []);
}

#[test]
fn connections_at_once_are_a_pool_and_so_are_their_successors() {
    for (rounds, expected) in [(9, 0), (10, 20)] {
        let mut events = listener();
        for round in 0..rounds {
            let (us, sock) = (10 + 100 * round, 2 + 2 * round);
            let [first, read, write, end] = brief(us, sock, "10.0.0.1", "peer");
            events.extend([first, accept(us, sock + 1, "10.0.0.1"), read, write]);
            events.extend([moved(us + 2, sock + 1, "read", 3), moved(us + 2, sock + 1, "write", 3), end]);
            events.push(close(us + 4, sock + 1, "peer", ""));
        }
        let report = linted("server", &events);
        assert_eq!(report.findings.iter().map(|finding| finding.count).sum::<u64>(), expected, "{rounds}");
        for finding in &report.findings {
            assert!(finding.what.contains("at most 2 at once"), "{}", finding.what);
        }
    }
}

#[test]
fn connections_that_are_used_again_are_not_brief() {
    let mut events = listener();
    for number in 0..20 {
        let (us, sock) = (10 + 100 * number, 2 + number);
        let [first, .., end] = brief(us, sock, "10.0.0.1", "peer");
        events.push(first);
        for exchange in 0..4 {
            events.extend([moved(us + exchange, sock, "read", 1), moved(us + exchange, sock, "write", 1)]);
        }
        events.push(end);
    }
    assert_eq!(found(&linted("server", &events)), []);
}

/// Each client has one connection: none can do with fewer.
#[test]
fn many_clients_are_not_one() {
    let mut events = listener();
    for client in 0..5_000 {
        let ip = format!("10.0.{}.{}", client / 256, client % 256);
        events.extend(brief(10 + 100 * client, 2 + client, &ip, "peer"));
    }
    assert_eq!(found(&linted("server", &events)), []);
}

#[test]
fn memory_is_bounded_by_what_is_open_however_many_peers_came() {
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
    assert!(rule.rows.len() <= 2 * 999 + 1, "{}", rule.rows.len());
    // Said to be opened again, each is still one.
    for sock in 1..10_000 {
        rule.opened(&socket(sock), sock);
        rule.opened(&socket(sock), sock);
        rule.ended(SockId::new(sock).unwrap(), sock);
    }
    assert!(rule.rows.values().all(|row| row.open == 0));
}

#[test]
fn findings_of_many_peers_are_few() {
    let mut events = listener();
    for number in 0..400 {
        events.extend(brief(10 + 100 * number, 2 + number, &format!("10.0.0.{}", number / 10), "peer"));
    }
    assert_eq!(linted("server", &events).findings.len(), FINDINGS);
}

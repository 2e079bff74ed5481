use socket_tap::format::Side;

use super::super::fixture::{accept, connect, lint_events, listener, rule_counts, shutdown, transfer};
use super::INFO;

/// Returns the events of a connection with the given writes, and a read at the time `read`. Each write has a
/// time in microseconds and a number of bytes.
fn exchange(writes: &[(u64, u64)], read: u64) -> Vec<String> {
    let mut events = listener();
    events.push(accept(1, 2, "127.0.0.1"));
    events.extend(writes.iter().map(|(us, bytes)| transfer(1_000 + us, 2, "write", *bytes)));
    events.push(transfer(1_000 + read, 2, "read", 85));
    events
}

fn stalls(events: &[String]) -> u64 {
    lint_events(Side::Server, events).findings.iter().map(|finding| finding.count).sum()
}

#[test]
fn pause_of_delayed_acknowledgement_is_reported() {
    for read in [38_000, 43_000, 60_000, 200_000] {
        let events = exchange(&[(0, 64), (10, 137)], read);
        assert_eq!(rule_counts(&lint_events(Side::Server, &events)), [(INFO.name, 1)], "{read}");
    }
}

#[test]
fn pauses_too_short_or_long_for_delayed_ack_are_ignored() {
    for read in [100, 37_000, 61_000, 100_000, 300_000] {
        assert_eq!(stalls(&exchange(&[(0, 64), (10, 137)], read)), 0, "{read}");
    }
}

#[test]
fn pause_after_a_single_write_is_ignored() {
    assert_eq!(stalls(&exchange(&[(0, 201)], 43_000)), 0);
}

#[test]
fn full_segments_do_not_stall() {
    assert_eq!(stalls(&exchange(&[(0, 64), (10, 1_220)], 43_000)), 0);
    assert_eq!(stalls(&exchange(&[(0, 64), (10, 610), (20, 610)], 43_000)), 0);
    assert_eq!(stalls(&exchange(&[(0, 64), (10, 610), (20, 609)], 43_000)), 1);
}

#[test]
fn write_after_acknowledgement_does_not_stall() {
    assert_eq!(stalls(&exchange(&[(0, 64), (38_000, 137)], 43_000)), 0);
    assert_eq!(stalls(&exchange(&[(0, 64), (37_000, 137)], 43_000)), 1);
}

#[test]
fn data_flushed_by_a_fin_does_not_stall() {
    let mut events = exchange(&[(0, 64), (10, 137)], 43_000);
    events.insert(events.len() - 1, shutdown(1_020, 2));
    assert_eq!(stalls(&events), 0);
}

#[test]
fn slow_peer_is_not_reported_as_stall() {
    for (longer, expected) in [(3, 1), (4, 0)] {
        let mut events = exchange(&[(0, 64), (10, 137)], 43_000);
        for exchange in 1..=longer {
            let us = exchange * 2_000_000;
            events.extend([transfer(us, 2, "write", 64), transfer(us + 10, 2, "write", 137)]);
            events.push(transfer(us + 250_000 * exchange, 2, "read", 85));
        }
        assert_eq!(stalls(&events), expected, "one in {}", longer + 1);
    }
}

#[test]
fn sockets_with_tcp_nodelay_are_ignored() {
    let with = |option: &str| {
        let mut events = exchange(&[(0, 64), (10, 137)], 43_000);
        events.insert(4, format!(r#"{{"t":1000,"sock":2,"op":"option",{option}}}"#));
        stalls(&events)
    };
    assert_eq!(with(r#""name":"TCP_NODELAY","value":1"#), 0);
    assert_eq!(with(r#""name":"TCP_NODELAY","value":0"#), 1);
    assert_eq!(with(r#""name":"TCP_NODELAY","value":1,"error":"invalid argument","errno":22"#), 1);
    assert_eq!(with(r#""name":"SO_KEEPALIVE","value":1"#), 1);
}

#[test]
fn accepted_sockets_inherit_listener_options() {
    let mut events = exchange(&[(0, 64), (10, 137)], 43_000);
    events.insert(3, r#"{"t":0,"sock":1,"op":"option","name":"TCP_NODELAY","value":1}"#.to_owned());
    assert_eq!(stalls(&events), 0);
}

#[test]
fn stalls_of_clients_are_reported() {
    let mut events = connect(1, 2).to_vec();
    events.extend([
        transfer(10, 2, "write", 80),
        transfer(12, 2, "write", 20),
        transfer(43_000, 2, "read", 9),
    ]);
    assert_eq!(rule_counts(&lint_events(Side::Client, &events)), [(INFO.name, 1)]);
}

/// A layered stream is not reported, because the TCP socket below it has the same writes and is reported
/// itself.
#[test]
fn layered_and_unix_streams_are_ignored() {
    for first in [
        r#"{"t":1000,"sock":2,"op":"adopt","on":7,"domain":"tls","type":"stream"}"#,
        r#"{"t":1000,"sock":2,"op":"accept","on":1,"local":"/run/shop.sock","peer":"(unnamed)"}"#,
    ] {
        let mut events = exchange(&[(0, 64), (10, 137)], 43_000);
        events[3] = first.to_owned();
        assert_eq!(stalls(&events), 0);
    }
}

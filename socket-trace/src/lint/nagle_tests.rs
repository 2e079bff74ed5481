use super::super::lines::{accept, connect, found, linted, listener, moved, shutdown};
use super::ABOUT;

/// Two writes of these sizes, at these times in microseconds, and then a read.
fn answers(writes: &[(u64, u64)], read: u64) -> Vec<String> {
    let mut events = listener();
    events.push(accept(1, 2, "127.0.0.1"));
    events.extend(writes.iter().map(|(us, bytes)| moved(1_000 + us, 2, "write", *bytes)));
    events.push(moved(1_000 + read, 2, "read", 85));
    events
}

fn stalls(events: &[String]) -> u64 {
    linted("server", events).findings.iter().map(|finding| finding.count).sum()
}

#[test]
fn two_small_writes_and_a_pause_of_a_delayed_acknowledgement_are_found() {
    for read in [38_000, 43_000, 60_000, 200_000] {
        let events = answers(&[(0, 64), (10, 137)], read);
        assert_eq!(found(&linted("server", &events)), [(ABOUT.name, 1)], "{read}");
    }
}

#[test]
fn a_pause_of_another_length_is_a_peer_that_takes_its_time() {
    for read in [100, 37_000, 61_000, 100_000, 300_000] {
        assert_eq!(stalls(&answers(&[(0, 64), (10, 137)], read)), 0, "{read}");
    }
}

#[test]
fn one_write_waits_for_nothing() {
    assert_eq!(stalls(&answers(&[(0, 201)], 43_000)), 0);
}

#[test]
fn what_fills_a_segment_leaves_at_once() {
    assert_eq!(stalls(&answers(&[(0, 64), (10, 1_220)], 43_000)), 0);
    assert_eq!(stalls(&answers(&[(0, 64), (10, 610), (20, 610)], 43_000)), 0);
    assert_eq!(stalls(&answers(&[(0, 64), (10, 610), (20, 609)], 43_000)), 1);
}

#[test]
fn what_is_written_after_the_acknowledgement_does_not_wait() {
    assert_eq!(stalls(&answers(&[(0, 64), (38_000, 137)], 43_000)), 0);
    assert_eq!(stalls(&answers(&[(0, 64), (37_000, 137)], 43_000)), 1);
}

#[test]
fn a_fin_takes_along_what_waits() {
    let mut events = answers(&[(0, 64), (10, 137)], 43_000);
    events.insert(events.len() - 1, shutdown(1_020, 2));
    assert_eq!(stalls(&events), 0);
}

#[test]
fn a_peer_that_pauses_for_any_time_is_just_slow() {
    for (longer, expected) in [(3, 1), (4, 0)] {
        let mut events = answers(&[(0, 64), (10, 137)], 43_000);
        for exchange in 1..=longer {
            let us = exchange * 2_000_000;
            events.extend([moved(us, 2, "write", 64), moved(us + 10, 2, "write", 137)]);
            events.push(moved(us + 250_000 * exchange, 2, "read", 85));
        }
        assert_eq!(stalls(&events), expected, "one in {}", longer + 1);
    }
}

#[test]
fn options_say_whether_it_can_be() {
    let with = |option: &str| {
        let mut events = answers(&[(0, 64), (10, 137)], 43_000);
        events.insert(4, format!(r#"{{"t":1000,"sock":2,"op":"option",{option}}}"#));
        stalls(&events)
    };
    assert_eq!(with(r#""name":"TCP_NODELAY","value":1"#), 0);
    assert_eq!(with(r#""name":"TCP_NODELAY","value":0"#), 1);
    assert_eq!(with(r#""name":"TCP_NODELAY","value":1,"error":"invalid argument","errno":22"#), 1);
    assert_eq!(with(r#""name":"SO_KEEPALIVE","value":1"#), 1);
}

#[test]
fn a_listener_hands_down_its_options() {
    let mut events = answers(&[(0, 64), (10, 137)], 43_000);
    events.insert(3, r#"{"t":0,"sock":1,"op":"option","name":"TCP_NODELAY","value":1}"#.to_owned());
    assert_eq!(stalls(&events), 0);
}

#[test]
fn a_client_is_found_alike() {
    let mut events = connect(1, 2).to_vec();
    events.extend([moved(10, 2, "write", 80), moved(12, 2, "write", 20), moved(43_000, 2, "read", 9)]);
    assert_eq!(found(&linted("client", &events)), [(ABOUT.name, 1)]);
}

/// The socket below has the same writes, if they are small there.
#[test]
fn a_stream_above_another_and_one_of_the_unix_domain_are_none_of_tcp() {
    for first in [
        r#"{"t":1000,"sock":2,"op":"adopt","on":7,"domain":"tls","type":"stream"}"#,
        r#"{"t":1000,"sock":2,"op":"accept","on":1,"local":"/run/shop.sock","peer":"(unnamed)"}"#,
    ] {
        let mut events = answers(&[(0, 64), (10, 137)], 43_000);
        events[3] = first.to_owned();
        assert_eq!(stalls(&events), 0);
    }
}

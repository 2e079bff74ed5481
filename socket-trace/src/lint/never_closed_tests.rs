use socket_tap::format::Side;

use super::super::fixture::{accept, fin, lint_events, listener, rule_counts, transfer};
use super::INFO;

/// Returns a recording of one connection with these events. The recording lasts `end_s` seconds.
fn open(events: impl IntoIterator<Item = String>, end_s: u64) -> Vec<String> {
    let mut all = listener();
    all.push(accept(1, 2, "127.0.0.1"));
    all.extend(events);
    all.push(format!(r#"{{"t":{end_s}000000000,"op":"mark","label":"the end"}}"#));
    all
}

#[test]
fn idle_limit_is_thirty_seconds() {
    let read = || [transfer(1_000_000, 2, "read", 3)];
    assert_eq!(rule_counts(&lint_events(Side::Server, &open(read(), 31))), [(INFO.name, 1)]);
    assert_eq!(rule_counts(&lint_events(Side::Server, &open(read(), 30))), []);
}

#[test]
fn close_wait_limit_is_one_second() {
    assert_eq!(rule_counts(&lint_events(Side::Server, &open([fin(1_000_000, 2)], 2))), [(INFO.name, 1)]);
    assert_eq!(rule_counts(&lint_events(Side::Server, &open([fin(1_000_001, 2)], 2))), []);
}

#[test]
fn half_closed_connection_that_writes_is_not_reported() {
    let events = [fin(1_000_000, 2), transfer(1_900_000, 2, "write", 9)];
    assert_eq!(rule_counts(&lint_events(Side::Server, &open(events, 2))), []);
}

#[test]
fn open_listener_is_not_reported() {
    let mut events = listener();
    events.push(r#"{"t":99000000000,"op":"mark","label":"the end"}"#.to_owned());
    assert_eq!(rule_counts(&lint_events(Side::Server, &events)), []);
}

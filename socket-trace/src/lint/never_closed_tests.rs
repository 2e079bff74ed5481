use super::super::lines::{accept, fin, found, linted, listener, moved};
use super::ABOUT;

/// A connection with these events, and another event at that second.
fn open(events: impl IntoIterator<Item = String>, end_s: u64) -> Vec<String> {
    let mut all = listener();
    all.push(accept(1, 2, "127.0.0.1"));
    all.extend(events);
    all.push(format!(r#"{{"t":{end_s}000000000,"op":"mark","label":"the end"}}"#));
    all
}

#[test]
fn thirty_seconds_are_long() {
    let read = || [moved(1_000_000, 2, "read", 3)];
    assert_eq!(found(&linted("server", &open(read(), 31))), [(ABOUT.name, 1)]);
    assert_eq!(found(&linted("server", &open(read(), 30))), []);
}

#[test]
fn a_second_is_long_after_the_peers_end() {
    assert_eq!(found(&linted("server", &open([fin(1_000_000, 2)], 2))), [(ABOUT.name, 1)]);
    assert_eq!(found(&linted("server", &open([fin(1_000_001, 2)], 2))), []);
}

#[test]
fn an_answer_that_still_goes_out_after_the_peers_end_is_in_use() {
    let events = [fin(1_000_000, 2), moved(1_900_000, 2, "write", 9)];
    assert_eq!(found(&linted("server", &open(events, 2))), []);
}

#[test]
fn a_listener_is_meant_to_be_open() {
    let mut events = listener();
    events.push(r#"{"t":99000000000,"op":"mark","label":"the end"}"#.to_owned());
    assert_eq!(found(&linted("server", &events)), []);
}

use socket_tap::format::Side;

use super::super::fixture::{accept, lint_events, listener, transfer};

/// Returns a connection with `count` writes of `bytes` bytes, `apart` microseconds apart.
fn writes(count: u64, bytes: u64, apart: u64) -> Vec<String> {
    let mut events = listener();
    events.push(accept(1, 2, "127.0.0.1"));
    // TCP_NODELAY keeps the Nagle rule from reporting these writes.
    events.push(r#"{"t":1000,"sock":2,"op":"option","name":"TCP_NODELAY","value":1}"#.to_owned());
    events.extend((0..count).map(|write| transfer(10 + write * apart, 2, "write", bytes)));
    events
}

fn storms(events: &[String]) -> u64 {
    lint_events(Side::Server, events).findings.iter().map(|finding| finding.count).sum()
}

#[test]
fn sixteen_tiny_writes_are_reported() {
    assert_eq!(storms(&writes(16, 32, 200)), 1);
    assert_eq!(storms(&writes(15, 32, 200)), 0, "few");
    assert_eq!(storms(&writes(16, 33, 200)), 0, "too large");
    assert_eq!(storms(&writes(16, 32, 201)), 0, "too far apart");
}

#[test]
fn read_in_between_ends_a_burst_of_writes() {
    let mut events = writes(30, 1, 1);
    events.insert(20, transfer(25, 2, "read", 1));
    assert_eq!(storms(&events), 0);
}

#[test]
fn all_bursts_are_counted_and_three_are_shown() {
    let mut events = writes(0, 0, 0);
    for storm in 0..5 {
        events.extend((0..20).map(|write| transfer(1_000 * (storm + 1) + write, 2, "write", 2)));
    }
    let report = lint_events(Side::Server, &events);
    let [finding] = &*report.findings else { panic!("{:?}", report.findings) };
    assert_eq!((finding.count, finding.examples.len()), (5, 3));
    assert_eq!(
        finding.what,
        "100 writes with 200 bytes in total, in 5 bursts: 2 bytes of payload per write."
    );
    let lines: Vec<u64> = finding.examples[1].lines.iter().map(|quote| quote.line).collect();
    assert_eq!(lines, [27, 28, 46]);
}

use socket_tap::format::Side;

use super::super::fixture::{accept, close, connect, fin, lint_events, listener, shutdown, transfer};

const CLOSED: &str = r#","tcp":{"state":"CLOSE","rtt_us":9}"#;

fn failed(us: u64, op: &str, error: &str) -> String {
    format!(r#"{{"t":{us}000,"sock":2,"op":"{op}","error":"{error}"}}"#)
}

/// Lints a connection with these events. Returns the explanation of the first example of each finding.
fn examples(side: Side, of_connection: Vec<String>) -> Vec<String> {
    let mut events = match side {
        Side::Client | Side::Wire => connect(1, 2).to_vec(),
        Side::Server => listener(),
    };
    if side == Side::Server {
        events.push(accept(1, 2, "127.0.0.1"));
    }
    events.extend(of_connection);
    let report = lint_events(side, &events);
    assert!(report.findings.iter().all(|finding| finding.count == 1));
    report.findings.into_iter().map(|finding| finding.examples[0].what.clone()).collect()
}

#[test]
fn errors_other_than_resets_are_ignored() {
    assert!(
        examples(Side::Server, vec![failed(3, "write", "timed out"), failed(4, "read", "timed out")])
            .is_empty()
    );
}

#[test]
fn reset_after_a_response_is_ignored() {
    let events =
        vec![transfer(2, 2, "read", 3), transfer(3, 2, "write", 6), failed(4, "read", "connection reset")];
    assert!(examples(Side::Server, events).is_empty());
}

#[test]
fn request_answered_by_reset_is_reported() {
    let events = vec![transfer(2, 2, "write", 3), failed(4, "read", "connection reset")];
    assert_eq!(examples(Side::Client, events).len(), 1);
    let answered =
        vec![transfer(2, 2, "write", 3), transfer(3, 2, "read", 6), failed(4, "read", "connection reset")];
    assert!(examples(Side::Client, answered).is_empty());
}

#[test]
fn connection_is_reported_once() {
    let events = vec![
        failed(2, "write", "connection reset"),
        failed(3, "write", "broken pipe"),
        failed(4, "write", "broken pipe"),
        close(5, 2, "reset", CLOSED),
    ];
    assert_eq!(examples(Side::Server, events), ["the failed write"]);
}

#[test]
fn repeated_writes_after_an_error_are_reported_once() {
    let events =
        vec![failed(2, "read", "connection reset"), transfer(3, 2, "write", 1), transfer(4, 2, "write", 1)];
    assert_eq!(examples(Side::Server, events), ["the error and the next write"]);
}

#[test]
fn tcp_state_close_after_shutdown_is_not_reported() {
    let events = |shut: &[String]| {
        let mut events = vec![fin(2, 2), transfer(3, 2, "write", 6)];
        events.extend(shut.iter().cloned());
        events.push(close(5, 2, "peer", CLOSED));
        events
    };
    assert_eq!(examples(Side::Server, events(&[])).len(), 1);
    assert!(examples(Side::Server, events(&[shutdown(4, 2)])).is_empty());
}

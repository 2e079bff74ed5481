use super::super::lines::{accept, close, connect, fin, linted, listener, moved, shutdown};

const CLOSED: &str = r#","tcp":{"state":"CLOSE","rtt_us":9}"#;

fn failed(us: u64, op: &str, error: &str) -> String {
    format!(r#"{{"t":{us}000,"sock":2,"op":"{op}","error":"{error}"}}"#)
}

/// What is found on a connection: the sentences, without their numbers.
fn told(side: &str, of_connection: Vec<String>) -> Vec<String> {
    let mut events = if side == "client" { connect(1, 2).to_vec() } else { listener() };
    if side == "server" {
        events.push(accept(1, 2, "127.0.0.1"));
    }
    events.extend(of_connection);
    linted(side, &events).findings.into_iter().map(|finding| finding.what).collect()
}

#[test]
fn an_error_that_is_no_reset_is_not_told_of() {
    assert!(told("server", vec![failed(3, "write", "timed out"), failed(4, "read", "timed out")]).is_empty());
}

#[test]
fn a_server_whose_client_is_reset_while_it_listens_has_lost_nothing() {
    let events = vec![moved(2, 2, "read", 3), moved(3, 2, "write", 6), failed(4, "read", "connection reset")];
    assert!(told("server", events).is_empty());
}

#[test]
fn a_client_whose_request_meets_a_reset_is_told_of() {
    let events = vec![moved(2, 2, "write", 3), failed(4, "read", "connection reset")];
    assert_eq!(told("client", events).len(), 1);
    let answered =
        vec![moved(2, 2, "write", 3), moved(3, 2, "read", 6), failed(4, "read", "connection reset")];
    assert!(told("client", answered).is_empty());
}

#[test]
fn each_connection_is_told_of_once() {
    let events = vec![
        failed(2, "write", "connection reset"),
        failed(3, "write", "broken pipe"),
        failed(4, "write", "broken pipe"),
        close(5, 2, "reset", CLOSED),
    ];
    assert_eq!(
        told("server", events),
        ["1 connection where a write failed: the peer had gone without a word before it had read all."]
    );
}

#[test]
fn writes_that_go_well_after_an_error_are_told_of_once() {
    let events =
        vec![failed(2, "read", "connection reset"), moved(3, 2, "write", 1), moved(4, 2, "write", 1)];
    assert_eq!(told("server", events), ["1 connection written to again after an error."]);
}

#[test]
fn a_state_of_close_is_no_reset_when_we_have_ended_it_too() {
    let events = |shut: &[String]| {
        let mut events = vec![fin(2, 2), moved(3, 2, "write", 6)];
        events.extend(shut.iter().cloned());
        events.push(close(5, 2, "peer", CLOSED));
        events
    };
    assert_eq!(told("server", events(&[])).len(), 1);
    assert!(told("server", events(&[shutdown(4, 2)])).is_empty());
}

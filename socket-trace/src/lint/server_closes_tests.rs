use super::super::lines::{accept, brief, close, found, linted, listener, moved, shutdown};
use super::ABOUT;

/// Connections of many clients, each ended as `end` says at that time, and one more that shows that the server goes on.
fn ended(count: u64, end: impl Fn(u64, u64) -> Vec<String>) -> Vec<String> {
    let mut events = listener();
    for number in 0..count {
        let (us, sock, ip) = (10 + number * 100, 2 + number, format!("10.0.0.{number}"));
        events.extend([
            accept(us, sock, &ip),
            moved(us + 1, sock, "read", 3),
            moved(us + 2, sock, "write", 6),
        ]);
        events.extend(end(us + 3, sock));
    }
    events.push(accept(9_000_000_000, 1_000, "10.1.0.0"));
    events.push(close(9_000_000_001, 1_000, "peer", ""));
    events
}

fn by_server(us: u64, sock: u64) -> Vec<String> {
    vec![shutdown(us, sock), close(us + 1, sock, "local", "")]
}

#[test]
fn ten_that_the_server_ended_are_found() {
    assert_eq!(found(&linted("server", &ended(10, by_server))), [(ABOUT.name, 10)]);
    assert_eq!(found(&linted("server", &ended(9, by_server))), [], "few");
}

#[test]
fn a_server_that_does_not_go_on_may_end_them() {
    let mut events = ended(10, by_server);
    events.truncate(events.len() - 2);
    assert_eq!(found(&linted("server", &events)), []);
}

#[test]
fn most_of_them_have_to_be() {
    let mut events = ended(10, by_server);
    for number in 0..20 {
        events.extend(brief(9_001_000_000, 2_000 + number, &format!("10.2.0.{number}"), "peer"));
    }
    assert_eq!(found(&linted("server", &events)), []);
}

#[test]
fn the_end_of_an_idle_connection_is_as_it_should_be() {
    let late = |us: u64, sock: u64| by_server(us + 1_000_001, sock);
    let mut events = ended(10, late);
    events.sort_by_key(|event| event.split([':', ',']).nth(1).unwrap().parse::<u64>().unwrap());
    assert_eq!(found(&linted("server", &events)), []);
}

#[test]
fn who_was_second_has_no_time_wait() {
    let late = |us, sock| vec![close(us, sock, "local", r#","tcp":{"state":"CLOSE_WAIT","rtt_us":9}"#)];
    assert_eq!(found(&linted("server", &ended(10, late))), []);
    let abort = |us, sock| {
        vec![close(us, sock, "local", r#","aborted":true,"tcp":{"state":"ESTABLISHED","rtt_us":9}"#)]
    };
    assert_eq!(found(&linted("server", &ended(10, abort))), []);
}

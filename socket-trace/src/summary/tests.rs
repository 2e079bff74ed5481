use std::collections::BTreeMap;

use socket_tap::format::{Header, Side};

use super::*;
use crate::timeline::fixture::{header_line, trace};

fn summary(side: Side, events: &[&str]) -> Summary {
    let mut lines = vec![header_line(&Header::new("test", side))];
    lines.extend(events.iter().map(|event| (*event).to_owned()));
    lines.push(format!(r#"{{"end":true,"events":{},"lost":0}}"#, events.len()));
    Summary::of(trace(&lines), RecordingState::Finished).unwrap()
}

fn patterns(summary: &Summary) -> Vec<(Role, &str)> {
    let mut all = Vec::new();
    for (role, patterns) in &summary.call_patterns {
        all.extend(patterns.keys().map(|pattern| (*role, pattern.as_str())));
    }
    all
}

#[test]
fn layered_streams_do_not_count_bytes_twice() {
    let summary = summary(
        Side::Server,
        &[
            r#"{"t":1,"sock":1,"op":"adopt","fd":3,"domain":"ipv4","type":"listener","local":"127.0.0.1:3000"}"#,
            r#"{"t":2,"sock":2,"op":"accept","on":1,"peer":"127.0.0.1:51234"}"#,
            r#"{"t":3,"sock":3,"op":"adopt","on":2,"domain":"tls","type":"stream"}"#,
            r#"{"t":4,"sock":2,"op":"read","bytes":100}"#,
            r#"{"t":5,"sock":3,"op":"read","bytes":70}"#,
            r#"{"t":6,"sock":3,"op":"release","rx":70,"tx":0,"reads":1,"writes":0}"#,
            r#"{"t":7,"sock":4,"op":"adopt","domain":"unix","type":"listener","local":"/run/idle.sock"}"#,
            r#"{"t":7,"sock":2,"op":"close","ended_by":"peer","rx":100,"tx":0,"reads":1,"writes":0}"#,
        ],
    );
    let expected = [
        (Role::Listener, "adopt"),
        (Role::Listener, "adopt → accept"),
        (Role::Accepted, "accept → read → close"),
        (Role::Layer, "adopt → read → release"),
    ];
    assert_eq!(patterns(&summary), expected);
    let [step] = summary.steps.as_slice() else { panic!("{:?}", summary.steps) };
    assert_eq!((step.connections, step.reads, step.to_server, summary.open), (1, 1, 100, 0));
    assert_eq!(step.ended_by, BTreeMap::from([("client", 1)]));
}

#[test]
fn reset_after_shutdown_of_a_server_is_omitted() {
    let accept = r#"{"t":1,"sock":1,"op":"accept","on":9,"peer":"127.0.0.1:51234"}"#;
    let connect = r#"{"t":1,"sock":1,"op":"connect","peer":"127.0.0.1:3000"}"#;
    let read = r#"{"t":2,"sock":1,"op":"read","bytes":5}"#;
    let shutdown = r#"{"t":3,"sock":1,"op":"shutdown"}"#;
    let reset = r#"{"t":3,"sock":1,"op":"read","error":"connection reset","errno":104}"#;
    let timeout = r#"{"t":3,"sock":1,"op":"read","error":"timed out","errno":110}"#;
    let close = r#"{"t":4,"sock":1,"op":"close","ended_by":"reset","rx":5,"tx":0,"reads":1,"writes":0}"#;
    for (calls, pattern) in [
        ([accept, read, shutdown, reset], "accept → read → shutdown → close"),
        ([accept, read, reset, shutdown], "accept → read → shutdown → read fails: connection reset → close"),
        ([accept, read, shutdown, timeout], "accept → read → shutdown → read fails: timed out → close"),
        (
            [connect, read, shutdown, reset],
            "connect → read → shutdown → read fails: connection reset → close",
        ),
        ([connect, reset, shutdown, reset], "connect → shutdown → read fails: connection reset → close"),
    ] {
        let (side, role) = match calls[0] == accept {
            true => (Side::Server, Role::Accepted),
            false => (Side::Client, Role::Connected),
        };
        let summary = summary(side, &[&calls[..], &[close]].concat());
        let of_role = patterns(&summary).into_iter().filter(|(of, _)| *of == role);
        assert_eq!(of_role.map(|(_, pattern)| pattern).collect::<Vec<_>>(), [pattern]);
        assert_eq!(summary.steps[0].ended_by, BTreeMap::from([("reset", 1)]));
    }
}

#[test]
fn wrapped_stream_of_server_counts_as_accepted() {
    let events = [
        r#"{"t":1,"sock":1,"op":"adopt","domain":"memory","type":"stream"}"#,
        r#"{"t":2,"sock":1,"op":"write","bytes":5}"#,
        r#"{"t":3,"sock":1,"op":"close","ended_by":"local","rx":0,"tx":5,"reads":0,"writes":1}"#,
    ];
    for (side, role) in [(Side::Server, Role::Accepted), (Side::Client, Role::Connected)] {
        let summary = summary(side, &events);
        assert_eq!(patterns(&summary), [(role, "adopt → write → close")]);
        assert_eq!(summary.steps[0].connections, 1);
    }
}

#[test]
fn datagrams_are_counted_without_a_connection() {
    let summary = summary(
        Side::Server,
        &[
            r#"{"t":1,"sock":1,"op":"socket","domain":"ipv4","type":"datagram"}"#,
            r#"{"t":2,"sock":1,"op":"bind","local":"127.0.0.1:53"}"#,
            r#"{"t":3,"sock":1,"op":"connect","peer":"127.0.0.1:9"}"#,
            r#"{"t":4,"sock":1,"op":"recvfrom","peer":"127.0.0.1:9","bytes":3}"#,
            r#"{"t":5,"sock":1,"op":"sendto","bytes":0}"#,
            r#"{"t":6,"sock":1,"op":"close","rx":3,"tx":0,"reads":1,"writes":1}"#,
            r#"{"t":7,"sock":2,"op":"socket","domain":"ipv4","type":"datagram"}"#,
        ],
    );
    let expected =
        [(Role::Datagram, "socket"), (Role::Datagram, "socket → bind → connect → recvfrom → sendto → close")];
    assert_eq!(patterns(&summary), expected);
    let [step] = summary.steps.as_slice() else { panic!("{:?}", summary.steps) };
    assert_eq!((step.connections, step.reads, step.writes, step.to_server), (0, 1, 1, 3));
    assert_eq!((summary.open, step.first_sender.len()), (0, 0));
}

#[test]
fn number_and_length_of_call_patterns_are_bounded() {
    let mut lines = Vec::new();
    // One socket that alternates between failures and shutdowns.
    for _ in 0..100 {
        lines
            .push(r#"{"t":1,"sock":1,"op":"connect","local":"127.0.0.1:1","peer":"127.0.0.1:2"}"#.to_owned());
        lines.push(r#"{"t":1,"sock":1,"op":"read","error":"interrupted"}"#.to_owned());
        lines.push(r#"{"t":1,"sock":1,"op":"write","error":"interrupted"}"#.to_owned());
        lines.push(r#"{"t":1,"sock":1,"op":"shutdown","how":"write"}"#.to_owned());
    }
    lines.push(r#"{"t":1,"sock":1,"op":"close"}"#.to_owned());
    // Sockets that each fail for a different reason.
    for sock in 2..1_500 {
        lines.push(format!(r#"{{"t":2,"sock":{sock},"op":"adopt","domain":"memory","type":"stream"}}"#));
        lines.push(format!(r#"{{"t":2,"sock":{sock},"op":"read","error":"reason {sock}"}}"#));
        lines.push(format!(r#"{{"t":2,"sock":{sock},"op":"close"}}"#));
    }
    let summary = summary(Side::Client, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let patterns = &summary.call_patterns[&Role::Connected];
    assert_eq!(patterns.len(), 1_001);
    assert_eq!(patterns["others"].sockets, 499);
    let longest = patterns.keys().map(|pattern| pattern.split(" → ").count()).max();
    assert_eq!(longest, Some(3 * 32 + 1));
}

#[test]
fn call_pattern_lists_a_repeated_failure_once() {
    let failed = r#"{"t":1,"sock":1,"op":"read","error":"interrupted"}"#;
    let summary = summary(Side::Client, &[failed, failed, failed, r#"{"t":1,"sock":1,"op":"close"}"#]);
    assert_eq!(patterns(&summary), [(Role::Connected, "read fails: interrupted → close")]);
}

#[test]
fn connections_to_upstream_servers_are_counted_separately() {
    let summary = summary(
        Side::Server,
        &[
            r#"{"t":1,"sock":1,"op":"adopt","fd":3,"domain":"ipv4","type":"listener","local":"127.0.0.1:3000"}"#,
            r#"{"t":2,"op":"mark","label":"get a book"}"#,
            r#"{"t":3,"sock":2,"op":"accept","on":1,"peer":"127.0.0.1:51234"}"#,
            r#"{"t":4,"sock":2,"op":"read","bytes":100}"#,
            r#"{"t":5,"sock":3,"op":"socket","domain":"ipv4","type":"stream"}"#,
            r#"{"t":6,"sock":3,"op":"connect","local":"127.0.0.1:40000","peer":"127.0.0.1:5432"}"#,
            r#"{"t":7,"sock":3,"op":"write","bytes":30}"#,
            r#"{"t":8,"sock":3,"op":"read","bytes":70}"#,
            r#"{"t":9,"sock":4,"op":"adopt","on":3,"domain":"tls","type":"stream"}"#,
            r#"{"t":10,"sock":4,"op":"read","bytes":50}"#,
            r#"{"t":11,"sock":3,"op":"close","ended_by":"local"}"#,
            r#"{"t":12,"sock":5,"op":"connect","local":"127.0.0.1:40001","peer":"127.0.0.1:5432"}"#,
            r#"{"t":13,"sock":2,"op":"close","ended_by":"peer"}"#,
        ],
    );
    let [step] = summary.steps.as_slice() else { panic!("{:?}", summary.steps) };
    assert_eq!((step.connections, step.reads, step.writes), (1, 1, 0));
    assert_eq!((step.to_server, step.to_client, summary.open), (100, 0, 0));
    let upstream = summary.upstream.as_ref().unwrap();
    let [step] = upstream.steps.as_slice() else { panic!("{:?}", upstream.steps) };
    assert_eq!((step.name.as_str(), step.connections, step.reads, step.writes), ("get a book", 2, 1, 1));
    assert_eq!((step.to_server, step.to_client), (30, 70));
    assert_eq!(step.ended_by, BTreeMap::from([("client", 1)]));
    assert!(patterns(&summary).contains(&(Role::Upstream, "socket → connect → write → read → close")));
}

#[test]
fn connection_opened_by_a_client_is_not_upstream() {
    let connect = r#"{"t":1,"sock":1,"op":"connect","local":"127.0.0.1:40000","peer":"127.0.0.1:5432"}"#;
    let summary = summary(Side::Client, &[connect, r#"{"t":2,"sock":1,"op":"close"}"#]);
    assert_eq!(patterns(&summary), [(Role::Connected, "connect → close")]);
    assert_eq!((summary.steps[0].connections, summary.upstream.is_none()), (1, true));
}

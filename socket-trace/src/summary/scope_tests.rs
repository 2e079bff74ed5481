use socket_tap::format::Header;

use super::super::{RecordingState, Role, Summary};
use super::*;
use crate::timeline::fixture::{header_line, trace};

/// Returns the summaries of a server with these events, and of its client.
fn summaries(scope: Scope, server: &[&str], client: &[&str]) -> Vec<Summary> {
    let traces = [(Side::Server, server), (Side::Client, client)].map(|(side, events)| {
        let mut lines = vec![header_line(&Header::new("rest", side))];
        lines.extend(events.iter().map(|event| (*event).to_owned()));
        trace(&lines)
    });
    Summary::of_all(traces, RecordingState::InProgress, scope, &mut |_, _| {}).unwrap()
}

fn steps(summary: &Summary) -> Vec<(&str, u64, u64)> {
    summary.steps.iter().map(|step| (step.name.as_str(), step.times, step.reads)).collect()
}

const SERVER: [&str; 9] = [
    r#"{"t":1,"sock":1,"op":"socket","fd":3,"domain":"ipv4","type":"stream"}"#,
    r#"{"t":2,"sock":1,"op":"bind","local":"127.0.0.1:3000"}"#,
    r#"{"t":3,"sock":1,"op":"listen","backlog":128}"#,
    r#"{"t":9,"op":"mark","label":"from a terminal"}"#,
    r#"{"t":10,"op":"mark","label":"get a book"}"#,
    r#"{"t":11,"sock":2,"op":"accept","on":1,"local":"127.0.0.1:3000","peer":"127.0.0.1:7"}"#,
    r#"{"t":12,"sock":2,"op":"read","bytes":5}"#,
    r#"{"t":13,"sock":3,"op":"accept","on":1,"local":"127.0.0.1:3000","peer":"127.0.0.1:8"}"#,
    r#"{"t":14,"sock":3,"op":"read","bytes":5}"#,
];
const CLIENT: [&str; 3] = [
    r#"{"t":5,"op":"mark","label":"get a book"}"#,
    r#"{"t":6,"sock":1,"op":"socket","fd":3,"domain":"ipv4","type":"stream"}"#,
    r#"{"t":7,"sock":1,"op":"connect","began":6,"local":"127.0.0.1:7","peer":"127.0.0.1:3000"}"#,
];

#[test]
fn unrecorded_client_has_a_step_of_its_own() {
    let of_both = summaries(Scope::default(), &SERVER, &CLIENT);
    assert_eq!(steps(&of_both[0]), [("get a book", 1, 1), ("from 127.0.0.1:8", 1, 1)]);
    assert_eq!((of_both[0].side, of_both[1].side), (Side::Server, Side::Client), "in the given order");
    // Another program uses the port of the client afterwards.
    let again = r#"{"t":15,"sock":4,"op":"accept","on":1,"local":"127.0.0.1:3000","peer":"127.0.0.1:7"}"#;
    let reused = summaries(Scope::default(), &[&SERVER[..], &[again]].concat(), &CLIENT);
    let connections = reused[0].steps.iter().map(|step| (step.name.as_str(), step.connections));
    let apart = ["from 127.0.0.1:8", "from 127.0.0.1:7"].map(|name| (name, 1));
    assert_eq!(connections.collect::<Vec<_>>(), [&[("get a book", 1)][..], &apart].concat());
    let alone = Summary::of_all(
        [trace(
            &[&[header_line(&Header::new("rest", Side::Server))], &SERVER.map(str::to_owned)[..]].concat(),
        )],
        RecordingState::InProgress,
        Scope::default(),
        &mut |_, _| {},
    );
    assert_eq!(steps(&alone.unwrap()[0]), [("get a book", 1, 2)], "its clients were not recorded");
}

#[test]
fn only_connections_opened_in_the_scope_are_counted() {
    let late = [
        &SERVER[..],
        &[
            r#"{"t":21,"sock":2,"op":"read","bytes":5}"#,
            r#"{"t":22,"sock":4,"op":"accept","on":1,"local":"127.0.0.1:3000","peer":"127.0.0.1:7"}"#,
            r#"{"t":23,"sock":4,"op":"read","bytes":5}"#,
            r#"{"t":24,"sock":2,"op":"close","ended_by":"local","rx":10,"tx":0,"reads":2,"writes":0}"#,
        ],
    ]
    .concat();
    let again = [
        &CLIENT[..],
        &[
            r#"{"t":21,"sock":2,"op":"connect","began":20,"local":"127.0.0.1:7","peer":"127.0.0.1:3000"}"#,
            r#"{"t":25,"sock":1,"op":"write","bytes":5}"#,
        ],
    ]
    .concat();
    let all = summaries(Scope::default(), &late, &again);
    assert_eq!(steps(&all[0])[0], ("get a book", 1, 3));
    let since = summaries(Scope::since(Header::new("rest", Side::Server).monotonic_ns + 20), &late, &again);
    let [server, client] = since.as_slice() else { panic!("{since:?}") };
    assert_eq!(steps(server), [("get a book", 1, 1)], "the step continues");
    assert_eq!((server.events, server.open, server.steps[0].connections), (2, 1, 1));
    let roles: Vec<Role> = server.call_patterns.keys().copied().collect();
    assert_eq!(roles, [Role::Listener], "the listening socket is known: {:?}", server.call_patterns);
    let [step] = client.steps.as_slice() else { panic!("{client:?}") };
    assert_eq!((step.connections, step.writes), (1, 0), "without the write on the earlier connection");
}

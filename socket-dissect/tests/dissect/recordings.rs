//! Recordings of the three servers and their clients: some steps of the workshop's tour.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use socket_dissect::{Call, Class, Dissector};
use socket_tap::event::{Addr, Event, Op, SockId};
use socket_tap::format::{Header, Line};

use crate::checks::Checked;

const APIS: [&str; 3] = ["rest", "graphql", "grpc"];

fn file(api: &str, side: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/recordings/{api}-{side}.jsonl"))
}

/// A unit of a connection: its class, its name, its bytes, and what its last part says of it.
type Unit = (Class, &'static str, u64, String, Option<u64>);

/// What a connection carried, by the client's address: to the server, and to the client.
type Connections = BTreeMap<String, [BTreeMap<u64, Unit>; 2]>;

/// Parses a trace file.
fn read(file: &Path) -> (Header, Vec<Event>) {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let header = Line::parse_header(lines.next().unwrap()).unwrap();
    let events = lines.filter_map(|line| match Line::parse(line).unwrap() {
        Line::Event(event) => Some(event),
        _ => None,
    });
    (header, events.collect())
}

fn connections(file: &Path) -> Connections {
    let (header, events) = read(file);
    let mut dissector = Dissector::new(header.side);
    let mut clients: BTreeMap<Option<SockId>, (String, bool)> = BTreeMap::new();
    let mut connections = Connections::new();
    for event in events {
        let parts = dissector.observe(&event);
        match &event.op {
            Op::Accept { peer: Some(Addr::Ip(client)), .. } => {
                clients.insert(event.sock, (client.to_string(), true));
            }
            Op::Connect { local: Some(Addr::Ip(client)), .. } => {
                clients.insert(event.sock, (client.to_string(), false));
            }
            _ => {}
        }
        for part in parts {
            let (client, is_server) = &clients[&event.sock];
            let to_client = matches!(event.op, Op::Write(_)) == *is_server;
            let units = &mut connections.entry(client.clone()).or_default()[usize::from(to_client)];
            let before = units.get(&part.unit).map_or(0, |unit| unit.2);
            units.insert(part.unit, (part.class, part.name, before + part.bytes, part.text, part.call));
        }
    }
    connections
}

fn calls(file: &Path) -> Vec<Call> {
    let (header, events) = read(file);
    let mut dissector = Dissector::new(header.side);
    let mut calls = Vec::new();
    for event in events {
        dissector.observe(&event);
        calls.extend(dissector.take_finished());
    }
    calls
}

#[test]
fn client_and_server_tell_the_same() {
    for api in APIS {
        let (server, client) = (connections(&file(api, "server")), connections(&file(api, "client")));
        assert!(server.len() > 3, "{api}");
        assert_eq!(server, client, "{api}");
    }
}

#[test]
fn client_and_server_spend_the_same() {
    let spent = |side: &str, api: &str| -> Vec<_> {
        let calls = calls(&file(api, side)).into_iter();
        let mut spent: Vec<_> = calls
            .map(|call| (call.operation, call.status, call.to_server.bytes, call.to_client.bytes))
            .collect();
        // Two at once may end in another order there.
        spent.sort();
        spent
    };
    for api in APIS {
        assert_eq!(spent("server", api), spent("client", api), "{api}");
    }
}

#[test]
fn parts_come_to_the_bytes_and_none_is_unknown() {
    for (api, side) in APIS.iter().flat_map(|api| [(api, "server"), (api, "client")]) {
        let (header, events) = read(&file(api, side));
        let mut checked = Checked::new(header.side);
        for event in events {
            let parts = checked.observe(&event);
            assert!(parts.iter().all(|part| part.class != Class::Unknown), "{parts:?}");
        }
        checked.end();
    }
}

#[test]
fn calls_are_named_and_told_how_they_ended() {
    let said = |api: &str| -> Vec<String> {
        let calls = calls(&file(api, "server")).into_iter();
        calls.map(|call| format!("{}: {}", call.operation, call.status.unwrap_or_default())).collect()
    };
    assert_eq!(
        said("rest"),
        [
            "GET /v1/books/1: 200",
            "PATCH /v1/books/15: 412",
            "PATCH /v1/books/15: 200",
            "GET /v1/books/changes: 200"
        ]
    );
    assert_eq!(
        said("graphql"),
        [
            "query { book }: 200",
            "mutation { updateBook }: 200, errors",
            "GET /graphql: 101",
            "mutation { updateBook }: 200",
            "subscription { bookChanged }: complete"
        ]
    );
    let grpc = said("grpc");
    assert_eq!(
        grpc[..4],
        [
            "bookshelf.v1.BookshelfService/GetBook: OK",
            "bookshelf.v1.BookshelfService/UpdateBook: ABORTED",
            "bookshelf.v1.BookshelfService/UpdateBook: OK",
            "bookshelf.v1.BookshelfService/WatchBooks: reset: CANCEL"
        ]
    );
    // The later ones name the fields of the first by number.
    assert_eq!(grpc[4..], ["bookshelf.v1.BookshelfService/GetBook: OK"; 10]);
}

//! Dissects recordings of the three API servers and their clients, which `workshop --once` has made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use socket_dissect::{Call, Class, Dissector};
use socket_tap::event::{Addr, Event, Op, SockId};
use socket_tap::format::{Header, Line};

use crate::checked::Checked;

const APIS: [&str; 3] = ["rest", "graphql", "grpc"];

fn file(api: &str, side: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/recordings/{api}-{side}.jsonl"))
}

/// One protocol unit: its class, name and number of bytes, and the text and call of its last part.
type Unit = (Class, &'static str, u64, String, Option<u64>);

/// The protocol units of each connection, by the client's address. The first map contains the units sent to
/// the server, the second those sent to the client.
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
fn client_and_server_recordings_show_the_same_messages() {
    for api in APIS {
        let (server, client) = (connections(&file(api, "server")), connections(&file(api, "client")));
        assert!(server.len() > 3, "{api}");
        assert_eq!(server, client, "{api}");
    }
}

#[test]
fn client_and_server_calls_have_equal_byte_counts() {
    let usage = |side: &str, api: &str| -> Vec<_> {
        let calls = calls(&file(api, side)).into_iter();
        let mut usage: Vec<_> = calls
            .map(|call| {
                let bytes = [call.to_server, call.to_client].map(|usage| usage.bytes.by_class());
                (call.operation, call.status, bytes)
            })
            .collect();
        // Concurrent calls may end in another order on the other side.
        usage.sort();
        usage
    };
    for api in APIS {
        assert_eq!(usage("server", api), usage("client", api), "{api}");
    }
}

#[test]
fn recorded_bytes_are_all_dissected_and_counted_once() {
    for (api, side) in APIS.iter().flat_map(|api| [(api, "server"), (api, "client")]) {
        let (header, events) = read(&file(api, side));
        let mut checked = Checked::new(header.side);
        for event in events {
            let parts = checked.observe(&event);
            assert!(parts.iter().all(|part| part.class != Class::Unknown), "{parts:?}");
        }
        checked.finish();
    }
}

#[test]
fn recorded_calls_have_operation_and_status() {
    let calls = |api: &str| -> Vec<String> {
        let all = self::calls(&file(api, "server")).into_iter();
        all.map(|call| format!("{}: {}", call.operation, call.status.unwrap_or_default())).collect()
    };
    assert_eq!(
        calls("rest"),
        [
            "GET /v1/books/1: 200",
            "PATCH /v1/books/15: 412",
            "PATCH /v1/books/15: 200",
            "GET /v1/books/changes: 200"
        ]
    );
    assert_eq!(
        calls("graphql"),
        [
            "query { book }: 200",
            "mutation { updateBook }: 200, errors",
            "GET /graphql: 101",
            "mutation { updateBook }: 200",
            "subscription { bookChanged }: complete"
        ]
    );
    let grpc = calls("grpc");
    assert_eq!(
        grpc[..4],
        [
            "bookshelf.v1.BookshelfService/GetBook: OK",
            "bookshelf.v1.BookshelfService/UpdateBook: ABORTED",
            "bookshelf.v1.BookshelfService/UpdateBook: OK",
            "bookshelf.v1.BookshelfService/WatchBooks: reset: CANCEL"
        ]
    );
    // Later header blocks refer to table entries of the first.
    assert_eq!(grpc[4..], ["bookshelf.v1.BookshelfService/GetBook: OK"; 10]);
}

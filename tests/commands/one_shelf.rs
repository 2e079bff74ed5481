//! The servers of the workshop share one shelf, in memory or in PostgreSQL.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use bookshelf::{BookPatch, Change};
use clients::{Client as _, Graphql, Grpc, Rest, Watch};
use serde_json::{Value, json};
use socket_tap::Tap;
use socket_tap::event::{Addr, Op};
use socket_tap::format::Side;
use socket_trace::reader::Trace;
use tempfile::TempDir;

use crate::support::browser::{ask, post};
use crate::support::postgres::Postgres;
use crate::support::process::command;
use crate::support::program::run;
use crate::support::tour::{APIS, PORTS, recording, recordings, tour};
use crate::support::workshop::Workshop;

/// Returns the addresses of the REST, GraphQL and gRPC servers, and of the plain server.
fn addresses(workshop: &Workshop) -> [SocketAddr; 4] {
    let hello = workshop.stream().next_of("hello");
    let address = |lane: &Value| lane["address"].as_str().unwrap().parse().unwrap();
    let lanes = &hello["lanes"];
    [address(&lanes[0]), address(&lanes[1]), address(&lanes[2]), address(&hello["plain"][1])]
}

async fn changes(mut watch: impl Watch) -> Vec<Change> {
    let mut changes = Vec::new();
    while let Some(change) = watch.next().await.unwrap() {
        changes.push(change);
    }
    watch.close().await;
    changes
}

#[tokio::test]
async fn change_over_one_api_reaches_all_watchers() {
    let workshop = Workshop::start();
    let [rest, graphql, grpc, plain] = addresses(&workshop);
    let off = Tap::off();
    let over_rest = Rest::watch(&off, rest, 3).await.unwrap();
    let over_graphql = Graphql::watch(&off, graphql, 3).await.unwrap();
    let over_grpc = Grpc::watch(&off, grpc, 3).await.unwrap();

    let book = json!({ "title": "Mine", "author_id": 1, "year": 2026 });
    let created = post(rest, "/v1/books", &book).json();
    let id = created["id"].as_u64().unwrap();
    let query = json!({ "query": format!("{{ book(id: {id}) {{ title revision }} }}") });
    let read = post(graphql, "/graphql", &query).json()["data"]["book"].clone();
    assert_eq!(read["title"], "Mine");
    let mut updater = Grpc::connect(&off, grpc).await.unwrap();
    let revision = read["revision"].as_u64().unwrap().try_into().unwrap();
    let patch = BookPatch { year: Some(2027), ..BookPatch::default() };
    updater.update(id.try_into().unwrap(), revision, patch).await.unwrap();
    updater.close().await;
    let mut socket = TcpStream::connect(plain).unwrap();
    writeln!(socket, "get {id}").unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    let mut line = String::new();
    socket.read_to_string(&mut line).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["year"], 2027);
    assert_eq!(ask(rest, &format!("DELETE /v1/books/{id}"), &[], "").status, 204);

    let seen = changes(over_rest).await;
    let kinds = seen.iter().map(|change| json!(change.kind));
    assert!(kinds.eq(["created", "updated", "deleted"].map(Value::from)), "{seen:?}");
    assert!(seen.is_sorted_by(|one, next| one.sequence + 1 == next.sequence), "{seen:?}");
    assert_eq!(changes(over_graphql).await, seen);
    assert_eq!(changes(over_grpc).await, seen);
}

/// Runs `workshop --once --json`, and returns the comparison that it prints.
fn comparison(directory: &Path, arguments: &[&str]) -> Value {
    let printed = tour(directory, &[&["--json"], arguments].concat()).ok();
    let comparison: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(comparison["verdict"], "same", "{}", comparison["reasons"]);
    comparison
}

/// Returns the steps (named groups of calls) in the trace of an API's server: for each step its name, its
/// number of connections and its byte counts.
fn steps(comparison: &Value, api: &str) -> Vec<Value> {
    let traces = comparison["traces"].as_array().unwrap();
    let trace = traces.iter().find(|trace| trace["name"] == api && trace["side"] == "server").unwrap();
    let fields = ["name", "connections", "to_server", "to_client", "spent"];
    let step = |step: &Value| fields.iter().map(|field| step[field].clone()).collect();
    trace["steps"].as_array().unwrap().iter().map(step).collect()
}

#[test]
fn workshop_tour_can_be_repeated_on_one_database() {
    let Some(database) = Postgres::start() else { return };
    let directories = [(); 3].map(|()| TempDir::new().unwrap());
    let [memory, first, second] = directories.each_ref().map(TempDir::path);
    let store = ["--store", &database.url()];
    let in_memory = comparison(memory, &[]);
    let in_database = comparison(first, &store);
    // The bytes of HTTP/2 vary.
    for api in ["rest", "graphql"] {
        assert_eq!(steps(&in_memory, api), steps(&in_database, api), "{api}");
    }
    for trace in in_database["traces"].as_array().unwrap() {
        assert_eq!(trace["side"] == "server", trace["upstream"].is_object(), "{}", trace["source"]);
        assert_eq!(trace["open"], 0, "{}", trace["source"]);
    }
    // Ids and sequence numbers are larger now.
    comparison(second, &store);
    assert_eq!(books(&database), 14);
}

#[tokio::main(flavor = "current_thread")]
async fn books(database: &Postgres) -> i64 {
    let config: tokio_postgres::Config = database.url().parse().unwrap();
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", database.port())).await.unwrap();
    let (client, connection) = config.connect_raw(stream, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let row = client.query_one("SELECT count(*) FROM bookshelf.books", &[]).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    row.get(0)
}

/// Returns the bytes that were written on each connection to `port`. Asserts that all these connections were
/// closed.
fn written_to(trace: &Path, port: u16) -> Vec<Vec<u8>> {
    let mut trace = Trace::open(trace).unwrap();
    let (mut open, mut closed) = (std::collections::BTreeMap::new(), Vec::new());
    while let Some(event) = trace.next_event().unwrap() {
        let Some(sock) = event.sock.filter(|_| event.error.is_none()) else { continue };
        match event.op {
            Op::Connect { peer: Some(Addr::Ip(peer)), .. } if peer.port() == port => {
                open.insert(sock, Vec::new());
            }
            Op::Write(transfer) => {
                if let (Some(written), Some(data)) = (open.get_mut(&sock), transfer.data) {
                    written.extend_from_slice(&data);
                }
            }
            Op::Close(_) => closed.extend(open.remove(&sock)),
            _ => {}
        }
    }
    assert!(open.is_empty(), "open connections: {:?}", open.keys());
    closed
}

#[test]
fn recordings_contain_the_database_connections() {
    let Some(database) = Postgres::start() else { return };
    let directory = TempDir::new().unwrap();
    tour(directory.path(), &["--store", &database.url()]).ok();
    for (api, side, trace) in recordings(directory.path()) {
        let connections = written_to(&trace, database.port());
        assert_eq!(connections.is_empty(), side == Side::Client, "{}", trace.display());
        for written in connections {
            let application = format!("{api}-server");
            assert!(written.windows(application.len()).any(|bytes| bytes == application.as_bytes()), "{api}");
            assert!(written.ends_with(b"X\0\0\0\x04"), "{api}: the last message is not Terminate");
        }
        assert!(!fs::read_to_string(&trace).unwrap().contains("open-sesame"));
    }
    let traces: Vec<_> = recordings(directory.path()).map(|(_, _, path)| path).collect();
    let traces: Vec<&str> = traces.iter().map(|path| path.to_str().unwrap()).collect();
    let linted = run(command("socket-trace"), &[&["lint"], &traces[..]].concat());
    assert_eq!(linted.code(), 0, "{}", linted.stdout());
    let compared = run(command("socket-trace"), &[&["compare"], &traces[..]].concat()).ok();
    for line in
        ["a connection to another server ", "Connections to other servers, as recorded by the servers"]
    {
        assert!(compared.contains(line), "{line:?} is not in:\n{compared}");
    }
}

#[test]
fn unusable_database_creates_no_trace_files() {
    let directory = TempDir::new().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ran = tour(directory.path(), &["--store", &format!("postgres://me:secret@127.0.0.1:{port}/books")]);
    assert_eq!(ran.code(), 2, "{}", ran.stderr());
    assert!(!ran.stderr().contains("secret"), "{}", ran.stderr());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn live_page_shows_the_database_connections() {
    let Some(database) = Postgres::start() else { return };
    let url = database.url();
    let mut workshop = Workshop::with(&[&PORTS[..], &["--store", &url]].concat());
    let mut stream = workshop.stream();
    let shown = stream.next_of("hello")["database"].clone();
    assert!(shown.as_str().unwrap().starts_with("postgres://postgres:***@127.0.0.1:"), "{shown}");
    for operation in ["get", "create", "update", "delete"] {
        let work = json!({ "operation": operation, "apis": APIS });
        let response = post(workshop.page(), "/api/run", &work).json();
        let results = response["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["ok"] == true), "{response}");
    }
    let items = stream.items_until(|items| {
        items.iter().any(|item| item["step"] == "delete a book" && item["op"] == "close")
    });
    let upstream: Vec<_> = items.iter().filter(|item| item["upstream"] == true).collect();
    for api in APIS {
        let recording = format!("{api}-server");
        assert!(
            upstream.iter().any(|item| item["recording"] == *recording && item["op"] == "write"),
            "{api}"
        );
    }
    let is_server = |item: &&Value| item["recording"].as_str().unwrap().ends_with("-server");
    assert!(upstream.iter().all(is_server));
    if cfg!(target_os = "linux") {
        let has = |rows: &[Value], api: &str, state: &str, upstream: bool| {
            let is = |row: &&Value| row["api"] == api && row["state"] == state && row["upstream"] == upstream;
            rows.iter().any(|row| is(&row))
        };
        loop {
            // A stream begins with the current table.
            let sockets = workshop.stream().next_of("sockets");
            let rows = sockets["rows"].as_array().unwrap();
            let servers = APIS.iter().all(|api| has(rows, api, "ESTABLISHED", true));
            if servers
                && has(rows, "database", "LISTEN", false)
                && has(rows, "database", "ESTABLISHED", false)
            {
                break;
            }
        }
    }
    workshop.interrupt();
    assert!(workshop.wait().success());
    assert!(!written_to(&recording(workshop.traces(), "tcp", Side::Server), database.port()).is_empty());
}

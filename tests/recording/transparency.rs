//! Tests that a server makes the same system calls for the same client with and without the tap.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;

use clients::{Graphql, Grpc, Rest};
use socket_trace::verify::log::{Log, Step, Syscall};
use socket_trace::verify::syscall::Outcome;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::recording::exactness::request;
use crate::support::api::Api;
use crate::support::process::Serving;
use crate::support::program::find_strace;

each_api!(tap_does_not_change_system_calls);

async fn tap_does_not_change_system_calls<A: Api + Script>() {
    let Some(strace) = find_strace() else { return };
    let directory = TempDir::new().unwrap();
    let trace = directory.path().join("trace.jsonl");
    let mut seen = Vec::new();
    let with: &[&str] = &["--trace", trace.to_str().unwrap()];
    for (name, arguments) in [("tap", with), ("none", &["--no-tap"])] {
        let log = directory.path().join(name);
        let server = Serving::under_strace(&strace, &log, A::SERVER, arguments);
        say_nothing(server.address).await;
        A::talk(server.address).await;
        let (status, _, err) = server.stop();
        assert!(status.success(), "{status}: {err}");
        seen.push(sockets(&log));
    }
    let [with, without] = seen.as_slice() else { panic!("two runs") };
    assert_eq!(with, without);
    let [listener, silent, talked] = with.as_slice() else { panic!("three sockets: {with:#?}") };
    assert_eq!(listener.last().map(String::as_str), Some("close"));
    assert!(silent.contains(&"read: the end".to_owned()), "{silent:?}");
    for call in ["setsockopt TCP_NODELAY [1]", "read: the end", "shutdown SHUT_WR", "close"] {
        assert!(talked.contains(&call.to_owned()), "{call}: {talked:?}");
    }
    assert!(talked.len() > 10, "{talked:?}");
}

async fn say_nothing(address: SocketAddr) {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.shutdown().await.unwrap();
    client.read_to_end(&mut Vec::new()).await.unwrap();
}

/// A client's script. Each request waits for the previous response, so that all runs make the same calls.
trait Script {
    async fn talk(address: SocketAddr);
}

impl Script for Rest {
    async fn talk(address: SocketAddr) {
        talk_http(address, &["GET /v1/books/1", "GET /v1/books", "GET /v1/books/99", "DELETE /v1/books/2"])
            .await;
    }
}

impl Script for Graphql {
    async fn talk(address: SocketAddr) {
        let book = "GET /graphql?query=%7Bbook(id:1)%7Btitle%7D%7D";
        talk_http(address, &[book, book, "GET /nothing", "GET /graphql/assets/graphiql-3.8.3.min.css"]).await;
    }
}

async fn talk_http(address: SocketAddr, requests: &[&str]) {
    let mut client = TcpStream::connect(address).await.unwrap();
    for request in requests {
        client.write_all(format!("{request} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse().unwrap());
        client.read_exact(&mut vec![0; length]).await.unwrap();
    }
    client.shutdown().await.unwrap();
    client.read_to_end(&mut Vec::new()).await.unwrap();
}

impl Script for Grpc {
    /// Calls `GetBook` with raw HTTP/2 frames (RFC 9113) whose header fields are literals (RFC 7541).
    async fn talk(address: SocketAddr) {
        let mut client = TcpStream::connect(address).await.unwrap();
        // tonic sends its SETTINGS first.
        while frame(&mut client).await.0 != SETTINGS {}
        client.write_all(&request::<Grpc>()).await.unwrap();
        // The acknowledgement of our SETTINGS.
        while frame(&mut client).await != (SETTINGS, 1) {}
        for stream in [1, 3, 5] {
            client.write_all(&get_book(stream)).await.unwrap();
            // The trailers.
            while frame(&mut client).await != (HEADERS, END_STREAM | END_HEADERS) {}
        }
        client.shutdown().await.unwrap();
        client.read_to_end(&mut Vec::new()).await.unwrap();
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// Reads an HTTP/2 frame and returns its type and its flags.
async fn frame(client: &mut TcpStream) -> (u8, u8) {
    let mut head = [0; 9];
    client.read_exact(&mut head).await.unwrap();
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    client.read_exact(&mut vec![0; length.try_into().unwrap()]).await.unwrap();
    (head[3], head[4])
}

fn get_book(stream: u8) -> Vec<u8> {
    // `:method: POST` and `:scheme: http` are in the static table.
    let mut fields = vec![0x83, 0x86];
    for (name, value) in [
        (":path", "/bookshelf.v1.BookshelfService/GetBook"),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ] {
        fields.push(0);
        for text in [name, value] {
            fields.push(u8::try_from(text.len()).unwrap());
            fields.extend_from_slice(text.as_bytes());
        }
    }
    let part = |kind, flags, payload: &[u8]| {
        let length = u8::try_from(payload.len()).unwrap();
        [&[0, 0, length, kind, flags, 0, 0, 0, stream], payload].concat()
    };
    // Uncompressed, two bytes: field 1 (`id`) is 1.
    let message = [0, 0, 0, 0, 2, 8, 1];
    [part(HEADERS, END_HEADERS, &fields), part(DATA, END_STREAM, &message)].concat()
}

/// Returns the system calls on each socket in a strace log, the listener first, without values that vary from
/// run to run.
fn sockets(log: &Path) -> Vec<Vec<String>> {
    let (mut log, mut all, mut open) = (Log::open(log).unwrap(), Vec::new(), HashMap::new());
    while let Some(step) = log.next_step().unwrap() {
        let (call, outcome) = match step {
            // The kernel may reuse the number before the close returns, so the socket ends when the close begins.
            Step::Begins(call) if call.name == "close" => (call, Outcome::Value(0)),
            Step::Ends(call, outcome) if call.name != "close" => (call, outcome),
            _ => continue,
        };
        let arguments: Vec<&str> = call.arguments.split(',').map(str::trim).collect();
        let fd = arguments[0].trim_end_matches(')').parse::<i64>().ok();
        if let Some(socket) = fd.and_then(|fd| open.get(&fd).copied()) {
            let calls: &mut Vec<String> = &mut all[socket];
            say(&call, &arguments, &outcome, calls);
        }
        match (call.name.as_str(), outcome) {
            ("socket", Outcome::Value(fd)) if arguments[0].starts_with("AF_INET") => {
                open.insert(fd, all.len());
                all.push(Vec::new());
            }
            ("accept4", Outcome::Value(fd)) => {
                open.insert(fd, all.len());
                all.push(Vec::new());
            }
            ("close", _) => {
                open.remove(&fd.unwrap());
            }
            _ => {}
        }
    }
    all
}

/// Appends a system call to `calls` as text. Adds up consecutive reads or writes, because their boundaries
/// vary.
fn say(call: &Syscall, arguments: &[&str], outcome: &Outcome, calls: &mut Vec<String>) {
    let moved = match outcome {
        Outcome::Error(name) if name == "EAGAIN" => return,
        Outcome::Value(moved) => *moved,
        other => return calls.push(format!("{} {other:?}", call.name)),
    };
    let direction = match call.name.as_str() {
        // The tap reads addresses and, at the close, TCP_INFO.
        "getsockname" | "getsockopt" => return,
        "read" | "recvfrom" if moved == 0 => return calls.push("read: the end".to_owned()),
        "read" | "recvfrom" => "read",
        // Kept apart from `write`: a wrapper without vectored writes would change how the server writes.
        "write" | "writev" | "sendto" => call.name.as_str(),
        "setsockopt" => return calls.push(format!("setsockopt {} {}", arguments[2], arguments[3])),
        "shutdown" => return calls.push(format!("shutdown {}", arguments[1])),
        other => return calls.push(other.to_owned()),
    };
    let before = calls.last().and_then(|last| last.strip_prefix(direction)?.trim().parse::<i64>().ok());
    if before.is_some() {
        calls.pop();
    }
    calls.push(format!("{direction} {}", before.unwrap_or(0) + moved));
}

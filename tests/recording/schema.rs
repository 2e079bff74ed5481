//! Validates recorded traces against the JSON schema in `socket-tap/trace.schema.json`.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use bookshelf::Limits;
use clients::Watch as _;
use jsonschema::Validator;
use serde_json::Value;
use socket_tap::event::{DropReason, Event, Op, Packet, Protocol, Segment, TcpFlags};
use socket_tap::format::{Header, Side, TraceWriter};
use socket_tap::sink::Sink;
use socket_tap::{Tap, TapStream};
use tempfile::TempDir;

use crate::api::operations::new_book;
use crate::support::api::{Api, Server};

const SCHEMA: &str = include_str!("../../socket-tap/trace.schema.json");

each_api!(recorded_lines_match_the_schema);

pub(crate) fn schema() -> Validator {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// Validates the lines of a trace. Returns the kind of each line: `header`, `read`, `read error`, `end`.
pub(crate) fn kinds_of(schema: &Validator, path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let kind = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let errors: Vec<String> = schema.iter_errors(&line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}: {errors:?}");
        match (line["op"].as_str(), line.get("error"), line.get("end")) {
            (Some(op), None, _) => op.to_owned(),
            (Some(op), Some(_), _) => format!("{op} error"),
            (None, _, Some(_)) => "end".to_owned(),
            (None, ..) => "header".to_owned(),
        }
    };
    text.lines().map(kind).collect()
}

struct Recording {
    path: PathBuf,
    tap: Tap,
    /// Sender of the [`Gate`]'s channel. The gate is closed until this sender is dropped.
    gate: Option<Sender<()>>,
}

/// A sink that blocks until the sender of its channel is dropped. Until then, the file sink after it receives
/// no events.
struct Gate(Receiver<()>);

impl Sink for Gate {
    fn name(&self) -> String {
        "a gate".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        let _ = self.0.recv();
        Ok(())
    }
}

impl Recording {
    /// Starts a recording. If `gaps` is `true`, the recorder has a small buffer and a sink that blocks, so
    /// that it drops events.
    fn start(directory: &TempDir, side: Side, capture: usize, gaps: bool) -> Self {
        let path = directory.path().join(format!("{}.jsonl", side.name()));
        let tap = match side {
            Side::Server => Tap::server("all"),
            Side::Client => Tap::client("all"),
            Side::Wire => unreachable!("no tap is on the wire"),
        };
        let (sender, gate) = channel();
        let room = if gaps { (4, 2 * capture) } else { (1 << 16, 1 << 20) };
        let tap = tap.capture(capture).buffer(room.0, room.1).sink(Gate(gate));
        let tap = tap.file(&path).unwrap().start().unwrap();
        Self { path, tap, gate: gaps.then_some(sender) }
    }

    async fn kinds(self, schema: &Validator) -> Vec<String> {
        drop(self.gate);
        self.tap.finish().await.unwrap();
        kinds_of(schema, &self.path)
    }
}

async fn recorded_lines_match_the_schema<A: Api>() {
    let schema = schema();
    for (capture, gaps) in [(0, false), (4096, false), (7, true)] {
        let directory = TempDir::new().unwrap();
        let [servers, clients] =
            [Side::Server, Side::Client].map(|side| Recording::start(&directory, side, capture, gaps));
        let server = Server::with::<A>(&servers.tap, Limits::default()).await;
        clients.tap.mark("calls");
        let mut client = A::connect(&clients.tap, server.address).await.unwrap();
        for _ in 0..20 {
            client.book(1).await.unwrap();
            client.book(99).await.unwrap_err();
        }
        clients.tap.mark("a \"watch\"\n");
        let mut watch = A::watch(&clients.tap, server.address, 1).await.unwrap();
        client.create(new_book("Seen")).await.unwrap();
        watch.next().await.unwrap().unwrap();
        watch.close().await;
        client.close().await;
        TapStream::connect(&clients.tap, closed_port()).await.unwrap_err();
        // The end line counts this open socket.
        let left = TapStream::connect(&clients.tap, server.address).await.unwrap();
        server.stop().await;
        let (servers, clients) = (servers.kinds(&schema).await, clients.kinds(&schema).await);
        drop(left);

        for kind in ["header", "socket", "option", "bind", "listen", "accept", "shutdown", "close", "end"] {
            assert!(servers.iter().any(|seen| seen == kind), "{kind} of {servers:?}");
        }
        for kind in ["socket", "connect", "connect error", "shutdown", "close", "mark", "end"] {
            assert!(clients.iter().any(|seen| seen == kind), "{kind} of {clients:?}");
        }
        let seen = |kind: &str| servers.iter().chain(&clients).any(|seen| seen == kind);
        assert!(seen("read") && seen("write"), "{servers:?} and {clients:?}");
        assert_eq!(seen("gap"), gaps, "{servers:?} and {clients:?}");
    }
}

/// Returns a local address on which nothing listens.
fn closed_port() -> std::net::SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Trace lines that this version never writes, but that the schema must allow for later versions.
const ALLOWED: &[&str] = &[
    r#"{"t":1,"sock":2,"op":"splice","bytes":"any"}"#,
    r#"{"t":1,"sock":2,"op":"read","bytes":3,"colour":"red"}"#,
    r#"{"end":true,"events":9,"lost":0,"open":2,"why":"tired"}"#,
    r#"{"socket_tap":1,"name":"a","side":"client","program":"b","pid":1,"started":"2026-11-22T15:04:05.123456789Z","monotonic_ns":18446744073709551615,"capture":0,"host":"h"}"#,
    r#"{"t":1,"sock":2,"op":"accept","on":1,"syn":{"ttl":64,"window":65495,"mss":65495,"window_scale":7,"sack_permitted":true,"tsval":1,"cookie":"x"}}"#,
    r#"{"t":1,"sock":2,"op":"tcp_info","tcp":{"state":"ESTABLISHED","rtt_us":1,"cwnd":10}}"#,
    r#"{"t":18446744073709551615,"op":"gap","reads":0,"writes":0,"payloads":1}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"sctp","bytes":0,"length":20,"fate":"reordered"}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"tcp","flags":"","seq":1,"window":0,"bytes":0,"length":40}"#,
];

const REJECTED: &[&str] = &[
    "[1,2,\"read\"]",
    "7",
    "{}",
    // A missing time, a missing operation, an invalid time.
    r#"{"sock":2,"op":"read","bytes":1}"#,
    r#"{"t":1,"sock":2}"#,
    r#"{"t":-1,"sock":2,"op":"read","bytes":1}"#,
    r#"{"t":1.5,"sock":2,"op":"read","bytes":1}"#,
    r#"{"t":18446744073709551616,"sock":2,"op":"read","bytes":1}"#,
    r#"{"t":1,"sock":0,"op":"read","bytes":1}"#,
    r#"{"t":1,"sock":2,"op":7}"#,
    // A known operation with a missing or invalid field.
    r#"{"t":1,"sock":1,"op":"socket","fd":9,"domain":"ipv5","type":"stream"}"#,
    r#"{"t":1,"sock":1,"op":"socket","fd":-1,"domain":"ipv4","type":"stream"}"#,
    r#"{"t":1,"sock":1,"op":"option","name":"SO_REUSEADDR"}"#,
    r#"{"t":1,"sock":1,"op":"bind"}"#,
    r#"{"t":1,"sock":1,"op":"listen","backlog":2147483648}"#,
    r#"{"t":1,"sock":1,"op":"accept","local":"127.0.0.1:1","peer":"127.0.0.1:2"}"#,
    r#"{"t":1,"sock":2,"op":"close","ended_by":"peer","rx":0,"tx":0,"reads":0,"writes":0,"tcp":{"state":"CLOSE","rtt_us":1,"busy_us":0}}"#,
    r#"{"t":1,"sock":2,"op":"close","ended_by":"peer","rx":0,"tx":0,"reads":0,"writes":0,"tcp":{"state":"CLOSE","rtt_us":1,"cwnd":4294967296}}"#,
    r#"{"t":1,"sock":2,"op":"tcp_info"}"#,
    r#"{"t":1,"op":"tcp_info","tcp":{"state":"ESTABLISHED","rtt_us":1}}"#,
    r#"{"t":1,"sock":2,"op":"accept","on":1,"syn":{"ttl":64}}"#,
    r#"{"t":1,"sock":2,"op":"accept","on":1,"syn":{"ttl":256,"window":1}}"#,
    r#"{"t":1,"sock":2,"op":"accept","on":1,"syn":{"ttl":64,"window":1,"mss":65536}}"#,
    r#"{"t":1,"sock":2,"op":"accept","on":1,"syn":{"ttl":64,"window":1,"sack_permitted":false}}"#,
    r#"{"t":1,"sock":1,"op":"connect","local":"127.0.0.1:1"}"#,
    r#"{"t":1,"sock":2,"op":"read"}"#,
    r#"{"t":1,"op":"read","bytes":1}"#,
    r#"{"t":1,"sock":2,"op":"read","bytes":1,"eof":true}"#,
    r#"{"t":1,"sock":2,"op":"read","bytes":0,"eof":false}"#,
    r#"{"t":1,"sock":2,"op":"read","bytes":0,"error":"connection reset"}"#,
    r#"{"t":1,"sock":2,"op":"read","bytes":1,"errno":104}"#,
    r#"{"t":1,"sock":2,"op":"read","bytes":1,"data":"R0VU\n"}"#,
    r#"{"t":1,"sock":2,"op":"read","bytes":1,"data":"R0V"}"#,
    r#"{"t":1,"sock":2,"op":"write","bytes":1,"slices":0}"#,
    r#"{"t":1,"sock":2,"op":"shutdown","how":"both"}"#,
    r#"{"t":1,"sock":2,"op":"close","ended_by":"nobody","rx":0,"tx":0,"reads":0,"writes":0}"#,
    r#"{"t":1,"sock":2,"op":"close","ended_by":"peer","rx":0,"tx":0,"reads":0}"#,
    r#"{"t":1,"sock":2,"op":"close","ended_by":"peer","rx":0,"tx":0,"reads":0,"writes":0,"tcp":{"state":"CLOSE"}}"#,
    r#"{"t":1,"op":"mark"}"#,
    r#"{"t":1,"op":"gap","reads":1,"writes":1}"#,
    r#"{"t":1,"op":"packet","from":"a","protocol":"udp","bytes":0,"length":28}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"udp","bytes":0}"#,
    r#"{"t":1,"sock":2,"op":"packet","from":"a","to":"b","protocol":"udp","bytes":0,"length":28}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"tcp","flags":"SYN","window":0,"bytes":0,"length":40}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"tcp","flags":"SYNACK","seq":1,"window":0,"bytes":0,"length":40}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"tcp","flags":"SYN","seq":4294967296,"window":0,"bytes":0,"length":40}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"udp","ack":1,"bytes":0,"length":28}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"udp","bytes":0,"length":28,"fate":"dropped","arrived":2}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"udp","bytes":0,"length":28,"fate":"delivered","reason":"loss"}"#,
    r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"tcp","flags":"ACK","seq":1,"ack":1,"window":0,"sack":[[1]],"bytes":0,"length":40}"#,
    // Neither an end line nor a header.
    r#"{"end":false,"events":9,"lost":0}"#,
    r#"{"end":true,"events":9}"#,
    r#"{"end":true,"events":9,"lost":0,"open":0}"#,
    r#"{"socket_tap":1,"name":"a","side":"client","program":"b","pid":1,"started":"2026-11-22T15:04:05.123456789Z","clock":"sundial","monotonic_ns":0,"capture":0}"#,
    r#"{"socket_tap":2,"name":"a","side":"client","program":"b","pid":1,"started":"2026-11-22T15:04:05.123456789Z","monotonic_ns":0,"capture":0}"#,
    r#"{"socket_tap":1,"name":"a","side":"both","program":"b","pid":1,"started":"2026-11-22T15:04:05.123456789Z","monotonic_ns":0,"capture":0}"#,
    r#"{"socket_tap":1,"name":"a","side":"client","program":"b","pid":1,"started":"today","monotonic_ns":0,"capture":0}"#,
];

#[test]
fn written_packets_match_the_schema() {
    let (directory, schema) = (TempDir::new().unwrap(), schema());
    let path = directory.path().join("wire.jsonl");
    let mut header = Header::starting_now("wire", Side::Wire);
    header.capture = 4;
    let mut trace = TraceWriter::create(&path, &header).unwrap();
    let [client, server]: [SocketAddr; 2] =
        ["10.77.0.1:41000", "[fd77::2]:3000"].map(|address| address.parse().unwrap());
    let mut syn = Segment::new(TcpFlags::SYN, u32::MAX).with_ack(0);
    (syn.window, syn.mss, syn.window_scale, syn.sack_permitted) = (u16::MAX, Some(u16::MAX), Some(14), true);
    (syn.timestamps, syn.sack) = (Some((1, 2)), vec![(1, 2), (3, 4)]);
    let tcp = Packet::new(client, server, Protocol::Tcp).with_segment(syn).with_length(60);
    let udp =
        Packet::new(server, client, Protocol::Udp).with_bytes(1).with_length(29).with_data([69, 0, 0, 29]);
    let no_flags = tcp.clone().with_segment(Segment::new(TcpFlags::default(), 0)).with_retransmission(true);
    let packets = [
        tcp.clone().delivered(7),
        tcp.dropped(DropReason::Queue),
        udp.clone().duplicated(9).with_data([]),
        udp,
        no_flags,
    ];
    for packet in packets {
        trace.write(&Event::new(3, None, Op::Packet(Box::new(packet)))).unwrap();
    }
    trace.finish().unwrap();
    let packets = ["packet"; 5].as_slice();
    assert_eq!(kinds_of(&schema, &path), [&["header"], packets, &["end"]].concat());
}

#[test]
fn schema_allows_unknown_fields_and_checks_known_ones() {
    let schema = schema();
    for (lines, valid) in [(ALLOWED, true), (REJECTED, false)] {
        for line in lines {
            assert_eq!(schema.is_valid(&serde_json::from_str(line).unwrap()), valid, "{line}");
        }
    }
}

#[test]
fn example_in_the_format_document_is_valid() {
    let text = include_str!("../../socket-tap/TRACE.md");
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('{')).collect();
    assert!(lines.len() > 10, "the example has moved");
    let schema = schema();
    for line in lines {
        assert!(schema.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
    }
}

//! Compares the messages and frames that `socket-dissect` finds in a recording with those that Wireshark
//! finds.

use std::collections::BTreeMap;
use std::path::Path;

use socket_dissect::{Dissector, Layer, Part};
use socket_tap::event::{Addr, Event, Op, SockId};
use socket_tap::format::Side;
use socket_trace::reader::Trace;
use tempfile::TempDir;

use crate::support::process::command;
use crate::support::program::{find, run};
use crate::support::tour::{recordings, tour};

/// Messages of each connection as text: first those to the server, then those to the client. The connections
/// are in the order in which they were opened.
type Seen = Vec<[Vec<String>; 2]>;

#[test]
fn http_dissection_agrees_with_wireshark() {
    let Some(tshark) = find("tshark") else { return };
    let directory = TempDir::new().unwrap();
    tour(directory.path(), &[]).ok();
    let mut frames = 0;
    for (api, side, path) in recordings(directory.path()) {
        let (ours, port) = dissected(&path);
        let capture = path.with_extension("pcapng");
        let [trace, pcapng] = [&path, &capture].map(|path| path.to_str().unwrap());
        run(command("socket-trace"), &["export", trace, "-o", pcapng]).ok();
        let protocol = if api == "grpc" { "http2" } else { "http" };
        let theirs = by_tshark(&tshark, pcapng, port, protocol);
        assert_eq!(ours.len(), theirs.len(), "{api} {}", side.name());
        for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            assert_eq!(ours, theirs, "{api} {}, connection {}", side.name(), number + 1);
        }
        frames += ours.iter().flatten().map(Vec::len).sum::<usize>();
    }
    assert!(frames > 400, "{frames} things were compared");
}

/// Returns the messages that `socket-dissect` finds in a trace, and the server's port.
fn dissected(path: &Path) -> (Seen, u16) {
    let mut trace = Trace::open(path).unwrap();
    let side = trace.header().side;
    let (mut dissector, mut order) = (Dissector::new(side), Vec::new());
    let (mut streams, mut port) = (BTreeMap::<Option<SockId>, [Vec<Part>; 2]>::new(), 0);
    while let Some(event) = trace.next_event().unwrap() {
        if let Some(server) = opens(&event) {
            order.push(event.sock);
            port = server;
        }
        let to_client = usize::from(matches!(event.op, Op::Write(_)) == (side == Side::Server));
        let parts = dissector.observe(&event);
        streams.entry(event.sock).or_default()[to_client].extend(parts);
    }
    let seen = order.iter().map(|sock| streams.remove(sock).unwrap().map(|parts| message_texts(&parts)));
    (seen.collect(), port)
}

/// Returns the server's port if the event is an accept or a connect.
fn opens(event: &Event) -> Option<u16> {
    match &event.op {
        Op::Accept { local: Some(Addr::Ip(server)), .. }
        | Op::Connect { peer: Some(Addr::Ip(server)), .. } => Some(server.port()),
        _ => None,
    }
}

/// Formats the messages and frames of one direction, which `socket-dissect` returns as [`Part`]s, as text
/// that can be compared with tshark's.
fn message_texts(parts: &[Part]) -> Vec<String> {
    let mut texts = Vec::new();
    let (mut frame, mut messages): (Option<(String, u64)>, Vec<u64>) = (None, Vec::new());
    for part in parts {
        match part.layer {
            Layer::Http1 if part.name.ends_with("head") && part.ends => texts.push(part.text.clone()),
            Layer::Http2 if part.begins && part.name != "preface" => {
                texts.extend(frame.take().map(|(head, length)| format!("{head} {length}")));
                let number = frame_type(part.name);
                // A frame header has 9 bytes.
                frame = Some((format!("h2 {number} on {}", part.stream.unwrap_or(0)), part.bytes - 9));
                continue;
            }
            Layer::Websocket if part.begins && part.name.ends_with("frame") => {
                texts.push(format!("ws {}", opcode(part.name)));
            }
            // An empty message has only a length prefix.
            Layer::Grpc if part.name == "length prefix" && part.ends => messages.push(0),
            Layer::Grpc if part.name == "message" => *messages.last_mut().unwrap() += part.bytes,
            _ => {}
        }
        if let Some((_, length)) = &mut frame {
            *length += part.bytes;
        }
    }
    texts.extend(frame.map(|(head, length)| format!("{head} {length}")));
    texts.extend(messages.iter().map(|length| format!("grpc {length}")));
    grouped_by_kind(texts)
}

/// Sorts texts by protocol, because tshark lists the protocols of a packet separately.
fn grouped_by_kind(mut texts: Vec<String>) -> Vec<String> {
    const KINDS: [&str; 3] = ["ws ", "h2 ", "grpc "];
    texts.sort_by_key(|text| KINDS.iter().position(|kind| text.starts_with(kind)));
    texts
}

/// Returns the number of an HTTP/2 frame type (RFC 9113, section 6).
fn frame_type(name: &str) -> usize {
    const TYPES: [&str; 10] = [
        "DATA",
        "HEADERS",
        "PRIORITY",
        "RST_STREAM",
        "SETTINGS",
        "PUSH_PROMISE",
        "PING",
        "GOAWAY",
        "WINDOW_UPDATE",
        "CONTINUATION",
    ];
    TYPES.iter().position(|other| *other == name).unwrap_or_else(|| panic!("{name}"))
}

/// Returns the opcode of a WebSocket frame (RFC 6455, section 5.2).
fn opcode(name: &str) -> u8 {
    match name {
        "text frame" => 1,
        "close frame" => 8,
        "ping frame" => 9,
        "pong frame" => 10,
        _ => panic!("{name}"),
    }
}

fn by_tshark(tshark: &Path, pcapng: &str, port: u16, protocol: &str) -> Seen {
    const FIELDS: [&str; 11] = [
        "tcp.stream",
        "tcp.srcport",
        "http.request.method",
        "http.request.uri",
        "http.response.code",
        "http.response.phrase",
        "websocket.opcode",
        "http2.type",
        "http2.streamid",
        "http2.length",
        "grpc.message_length",
    ];
    let decode = format!("tcp.port=={port},{protocol}");
    let mut arguments =
        vec!["-r", pcapng, "-d", &decode, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"];
    for field in FIELDS {
        arguments.extend(["-e", field]);
    }
    let lines = run(tshark, &arguments).ok();
    let mut seen: BTreeMap<usize, [Vec<String>; 2]> = BTreeMap::new();
    for line in lines.lines() {
        let fields: Vec<Vec<&str>> = line
            .split('\t')
            .map(|values| values.split(',').filter(|value| !value.is_empty()).collect())
            .collect();
        let [stream, from, method, uri, code, phrase, opcodes, types, streams, lengths, messages] =
            fields.as_slice()
        else {
            panic!("{line:?}")
        };
        let to_client = usize::from(from[0].parse::<u16>().unwrap() == port);
        let texts = &mut seen.entry(stream[0].parse().unwrap()).or_default()[to_client];
        texts.extend(method.iter().zip(uri).map(|(method, uri)| format!("{method} {uri}")));
        texts.extend(code.iter().zip(phrase).map(|(code, phrase)| format!("{code} {phrase}")));
        texts.extend(opcodes.iter().map(|opcode| format!("ws {opcode}")));
        let frames = types.iter().zip(streams).zip(lengths);
        texts.extend(frames.map(|((kind, stream), length)| format!("h2 {kind} on {stream} {length}")));
        texts.extend(messages.iter().map(|length| format!("grpc {length}")));
    }
    seen.into_values().map(|ways| ways.map(grouped_by_kind)).collect()
}

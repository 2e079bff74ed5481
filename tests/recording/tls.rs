//! Tests of recorded TLS connections. `socket-dissect` finds the same TLS records as Wireshark, and
//! `socket-trace layers` pairs the records with the plaintext.

mod packets;
mod wireshark;

use std::path::Path;

use serde_json::Value;
use socket_dissect::{Dissector, Part};
use socket_tap::event::{Addr, Op};
use socket_tap::format::Side;
use socket_trace::reader::Trace;
use tempfile::TempDir;
use tokio_rustls::rustls::SupportedProtocolVersion;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use crate::support::process::command;
use crate::support::program::{find, run};
use crate::support::tls::{Conversation, record};

use wireshark::Directions;

const REQUEST: &[u8] = b"GET /v1/books/1 HTTP/1.1\r\nhost: shop.test\r\n\r\n";

/// Returns an HTTP response whose body of 40,000 bytes needs three TLS records.
fn response() -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\ncontent-length: 40000\r\n\r\n", vec![b'x'; 40_000].as_slice()].concat()
}

const H2_REQUEST: &[u8] =
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x06\x01\x05\0\0\0\x01\x82\x87\x04\x02/a";
const H2_RESPONSE: &[u8] = b"\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\x04\0\0\0\x01\x88\0\0\x02\0\x01\0\0\0\x01{}";

#[tokio::test]
async fn tls_dissection_agrees_with_wireshark() {
    let Some(tshark) = find("tshark") else { return };
    let response = response();
    let http1: &[&[u8]] = &[REQUEST, &response, REQUEST, &response];
    let http2: &[&[u8]] = &[H2_REQUEST, H2_RESPONSE];
    let versions: [&'static SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
    for version in versions {
        for (protocol, turns) in [("http/1.1", http1), ("h2", http2)] {
            let directory = TempDir::new().unwrap();
            let traces = record(Conversation { version, protocol, turns }, directory.path()).await;
            for trace in [&traces.server, &traces.client] {
                let (ours, port) = dissected(trace);
                let capture = trace.with_extension("pcapng");
                let [trace, pcapng] = [trace, &capture].map(|path| path.to_str().unwrap());
                run(command("socket-trace"), &["export", trace, "-o", pcapng]).ok();
                let theirs = wireshark::records(&tshark, pcapng, port);
                assert_eq!(ours, theirs, "{version:?} {protocol} {trace}");
                let [to_server, to_client] = &ours;
                assert!(to_server.contains(&"SNI shop.test".to_owned()), "{ours:?}");
                assert!(to_server.contains(&"ALPN h2".to_owned()), "{ours:?}");
                let name = if *version == TLS13 { "version TLS 1.3" } else { "version TLS 1.2" };
                assert!(to_client.contains(&name.to_owned()), "{ours:?}");
                assert!(
                    ours.iter().flatten().filter(|said| said.starts_with("record")).count() > 8,
                    "{ours:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn layers_command_pairs_tls_records_with_messages() {
    let response = response();
    let versions: [&'static SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
    for version in versions {
        let directory = TempDir::new().unwrap();
        let turns: &[&[u8]] = &[REQUEST, &response, REQUEST, &response];
        let traces = record(Conversation { version, protocol: "http/1.1", turns }, directory.path()).await;
        let [server, client] = [&traces.server, &traces.client].map(|path| path.to_str().unwrap());
        for call in ["0", "1"] {
            let shown =
                run(command("socket-trace"), &["layers", "--json", "--call", call, server, client]).ok();
            let map: Value = serde_json::from_str(&shown).unwrap();
            let [request, response] = [0, 1].map(|way| blocks(&map["ways"][way], "TLS"));
            let before = call.parse::<u64>().unwrap();
            // AES-GCM adds a tag and, in TLS 1.3, the type or, in TLS 1.2, a nonce; then there is the record header.
            let added = if *version == TLS13 { 17 + 5 } else { 24 + 5 };
            let (from, length) = (before * REQUEST.len() as u64, REQUEST.len() as u64);
            assert_eq!(request, [(from, from + length, length + added)], "{version:?}: {shown}");
            let from = before * 40_042;
            let records = [(0, 16_384), (16_384, 32_768), (32_768, 40_042)];
            let expected = records.map(|(begin, end)| (from + begin, from + end, end - begin + added));
            assert_eq!(response, expected, "{version:?}: {shown}");
            let read = blocks(&map["ways"][1], "client's TCP");
            assert_eq!((read[0].0, read.last().unwrap().1), (from, from + 40_042), "{version:?}: {shown}");
            assert!(read.windows(2).all(|pair| pair[0].1 == pair[1].0), "{version:?}: {shown}");
        }
    }
}

/// The segments are placed like the writes that sent them, since a packet never carries more than one of them here.
#[tokio::test]
async fn layers_command_places_tcp_segments_by_their_decrypted_data() {
    let response = response();
    let directory = TempDir::new().unwrap();
    let turns: &[&[u8]] = &[REQUEST, &response, REQUEST, &response];
    let conversation = Conversation { version: &TLS13, protocol: "http/1.1", turns };
    let traces = record(conversation, directory.path()).await;
    let packets = directory.path().join("wire.jsonl");
    packets::write(&packets, &traces.client, &traces.server);
    let [server, client, packets] =
        [&traces.server, &traces.client, &packets].map(|path| path.to_str().unwrap());
    for call in ["0", "1"] {
        let arguments = ["layers", "--json", "--call", call, server, client, packets];
        let map: Value = serde_json::from_str(&run(command("socket-trace"), &arguments).ok()).unwrap();
        let titles: Vec<&Value> =
            map["ways"][0]["levels"].as_array().unwrap().iter().map(|level| &level["title"]).collect();
        assert_eq!(titles[..4], ["client's TCP", "segments", "server's TCP", "TLS"], "{map}");
        let request = &map["ways"][0];
        assert_eq!(blocks(request, "segments"), blocks(request, "client's TCP"), "{map}");
        let segments = blocks(&map["ways"][1], "segments");
        let from = call.parse::<u64>().unwrap() * 40_042;
        assert_eq!((segments[0].0, segments.last().unwrap().1), (from, from + 40_042), "{map}");
        assert!(segments.windows(2).all(|pair| pair[0].1 == pair[1].0), "{map}");
        assert!(segments.iter().all(|(from, to, below)| to - from <= *below && *below <= 1_448), "{map}");
    }
}

/// Returns the blocks of bytes in the row named `title`, such as `client's TCP`, of the output of
/// `socket-trace layers --json`. Each block consists of its start offset, its end offset, and the number of
/// bytes in the layer below that carry it.
fn blocks(way: &Value, title: &str) -> Vec<(u64, u64, u64)> {
    let levels = way["levels"].as_array().unwrap();
    let level = levels.iter().find(|level| level["title"] == title).unwrap_or_else(|| panic!("{way}"));
    let number = |block: &Value, name: &str| block[name].as_u64().unwrap();
    let blocks = level["blocks"].as_array().unwrap();
    blocks.iter().map(|block| (number(block, "from"), number(block, "to"), number(block, "below"))).collect()
}

/// Returns the TLS records that `socket-dissect` finds in a trace, and the server's port.
fn dissected(path: &Path) -> (Directions, u16) {
    let mut trace = Trace::open(path).unwrap();
    let side = trace.header().side;
    let mut dissector = Dissector::new(side);
    let (mut parts, mut port, mut sock): ([Vec<Part>; 2], _, _) = (Default::default(), 0, None);
    while let Some(event) = trace.next_event().unwrap() {
        let carried = dissector.observe(&event);
        match &event.op {
            Op::Accept { local: Some(Addr::Ip(server)), .. }
            | Op::Connect { peer: Some(Addr::Ip(server)), .. } => {
                (port, sock) = (server.port(), Some(event.sock));
            }
            Op::Read(_) | Op::Write(_) if Some(event.sock) == sock => {
                let to_client = matches!(event.op, Op::Write(_)) == (side == Side::Server);
                parts[usize::from(to_client)].extend(carried);
            }
            _ => {}
        }
    }
    (parts.map(|parts| described(&parts)), port)
}

/// Formats the TLS records of one direction, which `socket-dissect` returns as [`Part`]s, as text that can be
/// compared with Wireshark's.
fn described(parts: &[Part]) -> Vec<String> {
    const TYPES: [&str; 4] = ["change_cipher_spec", "alert", "handshake", "application_data"];
    let (mut described, mut record): (Vec<String>, Option<usize>) = (Vec::new(), None);
    let mut lengths: Vec<u64> = Vec::new();
    for part in parts {
        if part.is_tls_record() && part.begins {
            record = Some(described.len());
            described
                .push(format!("record {}", 20 + TYPES.iter().position(|name| *name == part.name).unwrap()));
            lengths.push(0);
        }
        *lengths.last_mut().unwrap() += part.bytes;
        if !part.is_tls_record() && part.ends {
            described.push(part.name.to_owned());
            described.extend(said(part));
        }
    }
    assert!(record.is_some());
    let mut lengths = lengths.into_iter();
    // The header of a record has 5 bytes.
    let with_length = |said: String| match said.starts_with("record") {
        true => format!("{said} {}", lengths.next().unwrap() - 5),
        false => said,
    };
    described.into_iter().map(with_length).collect()
}

/// Returns the fields of a TLS hello message: `SNI shop.test`, `ALPN h2`, `version TLS 1.3`.
fn said(part: &Part) -> Vec<String> {
    let fields = part.text.split(", ").flat_map(|field| match field.split_once(' ') {
        Some(("ALPN", names)) => names.split(' ').map(|name| format!("ALPN {name}")).collect(),
        Some(("TLS", _)) => vec![format!("version {field}")],
        Some(("SNI", _)) => vec![field.to_owned()],
        _ => Vec::new(),
    });
    let mut said: Vec<String> = fields.collect();
    said.sort();
    said
}

//! Tests of HTTP/2, and what they share.

mod broken_rules;
mod control_frames;
mod framing;
mod streams;
mod unrecorded;

use super::super::Part;
use super::super::fixture::{Fixture, PREFACE, frame};

const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;

/// Encodes the fields as a header block without Huffman coding or table references.
fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let string = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    fields.iter().flat_map(|(name, value)| [vec![0], string(name), string(value)].concat()).collect()
}

fn headers(flags: u8, stream: u32, fields: &[(&str, &str)]) -> Vec<u8> {
    frame(1, flags | END_HEADERS, stream, block(fields))
}

const GET: &[(&str, &str)] = &[(":method", "GET"), (":path", "/a?b=c")];
const OK: &[(&str, &str)] = &[(":status", "200"), ("content-type", "text/plain")];

/// Returns a connection on which the client has sent the preface.
fn opened() -> Fixture {
    let mut server = Fixture::new();
    server.reads(PREFACE);
    server
}

fn violations(parts: &[Part]) -> Vec<&str> {
    parts.iter().filter_map(|part| part.violation.as_deref()).collect()
}

fn calls(server: &mut Fixture) -> Vec<String> {
    let status = |status: Option<String>| status.unwrap_or_else(|| "none".to_owned());
    server.ended().into_iter().map(|(operation, ended)| format!("{operation}: {}", status(ended))).collect()
}

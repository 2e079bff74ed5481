//! Generates lines that resemble those of a trace.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use socket_tap::format::{Header, Side};

use super::header::header_line;

/// Returns the header that all generated traces have. Its names contain control characters, and its
/// `monotonic_ns` is the maximum.
pub(crate) fn header() -> String {
    let mut header = Header::new("any\u{1b}[2J", Side::Server);
    header.program = "p\u{7}".to_owned();
    header.pid = 1;
    header.started = "now".to_owned();
    header.monotonic_ns = u64::MAX;
    header_line(&header)
}

/// Generates pieces of text on which a parser may fail.
pub(crate) fn wild() -> impl Strategy<Value = String> {
    select(vec![
        "18446744073709551615",
        "18446744073709551616",
        "-1",
        "1e999",
        "0.5",
        "null",
        "\"\\u001b[2J\\r\\n\"",
        "\"\\ud800\"",
        "\u{feff}",
        "{\"t\":1,\"op\":",
        "{\"end\":true,\"events\":0,\"lost\":0}\n",
        "\n\n",
        "\r",
        "}{",
        "[[[[[[[[",
        "\u{1b}[31m",
    ])
    .prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = String> {
    let edge = select(vec![0, 1, 2, 3, u64::MAX, u64::MAX - 1, 1 << 63, u64::from(u32::MAX)]);
    prop_oneof![edge, any::<u64>()].prop_map(|number| number.to_string())
}

fn text() -> impl Strategy<Value = String> {
    let likely = select(vec![
        "ipv4",
        "stream",
        "127.0.0.1:3000",
        "get a book",
        "write",
        "peer",
        "R0VU",
        "",
        "\u{1b}[2J\u{7}",
        "two\nlines",
        "\u{85}\u{9b}",
    ]);
    prop_oneof![likely.prop_map(str::to_owned), any::<String>()]
        .prop_map(|text| serde_json::to_string(&text).unwrap())
}

const NUMBERS: &[&str] =
    &["on", "fd", "value", "backlog", "bytes", "slices", "rx", "tx", "reads", "writes", "payloads", "errno"];
const TEXTS: &[&str] =
    &["domain", "type", "name", "local", "peer", "data", "how", "ended_by", "label", "error"];
const OPERATIONS: &[&str] = &[
    "socket",
    "option",
    "bind",
    "listen",
    "accept",
    "connect",
    "read",
    "write",
    "shutdown",
    "close",
    "mark",
    "gap",
    "\u{1b}splice\n",
];

/// Returns the required fields of an operation, so that most of the lines are events.
fn required_fields(operation: &str) -> &'static str {
    match operation {
        "socket" => r#","domain":"\u001b]0;\u0007","type":"stream""#,
        "option" => r#","name":"A\u001b[1mB""#,
        "accept" => r#","on":1"#,
        _ => "",
    }
}

/// Generates an event with the required fields of its operation and some unexpected fields. The numbers and
/// texts are arbitrary, but only a few socket numbers occur.
pub(crate) fn event() -> impl Strategy<Value = String> {
    let fields = (subsequence(NUMBERS, 0..6), vec(number(), 6), subsequence(TEXTS, 0..4), vec(text(), 4));
    let kind = (select(OPERATIONS), number(), 0..5_u64, number(), any::<bool>(), text());
    (kind, fields).prop_map(|((operation, t, sock, bytes, eof, label), (numbers, values, texts, strings))| {
        let name = serde_json::to_string(operation).unwrap();
        let mut line = format!("{{\"t\":{t},\"sock\":{sock},\"op\":{name}");
        let pairs = numbers.iter().zip(values).chain(texts.iter().zip(strings));
        let mut has: Vec<&str> = Vec::new();
        for (field, value) in pairs {
            line += &format!(",\"{field}\":{value}");
            has.push(field);
        }
        let missing = |field: &str| !has.contains(&field);
        if missing("bytes") && missing("slices") {
            line += &format!(",\"bytes\":{bytes},\"eof\":{eof}");
        }
        if operation == "mark" && missing("label") {
            line += &format!(",\"label\":{label}");
        }
        if !has.iter().any(|field| ["domain", "type", "name", "on"].contains(field)) {
            line += required_fields(operation);
        }
        if operation == "option" && missing("value") {
            line += ",\"value\":-1";
        }
        if operation == "listen" && missing("backlog") {
            line += ",\"backlog\":1";
        }
        line + "}"
    })
}

//! Byte breakdown of TLS connections: how many bytes are payload and how many are overhead of TLS. With and
//! without a recording of the plaintext.

use socket_tap::event::{Op, SockId, SocketKind};
use socket_trace::summary::BytesByClass;
use socket_trace::summary::Summary;
use tempfile::TempDir;

use crate::byte_breakdown::{step, summary};
use crate::command::compare;
use crate::recording::{GET, OK, Recording};

/// An empty `ClientHello`, of which all 9 bytes count as TLS.
const HELLO: &str = "\u{16}\u{3}\u{1}\0\u{4}\u{1}\0\0\0";

/// Returns a TLS record of data: its header of 5 bytes counts as TLS, and its `length` encrypted bytes as
/// payload.
fn data(length: usize) -> String {
    format!("\u{17}\u{3}\u{3}\0{}{}", char::from(u8::try_from(length).unwrap()), "e".repeat(length))
}

fn above() -> Op {
    Op::adopt("tls".into(), SocketKind::Stream).over(SockId::new(2).unwrap())
}

fn calls(summary: &Summary) -> u64 {
    summary.steps.iter().map(|step| step.calls.count()).sum()
}

#[test]
fn encrypted_data_without_plaintext_counts_as_payload() {
    let alert = "\u{15}\u{3}\u{3}\0\u{2}\u{1}\0";
    let summary =
        summary(Recording::of("tls").accept(2).read(2, HELLO).write(2, alert).write(2, &data(9)).close(2));
    let spent = summary.steps[0].bytes.unwrap();
    assert_eq!(spent.to_server, BytesByClass { tls: 9, ..BytesByClass::default() });
    assert_eq!(spent.to_client, BytesByClass { tls: 7 + 5, payload: 9, ..BytesByClass::default() });
    let json = serde_json::to_value(spent).unwrap();
    assert_eq!((&json["to_server"]["tls"], &json["to_client"]["payload"]), (&9.into(), &9.into()));
    assert_eq!(serde_json::to_value(BytesByClass::default()).unwrap().get("tls"), None);
    // The encrypted data may contain calls.
    assert_eq!((summary.unknown, calls(&summary)), (9, 0));
}

#[test]
fn encrypted_data_is_classified_by_its_recorded_plaintext() {
    // The write above TLS is recorded before the one below in the first step, after it in the second. Each record has
    // a tag of 17 bytes.
    let (request, response) = (data(GET.len() + 17), data(OK.len() + 17));
    let recording = Recording::of("tls").step("one").accept(2).read(2, HELLO).event(3, above());
    let recording = recording.read(2, &request).read(3, GET).write(3, OK).write(2, &response);
    let recording = recording.step("two").read(2, &request).read(3, GET).write(2, &response).write(3, OK);
    let summary = summary(recording.close(3).close(2));
    for name in ["one", "two"] {
        let step = step(&summary, name);
        let spent = step.bytes.unwrap();
        let hello = if name == "one" { 9 } else { 0 };
        let expected =
            BytesByClass { headers: GET.len() as u64, tls: hello + 5 + 17, ..BytesByClass::default() };
        assert_eq!(spent.to_server, expected, "{name}");
        let expected =
            BytesByClass { headers: OK.len() as u64 - 2, payload: 2, tls: 5 + 17, ..BytesByClass::default() };
        assert_eq!(spent.to_client, expected, "{name}");
        assert_eq!((spent.to_server.total(), spent.to_client.total()), (step.to_server, step.to_client));
    }
    // The plaintext shows that the connection has no further calls.
    assert_eq!((summary.unknown, calls(&summary)), (0, 2));
}

#[test]
fn tls_column_is_shown_only_with_tls_bytes() {
    let directory = TempDir::new().unwrap();
    let plain =
        Recording::of("plain").accept(2).call(2, GET, OK).close(2).save(directory.path(), "plain.jsonl");
    let tls = Recording::of("tls").accept(2).read(2, HELLO).write(2, &data(9)).close(2);
    let tls = tls.save(directory.path(), "tls.jsonl");
    let has_column = |file: &str| compare(&[file, file]).stdout.contains(" TLS ");
    assert_eq!((has_column(&plain), has_column(&tls)), (false, true));
}

#[test]
fn encrypted_calls_make_an_assertion_inconclusive() {
    let directory = TempDir::new().unwrap();
    let tls = Recording::of("tls").accept(2).read(2, HELLO).read(2, &data(90)).write(2, &data(9)).close(2);
    let ran = compare(&[
        &tls.save(directory.path(), "tls.jsonl"),
        "--assert",
        "clean-ends",
        "--max-writes-per-call",
        "1",
    ]);
    ran.assert_code(2);
    ran.assert_lines(&["held          clean-ends", "inconclusive  max-writes-per-call 1"]);
}

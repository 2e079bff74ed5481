use super::super::Part;
use super::super::fixture::{Fixture, lines};

const TEXT: u8 = 1;
const FINAL: u8 = 0x80;

/// Returns a frame without mask, as servers send.
fn clear(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let length = u16::try_from(payload.len()).unwrap();
    let head = match length {
        0..=125 => vec![first, length as u8],
        _ => [&[first, 126], &length.to_be_bytes()[..]].concat(),
    };
    [head, payload.to_vec()].concat()
}

/// Returns a masked frame, as clients send.
fn masked(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    const MASK: [u8; 4] = [1, 2, 3, 4];
    let payload = payload.as_ref();
    let mut frame = clear(first, payload);
    frame[1] |= 0x80;
    frame.truncate(frame.len() - payload.len());
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// Returns a connection after a handshake with the given subprotocol.
fn opened(protocol: &str) -> Fixture {
    let mut server = Fixture::new();
    server.reads("GET /ws HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
    server.writes(format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nsec-websocket-protocol: {protocol}\r\n\r\n"
    ));
    server
}

#[test]
fn control_frames_may_interleave_with_message_frames() {
    let mut server = opened("chat");
    let parts = server.reads([masked(TEXT, "ab"), masked(FINAL | 9, "x"), masked(FINAL, "cd")].concat());
    assert_eq!(
        lines(&parts),
        [
            "6 framing text frame",
            "2 payload message: ab…",
            "7 connection ping frame",
            "6 framing continuation frame",
            "2 payload message: abcd"
        ]
    );
    assert_eq!((parts[1].unit, parts[4].unit, parts[1].ends, parts[4].begins), (2, 2, false, false));
    let parts = server.writes(clear(FINAL | 8, b"\x03\xe9bye"));
    assert_eq!(lines(&parts), ["7 connection close frame: 1001 bye"]);
    assert!(server.finished().is_empty());
    server.closes();
    let [call] = &server.finished()[..] else { panic!("one call") };
    assert_eq!((call.operation.as_str(), call.to_server.total()), ("GET /ws", 61 + 16));
}

#[test]
fn frames_arriving_byte_by_byte_are_dissected() {
    let mut server = opened("chat");
    let mut parts = Vec::new();
    for byte in [masked(FINAL | TEXT, "a".repeat(200)), masked(FINAL | TEXT, "")].concat() {
        parts.extend(server.reads([byte]));
    }
    let ends: Vec<_> = parts.into_iter().filter(|part| part.ends).collect();
    let long = format!("1 payload message: {}…", "a".repeat(80));
    assert_eq!(lines(&ends), ["1 framing text frame", long.as_str(), "1 framing text frame"]);
}

#[test]
fn unrecorded_payload_does_not_hide_later_frames() {
    let mut server = opened("chat");
    let frame = masked(FINAL | TEXT, "abcdef");
    assert_eq!(lines(&server.reads_cut(&frame[..8], 4))[1], "6 payload message: ab… (4 B not recorded)");
    assert_eq!(lines(&server.reads(masked(FINAL | TEXT, "x")))[1], "1 payload message: x");
    let parts = server.reads_cut(&frame[..3], 9);
    assert_eq!(lines(&parts), ["3 framing frame head", "9 unknown unknown: 9 B not recorded"]);
}

#[test]
fn bytes_that_break_several_rules_are_unknown() {
    let mut server = opened("chat");
    assert_eq!(lines(&server.reads("hello")), ["2 framing frame head", "3 unknown unknown: not WebSocket"]);
}

#[test]
fn graphql_operation_over_websocket_is_a_call() {
    let mut server = opened("graphql-transport-ws");
    assert_eq!(server.ended(), [("GET /ws".to_owned(), Some("101".to_owned()))]);
    assert_eq!(
        lines(&server.reads(masked(FINAL | TEXT, r#"{"type":"connection_init"}"#)))[1],
        "26 connection message: connection_init"
    );
    let subscribe = r#"{"id":"7","type":"subscribe","payload":{"query":"subscription{bookChanged{id}}"}}"#;
    let parts = server.reads(masked(FINAL | TEXT, subscribe));
    assert_eq!(lines(&parts)[1], "81 payload message: subscribe 7: subscription { bookChanged }");
    assert!(parts.iter().all(|part| part.call == Some(1)));
    let parts = server.writes(clear(FINAL | TEXT, r#"{"type":"next","id":"7","payload":{"data":{}}}"#));
    assert_eq!(lines(&parts)[1], r#"46 payload message: next 7: {"data":{}}"#);
    assert!(parts.iter().all(|part| part.call == Some(1)));
    let parts = server.reads(masked(FINAL | TEXT, r#"{"type":"complete","id":"7"}"#));
    assert_eq!(lines(&parts)[1], "28 payload message: complete 7");
    let [call] = &server.finished()[..] else { panic!("one call") };
    assert_eq!(
        (call.operation.as_str(), call.status.as_deref()),
        ("subscription { bookChanged }", Some("complete"))
    );
    assert_eq!((call.to_server.total(), call.to_server.transfers, call.to_client.total()), (121, 2, 48));
    // A message that crosses the end of its operation belongs to no call.
    let parts = server.writes(clear(FINAL | TEXT, r#"{"type":"next","id":"7","payload":{}}"#));
    assert!(parts.iter().all(|part| part.call.is_none()));
}

#[test]
fn graphql_message_split_across_reads_is_one_call() {
    let mut server = opened("graphql-transport-ws");
    let subscribe = r#"{"id":"7","type":"subscribe","payload":{"query":"{book{id}}"}}"#;
    let frame = masked(FINAL | TEXT, subscribe);
    let (one, other) = frame.split_at(45);
    let calls = |parts: Vec<crate::Part>| parts.iter().map(|part| part.call).collect::<Vec<_>>();
    assert_eq!(calls(server.reads(one)), [Some(1), Some(1)]);
    assert_eq!(calls(server.reads(other)), [Some(1)]);
    let error = r#"{"type":"error","id":"7","payload":[{"message":"no"}]}"#;
    server.finished();
    server.writes(clear(FINAL | TEXT, error));
    assert_eq!(server.ended(), [("query { book }".to_owned(), Some("errors".to_owned()))]);
}

#[test]
fn empty_final_frame_ends_a_message() {
    let mut server = opened("chat");
    let parts = server.reads([masked(TEXT, "ab"), masked(FINAL, "")].concat());
    assert_eq!(
        lines(&parts),
        ["6 framing text frame", "2 payload message: ab…", "6 framing continuation frame"]
    );
    assert!(parts[1].ends);
    let parts = server.reads(masked(FINAL | TEXT, "c"));
    assert_eq!((parts[1].begins, parts[1].text.as_str()), (true, "c"));
}

#[test]
fn graphql_errors_over_websocket_set_the_call_status() {
    let mut server = opened("graphql-transport-ws");
    server.reads(masked(FINAL | TEXT, r#"{"id":"7","type":"subscribe","payload":{"query":"{book{id}}"}}"#));
    server.writes(clear(FINAL | TEXT, r#"{"id":"7","type":"next","payload":{"errors":[{}]}}"#));
    server.finished();
    server.writes(clear(FINAL | TEXT, r#"{"id":"7","type":"complete"}"#));
    assert_eq!(server.ended(), [("query { book }".to_owned(), Some("errors".to_owned()))]);
}

#[test]
fn graphql_message_with_trailing_id_finds_its_call() {
    let mut server = opened("graphql-transport-ws");
    server.reads(masked(FINAL | TEXT, r#"{"id":"7","type":"subscribe","payload":{"query":"{book{id}}"}}"#));
    let next = format!(r#"{{"payload":{{"data":"{}"}},"id":"7","type":"next"}}"#, "a".repeat(600));
    let parts = server.writes(clear(FINAL | TEXT, next));
    assert_eq!(parts.iter().map(|part| part.call).collect::<Vec<_>>(), [None, Some(1)]);
}

/// Returns a connection on which messages are compressed.
fn with_deflate(parameters: &str, protocol: &str) -> Fixture {
    opened(&format!("{protocol}\r\nsec-websocket-extensions: permessage-deflate{parameters}"))
}

const COMPRESSED: u8 = 0x40;
/// "Hello", compressed (RFC 7692, section 7.2.3.1), and as a reference to it (section 7.2.3.2).
const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
const AGAIN: [u8; 5] = [0xf2, 0x00, 0x11, 0x00, 0x00];

#[test]
fn compressed_messages_are_read() {
    let mut server = with_deflate("", "chat");
    for (payload, length) in [(&HELLO[..], 7), (&AGAIN, 5)] {
        let frame = masked(FINAL | COMPRESSED | TEXT, payload);
        let parts = server.reads(&frame);
        assert_eq!(
            lines(&parts),
            ["6 framing text frame: deflate".to_owned(), format!("{length} payload message: Hello")]
        );
        assert!(parts.iter().all(|part| part.violation.is_none()), "{parts:?}");
    }
    // Each direction has its own window, and a message may span frames and reads.
    let frames = [clear(COMPRESSED | TEXT, &HELLO[..3]), clear(FINAL, &HELLO[3..])].concat();
    let parts: Vec<_> = frames.iter().flat_map(|byte| server.writes([*byte])).collect();
    assert_eq!(parts.last().map(|part| part.text.as_str()), Some("Hello"));
    // Missing bytes may be in the window of all later messages.
    server.writes_cut(clear(FINAL | COMPRESSED | TEXT, HELLO).get(..4).unwrap(), 5);
    let parts = server.writes(clear(FINAL | COMPRESSED | TEXT, AGAIN));
    assert_eq!(lines(&parts)[1], "5 payload message: compressed");
}

#[test]
fn messages_without_context_are_read_after_missing_bytes() {
    let mut server = with_deflate("; server_no_context_takeover", "chat");
    server.writes_cut(clear(FINAL | COMPRESSED | TEXT, HELLO).get(..4).unwrap(), 5);
    let parts = server.writes(clear(FINAL | COMPRESSED | TEXT, HELLO));
    assert_eq!(lines(&parts)[1], "7 payload message: Hello");
}

#[test]
fn compressed_graphql_messages_belong_to_their_operations() {
    let mut server = with_deflate("", "graphql-transport-ws");
    let mut compress = flate2::Compress::new(flate2::Compression::best(), false);
    let mut frame = |message: &str| {
        let mut bytes = Vec::with_capacity(1000);
        compress.compress_vec(message.as_bytes(), &mut bytes, flate2::FlushCompress::Sync).unwrap();
        bytes.truncate(bytes.len() - 4);
        masked(FINAL | COMPRESSED | TEXT, bytes)
    };
    server.reads(frame(r#"{"type":"connection_init"}"#));
    let subscribe = r#"{"id":"7","type":"subscribe","payload":{"query":"subscription{bookChanged{id}}"}}"#;
    let parts = server.reads(frame(subscribe));
    assert_eq!(parts[1].text, "subscribe 7: subscription { bookChanged }");
    assert_eq!(parts.iter().map(|part| part.call).collect::<Vec<_>>(), [Some(1), Some(1)]);
    server.ended();
    server.reads(frame(r#"{"type":"complete","id":"7"}"#));
    assert_eq!(server.ended(), [("subscription { bookChanged }".to_owned(), Some("complete".to_owned()))]);
}

fn violations(parts: &[Part]) -> Vec<&str> {
    parts.iter().filter_map(|part| part.violation.as_deref()).collect()
}

#[test]
fn rules_that_a_frame_breaks_are_named() {
    for (frames, section) in [
        (masked(FINAL | 3, "a"), "RFC 6455, section 5.2"),
        (masked(FINAL | 0x20 | TEXT, "a"), "RFC 6455, section 5.2"),
        (masked(FINAL | COMPRESSED | TEXT, "a"), "RFC 6455, section 5.2"),
        (masked(9, "a"), "RFC 6455, section 5.5"),
        (masked(FINAL | 9, "a".repeat(126)), "RFC 6455, section 5.5"),
        (masked(FINAL, "a"), "RFC 6455, section 5.4"),
        ([masked(TEXT, "a"), masked(FINAL | TEXT, "b")].concat(), "RFC 6455, section 5.4"),
        (clear(FINAL | TEXT, "a"), "RFC 6455, section 5.1"),
        (vec![FINAL | TEXT, 0xfe, 0, 1, 0, 0, 0, 0, b'a'], "RFC 6455, section 5.2"),
        (masked(FINAL | TEXT, [0xff]), "RFC 6455, section 8.1"),
        (masked(FINAL | 8, [3]), "RFC 6455, section 5.5.1"),
        (masked(FINAL | 8, [3, 0xed]), "RFC 6455, section 7.4"),
        (masked(FINAL | 8, [3, 0xe8, 0xff]), "RFC 6455, section 5.5.1"),
        ([masked(FINAL | 8, ""), masked(FINAL | TEXT, "a")].concat(), "RFC 6455, section 5.5.1"),
    ] {
        let mut server = opened("chat");
        let parts = server.reads(&frames);
        let found = violations(&parts);
        assert!(found.len() == 1 && found[0].ends_with(&format!("({section})")), "{section}: {found:?}");
        // The frames after it are read.
        assert_eq!(lines(&server.reads(masked(FINAL | 9, "")))[0], "6 connection ping frame");
    }
    let mut server = opened("chat");
    assert!(violations(&server.writes(masked(FINAL | TEXT, "a")))[0].contains("section 5.1"));
    let mut server = with_deflate("", "chat");
    let frames = [masked(TEXT, "a"), masked(FINAL | COMPRESSED, "a")].concat();
    assert!(violations(&server.reads(frames))[0].contains("RFC 7692, section 6.1"));
}

use super::super::fixture::{Fixture, said};

const TEXT: u8 = 1;
const FINAL: u8 = 0x80;

/// A frame as a server sends it.
fn clear(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let length = u16::try_from(payload.len()).unwrap();
    let head = match length {
        0..=125 => vec![first, length as u8],
        _ => [&[first, 126], &length.to_be_bytes()[..]].concat(),
    };
    [head, payload.to_vec()].concat()
}

/// A frame as a client sends it.
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

/// A connection whose handshake is behind it.
fn opened(protocol: &str) -> Fixture {
    let mut server = Fixture::new();
    server.reads("GET /ws HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
    server.writes(format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nsec-websocket-protocol: {protocol}\r\n\r\n"
    ));
    server
}

#[test]
fn a_message_may_have_several_frames_with_control_frames_between_them() {
    let mut server = opened("chat");
    let parts = server.reads([masked(TEXT, "ab"), masked(FINAL | 9, "x"), masked(FINAL, "cd")].concat());
    assert_eq!(
        said(&parts),
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
    assert_eq!(said(&parts), ["7 connection close frame: 1001 bye"]);
    assert!(server.finished().is_empty());
    server.closes();
    let [call] = &server.finished()[..] else { panic!("one call") };
    assert_eq!((call.operation.as_str(), call.to_server.total()), ("GET /ws", 61 + 16));
}

#[test]
fn frames_that_come_byte_by_byte_are_the_same_frames() {
    let mut server = opened("chat");
    let mut parts = Vec::new();
    for byte in [masked(FINAL | TEXT, "a".repeat(200)), masked(FINAL | TEXT, "")].concat() {
        parts.extend(server.reads([byte]));
    }
    let ends: Vec<_> = parts.into_iter().filter(|part| part.ends).collect();
    let long = format!("1 payload message: {}…", "a".repeat(80));
    assert_eq!(said(&ends), ["1 framing text frame", long.as_str(), "1 framing text frame"]);
}

#[test]
fn payload_that_was_cut_is_skipped_over_and_a_head_that_was_cut_is_not() {
    let mut server = opened("chat");
    let frame = masked(FINAL | TEXT, "abcdef");
    assert_eq!(said(&server.reads_cut(&frame[..8], 4))[1], "6 payload message: ab… (4 B not recorded)");
    assert_eq!(said(&server.reads(masked(FINAL | TEXT, "x")))[1], "1 payload message: x");
    let parts = server.reads_cut(&frame[..3], 9);
    assert_eq!(said(&parts), ["3 framing frame head", "9 unknown unknown: 9 B not recorded"]);
}

#[test]
fn other_bytes_are_not_websocket() {
    let mut server = opened("chat");
    assert_eq!(said(&server.reads("hello")), ["2 framing frame head", "3 unknown unknown: not WebSocket"]);
}

#[test]
fn an_operation_of_graphql_is_a_call() {
    let mut server = opened("graphql-transport-ws");
    assert_eq!(server.ended(), [("GET /ws".to_owned(), Some("101".to_owned()))]);
    assert_eq!(
        said(&server.reads(masked(FINAL | TEXT, r#"{"type":"connection_init"}"#)))[1],
        "26 connection message: connection_init"
    );
    let subscribe = r#"{"id":"7","type":"subscribe","payload":{"query":"subscription{bookChanged{id}}"}}"#;
    let parts = server.reads(masked(FINAL | TEXT, subscribe));
    assert_eq!(said(&parts)[1], "81 payload message: subscribe 7: subscription { bookChanged }");
    assert!(parts.iter().all(|part| part.call == Some(1)));
    let parts = server.writes(clear(FINAL | TEXT, r#"{"type":"next","id":"7","payload":{"data":{}}}"#));
    assert_eq!(said(&parts)[1], r#"46 payload message: next 7: {"data":{}}"#);
    assert!(parts.iter().all(|part| part.call == Some(1)));
    let parts = server.reads(masked(FINAL | TEXT, r#"{"type":"complete","id":"7"}"#));
    assert_eq!(said(&parts)[1], "28 payload message: complete 7");
    let [call] = &server.finished()[..] else { panic!("one call") };
    assert_eq!(
        (call.operation.as_str(), call.status.as_deref()),
        ("subscription { bookChanged }", Some("complete"))
    );
    assert_eq!((call.to_server.total(), call.to_server.transfers, call.to_client.total()), (121, 2, 48));
    // What crosses the end on its way belongs to no call.
    let parts = server.writes(clear(FINAL | TEXT, r#"{"type":"next","id":"7","payload":{}}"#));
    assert!(parts.iter().all(|part| part.call.is_none()));
}

#[test]
fn a_message_that_comes_in_pieces_says_early_which_call_it_belongs_to() {
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
fn an_empty_frame_may_end_a_message() {
    let mut server = opened("chat");
    let parts = server.reads([masked(TEXT, "ab"), masked(FINAL, "")].concat());
    assert_eq!(
        said(&parts),
        ["6 framing text frame", "2 payload message: ab…", "6 framing continuation frame"]
    );
    assert!(parts[1].ends);
    let parts = server.reads(masked(FINAL | TEXT, "c"));
    assert_eq!((parts[1].begins, parts[1].text.as_str()), (true, "c"));
}

#[test]
fn errors_in_between_are_how_an_operation_ended() {
    let mut server = opened("graphql-transport-ws");
    server.reads(masked(FINAL | TEXT, r#"{"id":"7","type":"subscribe","payload":{"query":"{book{id}}"}}"#));
    server.writes(clear(FINAL | TEXT, r#"{"id":"7","type":"next","payload":{"errors":[{}]}}"#));
    server.finished();
    server.writes(clear(FINAL | TEXT, r#"{"id":"7","type":"complete"}"#));
    assert_eq!(server.ended(), [("query { book }".to_owned(), Some("errors".to_owned()))]);
}

#[test]
fn a_message_that_says_late_which_call_it_belongs_to_is_heard() {
    let mut server = opened("graphql-transport-ws");
    server.reads(masked(FINAL | TEXT, r#"{"id":"7","type":"subscribe","payload":{"query":"{book{id}}"}}"#));
    let next = format!(r#"{{"payload":{{"data":"{}"}},"id":"7","type":"next"}}"#, "a".repeat(600));
    let parts = server.writes(clear(FINAL | TEXT, next));
    assert_eq!(parts.iter().map(|part| part.call).collect::<Vec<_>>(), [None, Some(1)]);
}

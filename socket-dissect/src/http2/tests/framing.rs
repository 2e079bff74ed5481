//! Boundaries of frames and header blocks, and the bytes around them.

use super::super::super::fixture::{frame, lines};
use super::{END_HEADERS, END_STREAM, GET, OK, PADDED, PRIORITY, block, calls, headers, opened, violations};

#[test]
fn padding_and_priority_count_as_framing_bytes() {
    let mut server = opened();
    let fields = [&[2, 0, 0, 0, 3, 9], &block(GET)[..], &[0, 0]].concat();
    let head = frame(1, END_HEADERS | PADDED | PRIORITY, 1, fields);
    assert_eq!(
        lines(&server.reads(head)),
        ["15 framing HEADERS", "27 headers HEADERS: GET /a?b=c", "2 framing padding"]
    );
    let data = frame(0, END_STREAM | PADDED, 1, [3, b'x', 0, 0, 0]);
    assert_eq!(
        lines(&server.reads(data)),
        ["10 framing DATA: END_STREAM", "1 payload body: x", "3 framing padding"]
    );
}

#[test]
fn padding_longer_than_the_frame_is_invalid() {
    let mut server = opened();
    server.reads([frame(4, 0, 0, ""), headers(0, 1, GET)].concat());
    let parts = server.reads(frame(0, PADDED, 1, [3, 0, 0]));
    assert_eq!(lines(&parts), ["10 framing DATA", "2 framing padding"]);
    assert_eq!(violations(&parts), ["padding longer than the frame (RFC 9113, section 6.1)"]);
    assert_eq!(lines(&server.reads(frame(6, 0, 0, "12345678"))), ["17 connection PING"]);
}

#[test]
fn header_block_spans_continuation_frames() {
    let mut server = opened();
    let fields = block(GET);
    let (one, other) = fields.split_at(5);
    let parts = server.reads([frame(1, END_STREAM, 1, one), frame(9, END_HEADERS, 1, other)].concat());
    assert_eq!(
        lines(&parts),
        [
            "9 framing HEADERS: END_STREAM",
            "5 headers HEADERS",
            "9 framing CONTINUATION",
            "22 headers CONTINUATION: GET /a?b=c"
        ]
    );
    server.writes(headers(END_STREAM, 1, OK));
    assert_eq!(calls(&mut server), ["GET /a: 200"]);
}

#[test]
fn frames_arriving_byte_by_byte_are_decoded() {
    let mut server = opened();
    let mut frames = [headers(0, 1, GET), frame(0, END_STREAM, 1, "ab"), frame(4, 1, 0, "")].concat();
    let mut parts = Vec::new();
    for byte in frames.drain(..) {
        parts.extend(server.reads([byte]));
    }
    let ends: Vec<_> = parts.into_iter().filter(|part| part.ends).collect();
    assert_eq!(
        lines(&ends),
        [
            "1 headers HEADERS: GET /a?b=c",
            "1 framing DATA: END_STREAM",
            "1 payload body: ab",
            "1 connection SETTINGS: ACK"
        ]
    );
    assert_eq!(ends.iter().map(|part| part.unit).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[test]
fn continuation_frame_on_another_stream_is_undecodable() {
    let mut server = opened();
    let parts = server.reads([frame(1, 0, 1, ""), frame(9, END_HEADERS, 3, block(GET))].concat());
    assert_eq!(lines(&parts)[2], "27 headers CONTINUATION: header fields that cannot be decoded");
}

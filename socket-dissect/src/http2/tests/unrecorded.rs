//! Bytes that were not recorded.

use super::super::super::fixture::{frame, lines};
use super::{END_STREAM, GET, OK, calls, headers, opened};

#[test]
fn unrecorded_data_bytes_do_not_hide_later_frames() {
    let mut server = opened();
    server.reads(headers(0, 1, GET));
    let data = frame(0, END_STREAM, 1, "abcdef");
    let parts = server.reads_cut(&data[..11], 4);
    assert_eq!(lines(&parts), ["9 framing DATA: END_STREAM", "6 payload body: ab… (4 B not recorded)"]);
    assert_eq!(lines(&server.reads(frame(4, 1, 0, ""))), ["9 connection SETTINGS: ACK"]);
}

#[test]
fn partly_recorded_header_block_prevents_decoding_later_blocks() {
    let mut server = opened();
    let head = headers(END_STREAM, 1, GET);
    let parts = server.reads_cut(&head[..12], 24);
    assert_eq!(
        lines(&parts)[1],
        "27 headers HEADERS: header fields that cannot be decoded (24 B not recorded)"
    );
    let parts = server.reads(headers(END_STREAM, 3, GET));
    assert_eq!(lines(&parts)[1], "27 headers HEADERS: header fields that cannot be decoded");
    server.writes(headers(END_STREAM, 3, OK));
    assert_eq!(calls(&mut server), ["stream 3: 200"]);
}

#[test]
fn partly_recorded_frame_header_affects_only_one_direction() {
    let mut server = opened();
    let parts = server.reads_cut([0, 0, 1], 7);
    assert_eq!(lines(&parts), ["3 framing frame head", "7 unknown unknown: 7 B not recorded"]);
    assert_eq!(lines(&server.reads("abc")), ["3 unknown unknown: follows bytes that were not recorded"]);
    assert_eq!(lines(&server.writes(frame(4, 1, 0, ""))), ["9 connection SETTINGS: ACK"]);
}

#[test]
fn frame_after_unrecorded_bytes_is_recognized() {
    let mut server = opened();
    server.reads_cut(&headers(END_STREAM, 1, GET)[..3], 90);
    let parts = server.reads([headers(0, 3, GET), frame(0, END_STREAM, 3, "x")].concat());
    assert_eq!(
        lines(&parts),
        [
            "9 framing HEADERS",
            "27 headers HEADERS: header fields that cannot be decoded",
            "9 framing DATA: END_STREAM",
            "1 payload body: x"
        ]
    );
    assert_eq!(parts[3].call, Some(0));
}

#[test]
fn unrecorded_response_does_not_keep_call_open() {
    let mut server = opened();
    server.writes_cut([0, 0], 90);
    server.reads(headers(END_STREAM, 1, GET));
    assert_eq!(calls(&mut server), ["GET /a: none"]);
}

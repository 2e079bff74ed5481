//! Streams and the calls that they carry.

use super::super::super::Detail;
use super::super::super::fixture::{Fixture, PREFACE, frame, lines};
use super::{END_HEADERS, END_STREAM, GET, OK, block, calls, headers, opened, violations};

#[test]
fn request_and_response_of_stream_form_one_call() {
    let mut server = opened();
    let parts = server.reads(headers(END_STREAM, 1, GET));
    assert_eq!(lines(&parts), ["9 framing HEADERS: END_STREAM", "27 headers HEADERS: GET /a?b=c"]);
    assert_eq!((parts[1].unit, parts[0].begins, parts[1].begins, parts[1].ends), (1, true, false, true));
    let response = [headers(0, 1, OK), frame(0, 0, 1, "ab"), frame(0, END_STREAM, 1, "c")].concat();
    assert_eq!(
        lines(&server.writes(response)),
        [
            "9 framing HEADERS",
            "38 headers HEADERS: 200",
            "9 framing DATA",
            "2 payload body: ab",
            "9 framing DATA: END_STREAM",
            "1 payload body: c"
        ]
    );
    assert_eq!(calls(&mut server), ["GET /a: 200"]);
}

#[test]
fn data_after_rst_stream_belongs_to_no_call() {
    let mut server = opened();
    server.reads(headers(0, 1, GET));
    server.writes(headers(0, 1, OK));
    let parts = server.reads([frame(8, 0, 1, [0, 0, 0, 1]), frame(3, 0, 1, [0, 0, 0, 8])].concat());
    assert_eq!(lines(&parts), ["13 framing WINDOW_UPDATE: +1", "13 framing RST_STREAM: CANCEL"]);
    assert!(parts.iter().all(|part| part.call == Some(0)));
    assert_eq!(calls(&mut server), ["GET /a: 200, reset: CANCEL"]);
    let parts = server.writes(frame(0, 0, 1, "late"));
    assert_eq!(lines(&parts), ["9 framing DATA", "4 payload body"]);
    assert!(parts.iter().all(|part| part.call.is_none() && part.stream == Some(1)));
}

#[test]
fn pushed_stream_is_a_separate_call() {
    let mut server = opened();
    server.reads(headers(END_STREAM, 1, GET));
    let promise = frame(5, END_HEADERS, 1, [&[0, 0, 0, 2], &block(GET)[..]].concat());
    let parts = server.writes([promise, headers(END_STREAM, 2, OK), headers(END_STREAM, 1, OK)].concat());
    assert_eq!(
        lines(&parts)[..2],
        ["13 framing PUSH_PROMISE", "27 headers PUSH_PROMISE: stream 2: GET /a?b=c"]
    );
    assert_eq!(calls(&mut server), ["GET /a?b=c: 200", "GET /a: 200"]);
}

#[test]
fn response_to_h2c_upgrade_is_on_stream_1() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\n\r\n");
    let response = "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n";
    let parts =
        server.writes([response.as_bytes(), &frame(4, 0, 0, ""), &headers(END_STREAM, 1, OK)].concat());
    assert_eq!(lines(&parts)[1], "9 connection SETTINGS");
    assert!(parts.iter().all(|part| part.call.is_none() || part.call == Some(0)));
    assert_eq!(lines(&server.reads(PREFACE)), ["24 connection preface"]);
    assert_eq!(calls(&mut server), ["GET /a: 200"]);
}

#[test]
fn headers_frame_on_ended_stream_begins_no_call() {
    let mut server = opened();
    server.reads(headers(END_STREAM, 3, GET));
    server.writes(headers(END_STREAM, 3, OK));
    assert_eq!(calls(&mut server), ["GET /a: 200"]);
    for stream in [1, 3] {
        let parts = server.reads(headers(END_STREAM, stream, GET));
        assert_eq!((parts[0].call, parts[1].call), (None, None), "{stream}");
    }
}

#[test]
fn number_of_open_calls_is_bounded() {
    let mut server = opened();
    let parts: Vec<_> = (0..=10_000).flat_map(|at| server.reads(headers(0, 2 * at + 1, GET))).collect();
    let call = |stream| parts.iter().find(|part| part.stream == Some(stream)).and_then(|part| part.call);
    assert_eq!((call(19_999), call(20_001)), (Some(9_999), None));
}

#[test]
fn all_header_fields_are_listed_if_asked_for() {
    let mut server = Fixture::with_detail(Detail { header_fields: true, ..Detail::default() });
    server.reads(PREFACE);
    let fields = &[(":method", "GET"), (":path", "/"), ("cookie", "a=b")];
    let parts = server.reads(headers(0, 1, fields));
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(parts[1].fields.to_vec(), pairs);
    let mut brief = opened();
    assert_eq!(brief.reads(headers(0, 1, fields))[1].fields.to_vec(), []);
}

#[test]
fn http1_response_to_http2_is_read() {
    let mut server = opened();
    server.reads([frame(4, 0, 0, ""), headers(END_STREAM, 1, GET)].concat());
    let parts = server.writes("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno");
    assert_eq!(lines(&parts), ["47 headers response head: 400 Bad Request", "2 payload body: no"]);
    assert!(violations(&parts)[0].contains("section 3.4"), "{parts:?}");
}

/// RFC 8441, section 5.1.
#[test]
fn websocket_on_a_stream_is_read() {
    let mut server = opened();
    let connect =
        &[(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":path", "/chat")];
    server.reads([frame(4, 0, 0, ""), headers(0, 1, connect)].concat());
    server.writes([frame(4, 0, 0, ""), headers(0, 1, &[(":status", "200")])].concat());
    let parts = server.reads(frame(0, 0, 1, [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']));
    assert_eq!(lines(&parts), ["9 framing DATA", "6 framing text frame", "2 payload message: hi"]);
    assert!(parts.iter().all(|part| (part.call, part.stream) == (Some(0), Some(1))), "{parts:?}");
    let parts = server.writes(frame(0, END_STREAM, 1, [0x81, 2, b'h', b'o']));
    assert_eq!(lines(&parts)[2], "2 payload message: ho");
    let parts = server.reads(frame(0, 0, 1, [0x68, 0x65]));
    assert_eq!(lines(&parts)[1..], ["2 framing frame head"]);
    server.reads(frame(0, END_STREAM, 1, ""));
    assert_eq!(calls(&mut server), ["CONNECT /chat: 200"]);
}

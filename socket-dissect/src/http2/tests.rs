use super::super::fixture::{Fixture, PREFACE, frame, lines};
use super::super::{Detail, Part};

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

#[test]
fn settings_ping_and_goaway_show_their_content() {
    let mut server = opened();
    let frames = [
        frame(4, 0, 0, [0, 2, 0, 0, 0, 0, 0, 4, 0, 0x20, 0, 0, 0x12, 0x34, 0, 0, 0, 1]),
        frame(4, 1, 0, ""),
        frame(6, 0, 0, "12345678"),
        frame(6, 1, 0, "12345678"),
        frame(8, 0, 0, [0, 0, 4, 0]),
        frame(7, 0, 0, [&[0, 0, 0, 7, 0, 0, 0, 11], &b"too many"[..]].concat()),
        frame(0x77, 0, 0, "?"),
    ];
    let expected = [
        "27 connection SETTINGS: ENABLE_PUSH 0, INITIAL_WINDOW_SIZE 2,097,152, setting 4660 1",
        "9 connection SETTINGS: ACK",
        "17 connection PING",
        "17 connection PING: ACK",
        "13 connection WINDOW_UPDATE: +1,024",
        "25 connection GOAWAY: ENHANCE_YOUR_CALM after stream 7: too many",
        "10 connection unknown frame",
    ];
    let parts = server.reads(frames.concat());
    assert_eq!(lines(&parts), expected);
    assert!(parts.iter().all(|part| part.begins && part.ends && part.stream.is_none()));
}

#[test]
fn number_of_shown_settings_is_bounded() {
    let parts = opened().reads(frame(4, 0, 0, [0, 2, 0, 0, 0, 0].repeat(80)));
    assert_eq!(lines(&parts), [format!("489 connection SETTINGS: {}…", "ENABLE_PUSH 0, ".repeat(8))]);
}

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
fn continuation_frame_on_another_stream_is_undecodable() {
    let mut server = opened();
    let parts = server.reads([frame(1, 0, 1, ""), frame(9, END_HEADERS, 3, block(GET))].concat());
    assert_eq!(lines(&parts)[2], "27 headers CONTINUATION: header fields that cannot be decoded");
}

#[test]
fn unrecorded_response_does_not_keep_call_open() {
    let mut server = opened();
    server.writes_cut([0, 0], 90);
    server.reads(headers(END_STREAM, 1, GET));
    assert_eq!(calls(&mut server), ["GET /a: none"]);
}

#[test]
fn number_of_open_calls_is_bounded() {
    let mut server = opened();
    let parts: Vec<_> = (0..=10_000).flat_map(|at| server.reads(headers(0, 2 * at + 1, GET))).collect();
    let call = |stream| parts.iter().find(|part| part.stream == Some(stream)).and_then(|part| part.call);
    assert_eq!((call(19_999), call(20_001)), (Some(9_999), None));
}

#[test]
fn connection_frames_on_a_stream_name_it() {
    let mut server = opened();
    server.reads(frame(4, 0, 0, ""));
    let frames = [frame(6, 0, 3, "12345678"), frame(4, 0, 5, ""), frame(7, 0, 7, [0; 8])].concat();
    let parts = server.reads(frames);
    assert_eq!(
        parts.iter().map(|part| (part.stream, part.call)).collect::<Vec<_>>(),
        [(Some(3), None), (Some(5), None), (Some(7), None)]
    );
    assert_eq!(
        violations(&parts),
        [
            "on stream 3, must be on stream 0 (RFC 9113, section 6.7)",
            "on stream 5, must be on stream 0 (RFC 9113, section 6.5)",
            "on stream 7, must be on stream 0 (RFC 9113, section 6.8)",
        ]
    );
}

#[test]
fn rules_that_a_frame_breaks_are_named() {
    let settings = |id: u8, value: u32| frame(4, 0, 0, [&[0, id][..], &value.to_be_bytes()].concat());
    for (frames, section) in [
        (frame(0, 0, 0, "a"), "6.1"),
        (frame(2, 0, 1, [0; 4]), "6.3"),
        (frame(3, 0, 0, [0; 4]), "6.4"),
        (frame(4, 1, 0, [0; 6]), "6.5"),
        (frame(4, 0, 0, [0; 5]), "6.5"),
        (settings(2, 2), "6.5.2"),
        (settings(4, 1 << 31), "6.5.2"),
        (settings(5, 9), "6.5.2"),
        (frame(6, 0, 0, "1"), "6.7"),
        (frame(7, 0, 0, "1"), "6.8"),
        (frame(8, 0, 0, [0; 4]), "6.9"),
        (frame(8, 0, 0, [0; 3]), "6.9"),
        (frame(9, 4, 1, ""), "6.10"),
        ([frame(1, 0, 1, ""), frame(6, 0, 0, "12345678")].concat(), "6.10"),
        (frame(5, 4, 1, [0, 0, 0, 2]), "8.4"),
        (headers(0, 2, GET), "5.1.1"),
        (frame(0, 0, 9, "a"), "5.1"),
        ([headers(END_STREAM, 1, GET), frame(0, 0, 1, "a")].concat(), "5.1"),
        (frame(0, 0, 1, vec![0; 16_385]), "4.2"),
        (headers(0, 1, &[("A", "b")]), "8.2.1"),
        (headers(0, 1, &[("connection", "close")]), "8.2.2"),
        (headers(0, 1, &[("te", "gzip")]), "8.2.2"),
        (headers(0, 1, &[("a", "b"), (":path", "/")]), "8.3"),
        (headers(0, 1, &[(":a", "b")]), "8.3"),
    ] {
        let mut server = opened();
        server.reads(frame(4, 0, 0, ""));
        let parts = server.reads(&frames);
        let found = violations(&parts);
        assert!(
            found.iter().any(|text| text.ends_with(&format!("section {section})"))),
            "{section}: {found:?}"
        );
    }
    let parts = opened().reads(frame(6, 0, 0, "12345678"));
    assert!(violations(&parts)[0].contains("section 3.4"), "{parts:?}");
}

#[test]
fn frames_may_be_as_long_as_the_receiver_allows() {
    let mut server = opened();
    server.reads([frame(4, 0, 0, ""), headers(0, 1, GET)].concat());
    server.writes(frame(4, 0, 0, [0, 5, 0, 1, 0, 0]));
    assert_eq!(violations(&server.reads(frame(0, 0, 1, vec![0; 65_536]))), [""; 0]);
}

#[test]
fn goaway_says_which_streams_were_processed() {
    let goaway = |last: u32| frame(7, 0, 0, [last.to_be_bytes(), [0; 4]].concat());
    let mut server = opened();
    let parts = server.writes([goaway(0x7fff_ffff), goaway(5), goaway(0)].concat());
    let texts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "NO_ERROR, the last stream follows",
            "NO_ERROR after stream 5",
            "NO_ERROR, no stream was processed: all requests can be repeated",
        ]
    );
    let last: Vec<_> = parts.iter().map(|part| part.goaway.as_ref().unwrap().last_stream).collect();
    assert_eq!(last, [None, Some(5), Some(0)]);
    let of_client = server.reads(goaway(0)).remove(0);
    assert_eq!((of_client.text.as_str(), of_client.goaway.unwrap().last_stream), ("NO_ERROR", None));
}

#[test]
fn debug_data_of_a_goaway_is_complete() {
    let frame = |debug: &[u8]| frame(7, 0, 0, [&[0, 0, 0, 7, 0, 0, 0, 11][..], debug].concat());
    let mut server = opened();
    let long = "too_many_pings ".repeat(20);
    let parts = server.writes([frame(long.as_bytes()), frame(&[0xff])].concat());
    let debug: Vec<_> = parts.iter().map(|part| part.goaway.as_ref().unwrap().debug.as_str()).collect();
    assert_eq!(debug, [long.as_str(), "binary"]);
    assert!(parts[0].text.ends_with('…'), "{}", parts[0].text);
}

#[test]
fn all_header_fields_are_listed_if_asked_for() {
    let mut server = Fixture::with_detail(Detail { header_fields: true, ..Detail::default() });
    server.reads(PREFACE);
    let fields = &[(":method", "GET"), (":path", "/"), ("cookie", "a=b")];
    let parts = server.reads(headers(0, 1, fields));
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(parts[1].fields, pairs);
    let mut brief = opened();
    assert_eq!(brief.reads(headers(0, 1, fields))[1].fields, []);
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

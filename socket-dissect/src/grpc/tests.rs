use super::super::fixture::{Fixture, PREFACE, frame, said};

const GET_BOOK: &[u8] = b"\x83\x86\x04\x26/bookshelf.v1.BookshelfService/GetBook\x5f\x10application/grpc";
const OK: &[u8] = b"\x88\x5f\x10application/grpc";

/// A HEADERS frame that ends its block.
fn headers(flags: u8, block: &[u8]) -> Vec<u8> {
    frame(1, flags | 4, 1, block)
}

fn data(flags: u8, payload: &[u8]) -> Vec<u8> {
    frame(0, flags, 1, payload)
}

/// A connection with a call whose fields are behind it.
fn called() -> Fixture {
    let mut server = Fixture::new();
    server.reads([PREFACE, &headers(0, GET_BOOK)].concat());
    server
}

fn ended(server: &mut Fixture) -> String {
    let ended = server.ended();
    ended
        .into_iter()
        .map(|(operation, status)| format!("{operation}: {}", status.unwrap_or_default()))
        .collect()
}

#[test]
fn a_message_may_span_frames_and_a_frame_messages() {
    let mut server = called();
    let parts = server.reads(data(0, b"\0\0\0\0\x02\x08\x01\0\0\0\0\0\0\0"));
    assert_eq!(
        said(&parts),
        [
            "9 framing DATA",
            "5 framing length prefix",
            "2 payload message: {id: 1}",
            "5 framing length prefix: empty message",
            "2 framing length prefix"
        ]
    );
    assert!(!parts[4].ends);
    let parts = server.reads([data(0, b"\0\0\x03\x08"), data(1, b"\x80\x01")].concat());
    assert_eq!(
        said(&parts),
        [
            "9 framing DATA",
            "3 framing length prefix",
            "1 payload message: {…",
            "9 framing DATA: END_STREAM",
            "2 payload message: {id: 128}"
        ]
    );
    assert_eq!((parts[2].unit, parts[2].ends, parts[4].begins), (parts[4].unit, false, false));
}

#[test]
fn a_status_comes_with_trailers_or_with_trailers_only() {
    let mut server = called();
    server.reads(data(1, b"\0\0\0\0\0"));
    let trailers = b"\0\x0bgrpc-status\x010";
    server.writes([headers(0, OK), data(0, b"\0\0\0\0\0"), headers(1, trailers)].concat());
    assert_eq!(ended(&mut server), "bookshelf.v1.BookshelfService/GetBook: OK");

    let mut server = called();
    server.reads(data(1, b"\0\0\0\0\0"));
    let trailers = [OK, b"\0\x0bgrpc-status\x015\0\x0cgrpc-message\x07no%20it"].concat();
    let parts = server.writes(headers(1, &trailers));
    assert_eq!(said(&parts)[1], "56 headers HEADERS: 200, grpc-status NOT_FOUND: no it");
    assert_eq!(ended(&mut server), "bookshelf.v1.BookshelfService/GetBook: NOT_FOUND");
}

#[test]
fn an_answer_that_is_not_of_the_service_has_the_status_of_http() {
    let mut server = called();
    server.reads(data(1, b"\0\0\0\0\0"));
    let parts = server.writes([headers(0, b"\x8e\x5f\x09text/html"), data(1, b"<h1>no</h1>")].concat());
    assert_eq!(said(&parts)[3], "11 payload body: <h1>no</h1>");
    assert_eq!(ended(&mut server), "bookshelf.v1.BookshelfService/GetBook: 500");
}

#[test]
fn a_message_that_was_cut_is_skipped_over_and_a_prefix_is_not() {
    let mut server = called();
    let parts = server.reads_cut(&data(0, b"\0\0\0\0\x06\x08\x01\x12\x02ab")[..16], 4);
    assert_eq!(said(&parts)[2], "6 payload message: {id: 1, … (4 B not recorded)");
    assert_eq!(said(&server.reads(data(0, b"\0\0\0\0\0")))[1], "5 framing length prefix: empty message");
    let parts = server.reads_cut(&data(0, b"\0\0\0\0\0")[..11], 3);
    assert_eq!(said(&parts)[1..], ["2 framing length prefix", "3 unknown unknown: 3 B not recorded"]);
    let parts = server.reads(data(1, b"\0\0\0\0\0"));
    assert_eq!(
        said(&parts),
        ["9 framing DATA: END_STREAM", "5 unknown unknown: after bytes that were not recorded"]
    );
    assert_eq!(parts[1].call, Some(0));
}

#[test]
fn a_message_that_is_compressed_with_gzip_is_read() {
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"\x08\x07").unwrap();
    let packed = encoder.finish().unwrap();
    let length = u8::try_from(packed.len()).unwrap();
    let message = [&[1, 0, 0, 0, length], &packed[..]].concat();
    let mut server = Fixture::new();
    let fields = [GET_BOOK, b"\0\x0dgrpc-encoding\x04gzip"].concat();
    server.reads([PREFACE, &headers(0, &fields)].concat());
    let parts = server.reads(data(1, &message));
    assert_eq!(
        said(&parts)[1..],
        [
            "5 framing length prefix: compressed".to_owned(),
            format!("{length} payload message: gzip: {{id: 7}}")
        ]
    );
    // Without a word about the encoding.
    assert_eq!(said(&called().reads(data(1, &message)))[2], format!("{length} payload message: compressed"));
}

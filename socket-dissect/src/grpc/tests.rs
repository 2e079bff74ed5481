use super::super::fixture::{Fixture, PREFACE, frame, lines};

const GET_BOOK: &[u8] = b"\x83\x86\x04\x26/bookshelf.v1.BookshelfService/GetBook\x5f\x10application/grpc";
const OK: &[u8] = b"\x88\x5f\x10application/grpc";

/// Returns a HEADERS frame that contains a complete header block.
fn headers(flags: u8, block: &[u8]) -> Vec<u8> {
    frame(1, flags | 4, 1, block)
}

fn data(flags: u8, payload: &[u8]) -> Vec<u8> {
    frame(0, flags, 1, payload)
}

/// Returns a connection on which a client has sent the headers of a gRPC call.
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
fn grpc_messages_may_span_or_share_data_frames() {
    let mut server = called();
    let parts = server.reads(data(0, b"\0\0\0\0\x02\x08\x01\0\0\0\0\0\0\0"));
    assert_eq!(
        lines(&parts),
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
        lines(&parts),
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
fn time_for_a_compressed_message_in_many_pieces_is_bounded() {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&[8, 1].repeat(2_000_000)).unwrap();
    let packed = encoder.finish().unwrap();
    let mut server = Fixture::with_detail(crate::Detail { full_text: true, ..crate::Detail::default() });
    let encoding = b"\x40\x0dgrpc-encoding\x04gzip";
    server.reads([PREFACE, &headers(0, &[GET_BOOK, encoding].concat())].concat());
    let length = u32::try_from(packed.len()).unwrap().to_be_bytes();
    server.reads(data(0, &[&[1], &length[..]].concat()));
    let began = std::time::Instant::now();
    let last = packed.iter().flat_map(|byte| server.reads(data(0, &[*byte]))).last().unwrap();
    assert!(began.elapsed() < std::time::Duration::from_secs(8), "{:?}", began.elapsed());
    assert!(last.ends && last.text.starts_with("gzip: {id: 1"), "{}", last.text.len());
}

#[test]
fn grpc_status_is_read_from_trailers_or_headers() {
    let mut server = called();
    server.reads(data(1, b"\0\0\0\0\0"));
    let trailers = b"\0\x0bgrpc-status\x010";
    server.writes([headers(0, OK), data(0, b"\0\0\0\0\0"), headers(1, trailers)].concat());
    assert_eq!(ended(&mut server), "bookshelf.v1.BookshelfService/GetBook: OK");

    let mut server = called();
    server.reads(data(1, b"\0\0\0\0\0"));
    let trailers = [OK, b"\0\x0bgrpc-status\x015\0\x0cgrpc-message\x07no%20it"].concat();
    let parts = server.writes(headers(1, &trailers));
    assert_eq!(lines(&parts)[1], "56 headers HEADERS: 200, grpc-status NOT_FOUND: no it");
    assert_eq!(ended(&mut server), "bookshelf.v1.BookshelfService/GetBook: NOT_FOUND");
}

#[test]
fn proxy_response_without_grpc_status_has_http_status() {
    let mut server = called();
    server.reads(data(1, b"\0\0\0\0\0"));
    let parts = server.writes([headers(0, b"\x8e\x5f\x09text/html"), data(1, b"<h1>no</h1>")].concat());
    assert_eq!(lines(&parts)[3], "11 payload body: <h1>no</h1>");
    assert_eq!(ended(&mut server), "bookshelf.v1.BookshelfService/GetBook: 500");
}

#[test]
fn unrecorded_bytes_inside_a_message_are_skipped() {
    let mut server = called();
    let parts = server.reads_cut(&data(0, b"\0\0\0\0\x06\x08\x01\x12\x02ab")[..16], 4);
    assert_eq!(lines(&parts)[2], "6 payload message: {id: 1, … (4 B not recorded)");
    assert_eq!(lines(&server.reads(data(0, b"\0\0\0\0\0")))[1], "5 framing length prefix: empty message");
    let parts = server.reads_cut(&data(0, b"\0\0\0\0\0")[..11], 3);
    assert_eq!(lines(&parts)[1..], ["2 framing length prefix", "3 unknown unknown: 3 B not recorded"]);
    let parts = server.reads(data(1, b"\0\0\0\0\0"));
    assert_eq!(
        lines(&parts),
        ["9 framing DATA: END_STREAM", "5 unknown unknown: follows bytes that were not recorded"]
    );
    assert_eq!(parts[1].call, Some(0));
}

#[test]
fn gzip_message_is_decompressed() {
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
        lines(&parts)[1..],
        [
            "5 framing length prefix: compressed".to_owned(),
            format!("{length} payload message: gzip: {{id: 7}}")
        ]
    );
    // Without grpc-encoding.
    assert_eq!(lines(&called().reads(data(1, &message)))[2], format!("{length} payload message: compressed"));
}

#[test]
fn messages_of_other_codecs_are_shown_as_text() {
    let mut server = Fixture::new();
    let fields = b"\x83\x86\x04\x04/a/b\x5f\x15application/grpc+json";
    server.reads([PREFACE, &headers(0, fields)].concat());
    let parts = server.reads(data(1, b"\0\0\0\0\x07{\"a\":1}"));
    assert_eq!(lines(&parts)[2], "7 payload message: {\"a\":1}");
}

#[test]
fn deflate_message_is_decompressed() {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut zlib, b"\x08\x07").unwrap();
    let packed = zlib.finish().unwrap();
    let mut server = Fixture::new();
    let fields = [GET_BOOK, b"\0\x0dgrpc-encoding\x07deflate"].concat();
    server.reads([PREFACE, &headers(0, &fields)].concat());
    let length = u8::try_from(packed.len()).unwrap();
    let parts = server.reads(data(1, &[&[1, 0, 0, 0, length], &packed[..]].concat()));
    assert_eq!(parts[2].text, "deflate: {id: 7}");
}

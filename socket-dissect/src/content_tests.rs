use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::Detail;
use super::super::fixture::{Fixture, lines};

fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn message(start: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{start}\r\n{fields}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

const JSON: &str = "content-type: application/json\r\n";
const GZIP: &str = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
const QUERY: &str = r#"{"query":"{book(id:1){title}}"}"#;

/// Sends a GraphQL request with this body, and returns the dissected body as text.
fn body(request: Vec<u8>) -> String {
    lines(&Fixture::new().reads(request)).pop().unwrap_or_default()
}

#[test]
fn binary_body_is_described_by_its_content_type() {
    let image = message("PUT /a HTTP/1.1", "content-type: image/png\r\n", b"\x89PNG");
    assert_eq!(body(image), "4 payload body: image/png");
    assert_eq!(body(message("PUT /a HTTP/1.1", "", b"\xff\xfe")), "2 payload body: binary");
    for coding in ["compress", "gzip, gzip"] {
        let fields = format!("content-encoding: {coding}\r\n");
        assert_eq!(body(message("PUT /a HTTP/1.1", &fields, b"abc")), "3 payload body: compressed");
    }
    let packed = gzip(r#"{"a":1}"#);
    let length = packed.len();
    assert_eq!(
        body(message("PUT /a HTTP/1.1", GZIP, &packed)),
        format!(r#"{length} payload body: gzip: {{"a":1}}"#)
    );
}

#[test]
fn http_call_is_named_after_its_graphql_operation() {
    for request in [
        message("POST /graphql HTTP/1.1", JSON, QUERY.as_bytes()),
        message("POST /graphql HTTP/1.1", GZIP, &gzip(QUERY)),
        b"GET /graphql?query=%7Bbook%7Btitle%7D%7D HTTP/1.1\r\n\r\n".to_vec(),
        format!("POST /graphql HTTP/1.1\r\n{JSON}transfer-encoding: chunked\r\n\r\n9\r\n{}\r\n16\r\n{}\r\n0\r\n\r\n", &QUERY[..9], &QUERY[9..])
            .into_bytes(),
    ] {
        let mut server = Fixture::new();
        server.reads(request);
        let response = br#"{"data":null,"errors":[{"message":"no"}]}"#;
        server.writes(message("HTTP/1.1 200 OK", JSON, response));
        assert_eq!(server.ended(), [("query { book }".to_owned(), Some("200, errors".to_owned()))]);
    }
}

#[test]
fn graphql_operation_split_across_reads_is_recognized() {
    let mut server = Fixture::new();
    let request = message("POST /graphql HTTP/1.1", JSON, QUERY.as_bytes());
    let (one, other) = request.split_at(request.len() - 10);
    assert_eq!(lines(&server.reads(one)).last().unwrap(), r#"21 payload body: {"query":"{book(id:1)…"#);
    assert_eq!(lines(&server.reads(other)), ["10 payload body: query { book }"]);
}

#[test]
fn errors_member_of_non_graphql_json_is_ignored() {
    let mut server = Fixture::new();
    server.reads(message("POST /search HTTP/1.1", JSON, br#"{"query":"rust books"}"#));
    server.writes(message("HTTP/1.1 200 OK", JSON, br#"{"errors":[1]}"#));
    assert_eq!(server.ended(), [("POST /search".to_owned(), Some("200".to_owned()))]);
}

#[test]
fn oversized_graphql_document_is_not_parsed() {
    let mut server = Fixture::new();
    let large = format!(r#"{{"query":"{{book(title:\"{}\"){{id}}}}"}}"#, "a".repeat(1_000_000));
    server.reads(message("POST /graphql HTTP/1.1", JSON, large.as_bytes()));
    server.writes(message("HTTP/1.1 200 OK", JSON, b"{}"));
    assert_eq!(server.ended(), [("POST /graphql".to_owned(), Some("200".to_owned()))]);
}

#[test]
fn grpc_web_messages_and_trailers_are_read() {
    let fields = "content-type: application/grpc-web+proto\r\n";
    let mut server = Fixture::new();
    let path = "/bookshelf.v1.BookshelfService/GetBook";
    let request = message(&format!("POST {path} HTTP/1.1"), fields, b"\0\0\0\0\x02\x08\x01");
    assert_eq!(lines(&server.reads(request))[1..], ["5 framing length prefix", "2 payload message: {id: 1}"]);
    let trailers = b"\x80\0\0\0\x23grpc-status:5\r\ngrpc-message:no it\r\n";
    let parts = server.writes(message("HTTP/1.1 200 OK", fields, trailers));
    assert_eq!(
        lines(&parts)[1..],
        ["5 framing length prefix: trailers", "35 headers trailers: grpc-status NOT_FOUND: no it"]
    );
    assert_eq!(server.ended(), [(path[1..].to_owned(), Some("NOT_FOUND".to_owned()))]);
}

#[test]
fn grpc_web_text_is_decoded() {
    let fields = "content-type: application/grpc-web-text\r\n";
    let mut server = Fixture::new();
    let path = "/bookshelf.v1.BookshelfService/GetBook";
    let request = message(&format!("POST {path} HTTP/1.1"), fields, b"AAAAAAIIAQ==");
    assert_eq!(lines(&server.reads(request))[1..], ["12 payload body: {id: 1}"]);
    // Two pieces, each with its padding.
    let response = message("HTTP/1.1 200 OK", fields, b"AAAAAAA=gAAAAA9ncnBjLXN0YXR1czogMAo=");
    assert_eq!(lines(&server.writes(response))[1..], ["36 payload body: {}, grpc-status OK"]);
    assert_eq!(server.ended(), [(path[1..].to_owned(), Some("OK".to_owned()))]);
}

#[test]
fn bodies_of_all_codings_are_decompressed() {
    let text = r#"{"a":1}"#;
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(text.as_bytes()).unwrap();
    for (coding, name, packed) in
        [("x-gzip", "gzip", gzip(text)), ("deflate", "deflate", zlib.finish().unwrap())]
    {
        let fields = format!("content-type: application/json\r\ncontent-encoding: {coding}\r\n");
        let expected = format!("{} payload body: {name}: {text}", packed.len());
        assert_eq!(body(message("PUT /a HTTP/1.1", &fields, &packed)), expected);
    }
}

#[test]
fn full_text_of_a_body_is_complete() {
    let long = "x".repeat(5000);
    let request = message("PUT /a HTTP/1.1", "", long.as_bytes());
    let mut server = Fixture::with_detail(Detail { full_text: true, ..Detail::default() });
    let parts = server.reads(&request);
    assert_eq!(parts[1].text, long);
    assert_eq!(Fixture::new().reads(request)[1].text, "x".repeat(80) + "…");
}

#[test]
fn line_ends_of_a_body_are_visible() {
    let request = message("PUT /a HTTP/1.1", "content-type: text/html\r\n", b"<p>\r\n\ta\n</p>");
    assert_eq!(body(request), "12 payload body: <p>↵␉a↵</p>");
}

#[test]
fn compressed_body_is_read_across_chunks() {
    let packed = gzip(r#"{"a":1,"b":2}"#);
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    server.writes("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n");
    // Some servers send the header of gzip in a chunk of its own.
    let (head, rest) = packed.split_at(10);
    server.writes([format!("{:x}\r\n", head.len()).as_bytes(), head, b"\r\n"].concat());
    let parts = server.writes([format!("{:x}\r\n", rest.len()).as_bytes(), rest, b"\r\n0\r\n\r\n"].concat());
    assert_eq!(parts[1].text, r#"gzip: {"a":1,"b":2}"#);
}

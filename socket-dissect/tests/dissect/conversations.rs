//! Examples of the bytes that a client and a server exchange, for each protocol.

/// The bytes that client and server send alternately. The client begins.
pub(crate) type Conversation = Vec<Vec<u8>>;

pub(crate) fn all() -> Vec<Conversation> {
    vec![
        http1(),
        events(),
        websocket(),
        grpc(),
        http2(),
        tls(),
        super::postgres::conversation(),
        events_with_cr(),
        compressed_websocket(),
        grpc_web(),
        in_clear(),
    ]
}

fn http1() -> Conversation {
    texts(&[
        "GET /v1/books?page_size=5 HTTP/1.1\r\nhost: a\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n3;x\r\n:1}\r\n0\r\nsum: 7\r\n\r\n",
        "POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 51\r\n\r\n{\"query\":\"{book(id:1){title}}\",\"variables\":{\"a\":1}}HEAD /b HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"errors\":[{}]}HTTP/1.1 404 Not Found\r\ncontent-length: 7\r\n\r\n",
        "PUT /c HTTP/1.1\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "abc",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ])
}

fn events() -> Conversation {
    texts(&[
        "GET /v1/books/changes HTTP/1.1\r\naccept: text/event-stream\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n21\r\nevent: created\ndata: {\"id\":15}\n\n:\r\n8\r\n and so \r\n3\r\non\n\r\n1\r\n\n\r\n0\r\n\r\n",
    ])
}

/// Returns events after a byte order mark, on lines that end with CR.
fn events_with_cr() -> Conversation {
    texts(&[
        "GET /cr HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\u{feff}data: one\r\rid: 2\rdata: two\r\r",
    ])
}

/// Returns messages with permessage-deflate. The second one refers to the first (RFC 7692, section 7.2.3.2).
fn compressed_websocket() -> Conversation {
    let head =
        "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-extensions: permessage-deflate\r\n\r\n";
    vec![
        format!("GET /chat HTTP/1.1\r\n{head}").into_bytes(),
        format!("HTTP/1.1 101 Switching Protocols\r\n{head}").into_bytes(),
        [
            &masked_bytes(0xc1, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00])[..],
            &masked_bytes(0x41, &[0xf2, 0x00])[..],
            &masked_bytes(0x80, &[0x11, 0x00, 0x00])[..],
        ]
        .concat(),
        [&[0xc1, 7][..], &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]].concat(),
    ]
}

/// Returns a call of gRPC-Web with its trailers in the body, and one in base64.
fn grpc_web() -> Conversation {
    let post = |kind: &str, length: usize| {
        format!("POST /shop.v1.Shop/Buy HTTP/1.1\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n")
    };
    let ok = |kind: &str, length: usize| {
        format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n")
    };
    let (web, text) = ("application/grpc-web+proto", "application/grpc-web-text");
    let trailers = b"\x80\0\0\0\x0fgrpc-status: 5\n";
    vec![
        [post(web, 7).as_bytes(), b"\0\0\0\0\x02\x08\x01"].concat(),
        [ok(web, 20).as_bytes(), trailers].concat(),
        [post(text, 12).as_bytes(), b"AAAAAAIIAQ=="].concat(),
        [ok(text, 28).as_bytes(), b"gAAAAA9ncnBjLXN0YXR1czogMAo="].concat(),
    ]
}

/// Returns a response in clear to TLS.
fn in_clear() -> Conversation {
    vec![record(22, b"\x01\0\0\x04...."), b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno".to_vec()]
}

fn websocket() -> Conversation {
    let head =
        "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    vec![
        format!("GET /graphql HTTP/1.1\r\n{head}").into_bytes(),
        format!("HTTP/1.1 101 Switching Protocols\r\n{head}").into_bytes(),
        masked(0x81, r#"{"type":"connection_init"}"#),
        [&[0x81, 25][..], br#"{"type":"connection_ack"}"#].concat(),
        [
            masked(0x01, r#"{"id":"1","type":"subscribe","payload":{"query":"#),
            masked(0x89, "?"),
            masked(0x80, r#""subscription{bookChanged{id}}"}}"#),
        ]
        .concat(),
        [&[0x8a, 1][..], b"?", &[0x81, 46], br#"{"type":"next","id":"1","payload":{"data":{}}}"#].concat(),
        [masked(0x81, r#"{"type":"complete","id":"1"}"#), masked(0x88, "\x03")].concat(),
        vec![0x88, 0],
    ]
}

fn masked(first: u8, payload: &str) -> Vec<u8> {
    masked_bytes(first, payload.as_bytes())
}

fn masked_bytes(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [7, 77, 177, 7];
    let length = 0x80 | u8::try_from(payload.len()).unwrap();
    let payload = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    [first, length].into_iter().chain(mask).chain(payload).collect()
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const POST_GET_BOOK: &[u8] =
    b"\x83\x86\x04\x26/bookshelf.v1.BookshelfService/GetBook\x5f\x10application/grpc";
const OK_GRPC: &[u8] = b"\x88\x5f\x10application/grpc";
const GRPC_STATUS_OK: &[u8] = b"\0\x0bgrpc-status\x010";
const GRPC_NOT_FOUND: &[u8] =
    b"\x88\x5f\x10application/grpc\0\x0bgrpc-status\x015\0\x0cgrpc-message\x07no%20it";

/// Returns two concurrent gRPC calls. The response message of one call spans two frames.
fn grpc() -> Conversation {
    let settings = frame(4, 0, 0, [0, 2, 0, 0, 0, 0]);
    let message = b"\0\0\0\0\x0a\x0a\x08\x08\x01\x12\x04UNIX";
    vec![
        [PREFACE, &settings, &frame(1, 4, 1, POST_GET_BOOK), &frame(1, 4, 3, b"\x83\x86\x04\x02/x\xbe")]
            .concat(),
        [frame(4, 0, 0, []), frame(4, 1, 0, []), frame(1, 4, 1, OK_GRPC)].concat(),
        [
            frame(0, 1, 1, [0, 0, 0, 0, 2, 8, 1]),
            frame(0, 1, 3, [0, 0, 0, 0, 0]),
            frame(6, 0, 0, [0; 8]),
            frame(4, 1, 0, []),
        ]
        .concat(),
        [
            frame(0, 0, 1, &message[..7]),
            frame(1, 5, 3, GRPC_NOT_FOUND),
            frame(0, 8, 1, [&[2], &message[7..], &[0, 0]].concat()),
            frame(1, 5, 1, GRPC_STATUS_OK),
        ]
        .concat(),
        frame(7, 0, 0, [0; 8]),
    ]
}

/// Returns HTTP/2 requests without gRPC, with a header block that spans two frames, and a reset stream.
fn http2() -> Conversation {
    vec![
        [
            PREFACE,
            &frame(4, 0, 0, []),
            &frame(1, 0x24, 1, b"\0\0\0\0\x0f\x83\x86\x84"),
            &frame(0, 1, 1, "body"),
            &frame(1, 1, 3, b"\x82\x86"),
            &frame(9, 4, 3, b"\x04\x02/x"),
        ]
        .concat(),
        [
            frame(4, 0, 0, [0, 3, 0, 0, 0, 9]),
            frame(1, 4, 1, b"\x88"),
            frame(0, 0, 1, "some"),
            frame(1, 4, 3, b"\x8d"),
        ]
        .concat(),
        [frame(8, 0, 1, [0, 0, 0, 4]), frame(3, 0, 3, [0, 0, 0, 8])].concat(),
        frame(0, 1, 1, "more"),
    ]
}

/// Returns a TLS 1.2 handshake with a hello message in two records, several messages in one record, and
/// encrypted records.
fn tls() -> Conversation {
    let hello = b"\x01\0\0\x53\x03\x03rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\0\0\x02\xc0\x2f\x01\0\0\x28\
        \0\0\0\x0e\0\x0c\0\0\x09shop.test\0\x10\0\x05\0\x03\x02h2\0\x2b\0\x05\x04\x03\x04\x03\x03";
    let chosen =
        b"\x02\0\0\x31\x03\x03RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR\0\xc0\x2f\0\0\x09\0\x10\0\x05\0\x03\x02h2";
    let certificate = b"\x0b\0\0\x05.....\x0e\0\0\0";
    vec![
        [record(22, &hello[..50]), record(22, &hello[50..])].concat(),
        record(22, [&chosen[..], certificate].concat()),
        [record(22, b"\x10\0\0\x03..."), record(20, [1]), record(22, [b'e'; 40])].concat(),
        [record(20, [1]), record(22, [b'e'; 40]), record(23, [b'e'; 60])].concat(),
        [record(23, []), record(23, [b'e'; 60]), record(24, [b'e'; 20]), record(21, [1, 0])].concat(),
        record(21, [b'e'; 26]),
    ]
}

fn record(kind: u8, fragment: impl AsRef<[u8]>) -> Vec<u8> {
    let fragment = fragment.as_ref();
    [&[kind, 3, 3], &u16::try_from(fragment.len()).unwrap().to_be_bytes()[..], fragment].concat()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn texts(texts: &[&str]) -> Conversation {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

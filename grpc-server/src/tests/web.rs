//! gRPC-Web as browsers send it: over HTTP/1.1, with the trailers in the last frame of the body.

use bookshelf_proto::v1::{GetBookRequest, WatchBooksRequest};
use prost::Message;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::support::{SERVICE, frame, serve};

/// Sends an HTTP/1.1 request, and returns the head and the decoded body of the response.
async fn exchange(method: &str, path: &str, headers: &[&str], body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(serve().await).await.unwrap();
    let head = head(method, path, &[&["connection: close"], headers].concat(), body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    read(stream).await
}

fn head(method: &str, path: &str, headers: &[&str], length: usize) -> String {
    let length = format!("content-length: {length}");
    let lines = [&["host: localhost", &length], headers].concat().join("\r\n");
    format!("{method} {path} HTTP/1.1\r\n{lines}\r\n\r\n")
}

/// Reads a response until the connection ends.
async fn read(mut stream: TcpStream) -> (String, Vec<u8>) {
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    let end = response.windows(4).position(|end| end == b"\r\n\r\n").expect("a response");
    let head = String::from_utf8(response[..end].to_vec()).unwrap();
    (head, dechunked(&response[end + 4..]))
}

fn dechunked(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = chunks.windows(2).position(|end| end == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..line]).unwrap(), 16).unwrap();
        body.extend(&chunks[line + 2..line + 2 + size]);
        chunks = &chunks[line + 2 + size + 2..];
    }
    body
}

async fn call(method: &str, headers: &[&str], message: &impl Message) -> (String, Vec<u8>) {
    let headers = [&["content-type: application/grpc-web+proto"], headers].concat();
    exchange("POST", &format!("{SERVICE}/{method}"), &headers, &frame(message)).await
}

/// Returns the flag and the text of each gRPC-Web frame in a body.
fn frames(mut body: &[u8]) -> Vec<(u8, String)> {
    let mut frames = Vec::new();
    while let [flag, a, b, c, d, rest @ ..] = body {
        let (content, rest) = rest.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        frames.push((*flag, String::from_utf8_lossy(content).into_owned()));
        body = rest;
    }
    frames
}

#[tokio::test]
async fn grpc_web_call_returns_a_book() {
    let (head, body) = call("GetBook", &["x-grpc-web: 1"], &GetBookRequest { id: 1 }).await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("content-type: application/grpc-web+proto"), "{head}");
    let frames = frames(&body);
    assert_eq!(frames.iter().map(|(flag, _)| *flag).collect::<Vec<_>>(), [0, 0x80]);
    assert!(frames[0].1.contains("UNIX Network Programming"), "{frames:?}");
    assert!(frames[1].1.contains("grpc-status:0"), "{frames:?}");
}

#[tokio::test]
async fn grpc_web_call_returns_an_error() {
    let (head, body) = call("GetBook", &[], &GetBookRequest { id: 99 }).await;
    let response = format!("{head}{:?}", frames(&body));
    assert!(response.contains("grpc-status: 5") || response.contains("grpc-status:5"), "{response}");
    assert!(response.contains("grpc-message"), "{response}");
}

#[tokio::test]
async fn grpc_web_watch_ends_at_the_deadline() {
    let (_, body) = call("WatchBooks", &["grpc-timeout: 10m"], &WatchBooksRequest::default()).await;
    let frames = frames(&body);
    assert_eq!(frames.len(), 1, "{frames:?}");
    assert!(frames[0].1.contains("grpc-status:4"), "{frames:?}");
}

/// Returns a keep-alive request for a book, and the length of its head.
fn get_book() -> (Vec<u8>, usize) {
    let book = frame(&GetBookRequest { id: 1 });
    let headers = ["content-type: application/grpc-web"];
    let head = head("POST", &format!("{SERVICE}/GetBook"), &headers, book.len());
    ([head.as_bytes(), &book].concat(), head.len())
}

/// The server reads the client's EOF together with the request, before the handler runs.
#[tokio::test]
async fn half_closed_client_receives_a_response() {
    let (address, (request, head)) = (serve().await, get_book());
    for split in [0, head, head + 3].repeat(50) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&request[..split]).await.unwrap();
        tokio::task::yield_now().await;
        stream.write_all(&request[split..]).await.unwrap();
        stream.shutdown().await.unwrap();
        let (_, body) = read(stream).await;
        assert!(frames(&body)[1].1.contains("grpc-status:0"), "{split}");
    }
}

#[tokio::test]
async fn truncated_grpc_web_body_is_a_protocol_error() {
    let (request, head) = get_book();
    let mut stream = TcpStream::connect(serve().await).await.unwrap();
    stream.write_all(&request[..head + 3]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.contains("grpc-status: 13"), "not a timeout: {response}");
}

/// Returns `true` if the response to a CORS preflight allows calls by a page of `origin`.
async fn is_allowed(origin: &str) -> bool {
    let headers = [
        &format!("origin: {origin}"),
        "access-control-request-method: POST",
        "access-control-request-headers: content-type,x-grpc-web,grpc-timeout",
    ];
    let (head, _) = exchange("OPTIONS", &format!("{SERVICE}/GetBook"), &headers, b"").await;
    let allowed = head.contains(&format!("access-control-allow-origin: {origin}\r\n"));
    assert_eq!(allowed, head.contains("access-control-allow-origin"), "{head}");
    assert!(head.contains("access-control-allow-headers: content-type,x-grpc-web"), "{head}");
    allowed
}

#[tokio::test]
async fn only_local_origins_are_allowed() {
    for local in ["http://localhost:5173", "http://127.0.0.1", "https://[::1]:8443"] {
        assert!(is_allowed(local).await, "{local}");
    }
    for foreign in
        ["https://shelf.example", "http://localhost.example", "http://127.0.0.1.example:80", "null"]
    {
        assert!(!is_allowed(foreign).await, "{foreign}");
    }
    let (head, _) = call("GetBook", &["origin: http://localhost:5173"], &GetBookRequest { id: 99 }).await;
    assert!(head.contains("access-control-allow-origin: http://localhost:5173"), "{head}");
    assert!(head.contains("access-control-expose-headers: grpc-status,grpc-message"), "{head}");
}

//! Tests of HTTP rules that apply to every route: `Host`, error bodies, HEAD and 304.

use std::time::Duration;

use clients::{Grpc, Rest};
use hardening_http::Limits;
use serde_json::Value;
use socket_tap::Tap;

use crate::support::api::{Api, Server};
use crate::support::http2::{self, Frame, Http2, frame};
use crate::support::raw::{self, Raw};

/// HPACK encoding of `:status: 200` (RFC 7541, appendix A).
const OK: u8 = 0x88;
/// HPACK encoding of `:status: 400` (RFC 7541, appendix A).
const BAD_REQUEST: u8 = 0x8c;

each_http!(
    rejections_have_the_error_format_of_the_api,
    rejection_of_a_head_request_has_no_body,
    http2_request_must_name_one_host,
    loopback_server_refuses_foreign_host_names,
    added_host_name_is_accepted,
);

/// Asserts that `body` is an error in the API's format, and that it contains the status phrase.
fn is_error<A: Api>(body: &str, phrase: &str) {
    let error: Value = serde_json::from_str(body).unwrap();
    match A::API {
        "rest" => assert_eq!((&error["type"], &error["title"]), (&"about:blank".into(), &phrase.into())),
        _ => {
            let code = phrase.to_uppercase().replace(' ', "_");
            assert_eq!(error["errors"][0]["extensions"]["code"], code, "{error}");
        }
    }
}

async fn rejections_have_the_error_format_of_the_api<A: Api>() {
    let limits = Limits { request_timeout: Duration::from_millis(100), ..Limits::default() };
    let server = Server::limited::<A>(&Tap::off(), limits).await;
    let media_type = if A::API == "rest" { "application/problem+json" } else { "application/json" };
    let (path, post) = (raw::path::<A>(), raw::post::<A>());
    for (request, status) in [
        (format!("GET {path} HTTP/1.1\r\n\r\n"), "400 Bad Request"),
        (format!("GET {path} HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"), "400 Bad Request"),
        (format!("GET {path} HTTP/1.1\r\nhost: a b\r\n\r\n"), "400 Bad Request"),
        (format!("GET http://user@a{path} HTTP/1.1\r\nhost: a\r\n\r\n"), "400 Bad Request"),
        (format!("{post}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "501 Not Implemented"),
        (format!("{post}content-length: 9\r\n\r\n"), "408 Request Timeout"),
    ] {
        let answer = Raw::saying(server.address, &request).await.rest().await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request}: {head}");
        assert!(head.contains(&format!("\r\ncontent-type: {media_type}")), "{request}: {head}");
        assert!(head.contains("\r\nconnection: close"), "{request}: {head}");
        is_error::<A>(body, &status[4..]);
    }
}

async fn rejection_of_a_head_request_has_no_body<A: Api>() {
    let server = Server::start::<A>().await;
    let request = format!("HEAD {} HTTP/1.1\r\n\r\n", raw::path::<A>());
    let answer = Raw::saying(server.address, request).await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.ends_with("\r\n\r\n"), "{answer}");
    let answer = ask::<A>(&server, "HEAD", &[(":authority", "user@a")]).await;
    assert_eq!((answer.len(), answer[0].payload[0]), (1, BAD_REQUEST), "{answer:?}");
}

/// RFC 9113, section 8.3.1: `:authority` and `host` must not contradict each other.
async fn http2_request_must_name_one_host<A: Api>() {
    let server = Server::start::<A>().await;
    for host in [
        &[(":authority", "a"), ("host", "b")][..],
        &[(":authority", "a"), ("host", "")],
        &[(":authority", "a"), ("host", "a"), ("host", "a")],
        &[("host", "a"), ("host", "b")],
        &[("host", "a b")],
        &[(":authority", "user@a")],
        &[(":authority", "a:+80")],
    ] {
        let answer = ask::<A>(&server, "GET", host).await;
        assert_eq!(answer[0].payload[0], BAD_REQUEST, "{host:?}");
        is_error::<A>(std::str::from_utf8(&answer[1].payload).unwrap(), "Bad Request");
    }
    for host in [
        &[(":authority", "localhost:80")][..],
        &[(":authority", "localhost"), ("host", "LOCALHOST")],
        &[("host", "[::1]")],
        &[],
    ] {
        assert_eq!(ask::<A>(&server, "GET", host).await[0].payload[0], OK, "{host:?}");
    }
}

/// Returns the status of the response to a GET request with this `Host`.
async fn status_for<A: Api>(server: &Server, host: &str) -> u16 {
    let request = format!("GET {} HTTP/1.1\r\nhost: {host}\r\n\r\n", raw::path::<A>());
    raw::statuses(server.address, &request).await[0]
}

/// A page whose name resolves to this machine cannot read the responses (DNS rebinding).
async fn loopback_server_refuses_foreign_host_names<A: Api>() {
    let server = Server::start::<A>().await;
    let port = server.address.port();
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.1", "shelf"] {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            assert_eq!(status_for::<A>(&server, &host).await, 421, "{host}");
        }
        let answer = ask::<A>(&server, "GET", &[(":authority", host)]).await;
        is_error::<A>(std::str::from_utf8(&answer[1].payload).unwrap(), "Misdirected Request");
    }
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "192.0.2.1", "[::1]:80", ""] {
        assert_eq!(status_for::<A>(&server, host).await, 200, "{host:?}");
    }
}

#[tokio::test]
async fn grpc_call_to_a_foreign_host_is_refused() {
    let server = Server::start::<Grpc>().await;
    let path = "/bookshelf.v1.BookshelfService/GetBook";
    let request = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "evil.example")];
    let block = http2::fields(&[&request[..], &[("content-type", "application/grpc")]].concat());
    let mut client = Http2::connect(server.address, &[]).await;
    client.send(&frame(http2::HEADERS, http2::END_HEADERS | http2::END_STREAM, 1, &block)).await.unwrap();
    loop {
        let frame = client.next_acknowledged().await.unwrap();
        if frame.ends(1) {
            let body = String::from_utf8(frame.payload).unwrap();
            assert!(body.contains("--allowed-host"), "{body}");
            return;
        }
    }
}

async fn added_host_name_is_accepted<A: Api>() {
    let limits = Limits { allowed_hosts: vec!["Shelf.test".to_owned()], ..Limits::default() };
    let server = Server::limited::<A>(&Tap::off(), limits).await;
    assert_eq!(status_for::<A>(&server, "shelf.TEST:8000").await, 200);
    assert_eq!(status_for::<A>(&server, "other.test").await, 421);
}

/// Sends an HTTP/2 request with the given host fields and returns the frames of its response.
async fn ask<A: Api>(server: &Server, method: &str, host: &[(&str, &str)]) -> Vec<Frame> {
    let request = [(":method", method), (":scheme", "http"), (":path", raw::path::<A>())];
    // Pseudo-header fields come first, such as `:authority` here.
    let block = http2::fields(&[&request, host].concat());
    let mut client = Http2::connect(server.address, &[]).await;
    client.send(&frame(http2::HEADERS, http2::END_HEADERS | http2::END_STREAM, 1, &block)).await.unwrap();
    let mut answer = Vec::new();
    while !answer.last().is_some_and(|frame: &Frame| frame.ends(1)) {
        let frame = client.next_acknowledged().await.unwrap();
        if frame.stream == 1 {
            answer.push(frame);
        }
    }
    answer
}

/// The `content-length` of a 304 response would describe the 200 response (RFC 9110, section 8.6), so it is
/// omitted.
#[tokio::test]
async fn not_modified_response_has_no_content_length() {
    let server = Server::start::<Rest>().await;
    for method in ["GET", "HEAD"] {
        let request = format!(
            "{method} /v1/books/1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nif-none-match: *\r\n\r\n"
        );
        let answer = Raw::saying(server.address, request).await.rest().await;
        assert!(answer.starts_with("HTTP/1.1 304 Not Modified\r\n"), "{answer}");
        assert!(!answer.contains("content-length"), "{answer}");
    }
}

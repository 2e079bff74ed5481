//! The causes of a connection's end in the vocabulary of gRPC: debug data of a `GOAWAY`, and keep-alive.

use super::fixture::*;
use super::{Cause, Ender, Level};

#[test]
fn ping_without_a_response_is_a_keep_alive_timeout() {
    let lines = Script::client()
        .write([preface(), request(1, "GET")].concat())
        .write(ping(false))
        .wait(20_000)
        .shutdown()
        .close("local", "");
    assert_verdict(lines.end(), (Ender::Client, Level::Http2, Cause::KeepAliveTimeout));
}

#[test]
fn ping_with_a_response_is_no_keep_alive_timeout() {
    let lines = Script::client()
        .write(preface())
        .write(ping(false))
        .read(settings())
        .read(ping(true))
        .wait(20_000)
        .shutdown()
        .close("local", "");
    assert_verdict(lines.end(), (Ender::Client, Level::Socket, Cause::Close));
}

/// A gRPC call, complete: a message of no bytes, and status OK.
fn grpc_call() -> (Vec<u8>, Vec<u8>) {
    // Literals without indexing: RFC 7541, section 6.2.2.
    let literal = |name: &str, value: &str| {
        let part = |text: &str| [&[u8::try_from(text.len()).unwrap()][..], text.as_bytes()].concat();
        [&[0][..], &part(name), &part(value)].concat()
    };
    let head =
        [vec![0x83, 0x86], literal(":path", "/a.B/C"), literal("content-type", "application/grpc")].concat();
    let request = [frame(1, 4, 1, &head), frame(0, 1, 1, &[0; 5])].concat();
    let response_head = [vec![0x88], literal("content-type", "application/grpc")].concat();
    let response = [frame(1, 4, 1, &response_head), frame(1, 5, 1, &literal("grpc-status", "0"))].concat();
    (request, response)
}

/// Returns the explanation of a server that sends a GOAWAY with this code and debug data after a gRPC call.
#[track_caller]
fn grpc_goaway(code: u32, debug: &[u8], cause: Cause) {
    let (request, response) = grpc_call();
    let lines = Script::client()
        .write([preface(), request].concat())
        .read([settings(), response].concat())
        .read(goaway(1, code, debug))
        .eof()
        .close("peer", "");
    let explanation = assert_verdict(lines.end(), (Ender::Server, Level::Grpc, cause));
    assert_eq!(explanation.protocol, Some("gRPC"));
}

#[test]
fn debug_data_of_grpc_names_the_level_and_the_cause() {
    grpc_goaway(0, b"max_idle", Cause::IdleTimeout);
    grpc_goaway(0, b"max_age", Cause::MaxConnectionAge);
    grpc_goaway(11, b"too_many_pings", Cause::Goaway);
    grpc_goaway(0, b"keepalive_timeout: ping timed out", Cause::KeepAliveTimeout);
}

#[test]
fn ping_is_unanswered_sooner_on_a_fast_network() {
    let lines = |wait: u64| {
        let tcp = r#","tcp":{"state":"ESTABLISHED","rtt_us":2000}"#;
        let sent = Script::client().write([preface(), request(1, "GET")].concat()).read(settings());
        sent.write(ping(false)).wait(wait).close("local", tcp).end()
    };
    assert_verdict(lines(100), (Ender::Client, Level::Http2, Cause::KeepAliveTimeout));
    assert_verdict(lines(20), (Ender::Client, Level::Socket, Cause::ClientGone));
}

#[test]
fn keep_alive_timeout_of_a_client_is_a_timeout_in_the_vocabulary_of_grpc() {
    let lines = Script::client().write(preface()).write(ping(false)).wait(20_000).close("local", "").end();
    assert_eq!(explained(&[lines]).disconnect_error.as_deref(), Some("connection timed out"));
}

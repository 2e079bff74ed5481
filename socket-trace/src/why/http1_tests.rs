//! The causes of a connection's end that messages of HTTP/1.1 show.

use socket_tap::format::Side;

use super::fixture::*;
use super::{Cause, Ender, Level};

#[test]
fn connection_close_of_the_request_wins_over_that_of_the_response() {
    let request = b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n";
    let response = b"HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 0\r\n\r\n";
    let lines = Script::client().write(request).read(response).eof().close("peer", "").end();
    let explanation = assert_verdict(lines, (Ender::Client, Level::Http1, Cause::ConnectionClose));
    assert_eq!(explanation.closed_first, Some(Side::Server));
    let events: Vec<u64> = explanation.evidence.iter().map(|it| it.event).collect();
    assert_eq!(events, [2, 4]);
}

#[test]
fn connection_close_of_the_response_is_the_servers() {
    let response = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let lines = Script::client().write(GET).read(response).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Server, Level::Http1, Cause::ConnectionClose));
}

#[test]
fn status_408_is_a_request_timeout() {
    let response = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let lines = Script::server().read(b"GET / HT").write(response).shutdown().close("local", "").end();
    assert_verdict(lines, (Ender::Server, Level::Http1, Cause::RequestTimeout));
}

const KEEP_ALIVE: &[u8] = b"HTTP/1.1 200 OK\r\nkeep-alive: timeout=5, max=9\r\ncontent-length: 2\r\n\r\n{}";

#[test]
fn server_that_closes_after_its_announced_keep_alive_was_idle() {
    let lines = Script::client().write(GET).read(KEEP_ALIVE).wait(5_200).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Server, Level::Socket, Cause::IdleTimeout));
}

#[test]
fn server_that_closes_before_its_announced_keep_alive_is_no_idle_timeout() {
    let lines = Script::client().write(GET).read(KEEP_ALIVE).wait(2_000).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Server, Level::Socket, Cause::Close));
}

#[test]
fn http10_without_keep_alive_closes_after_the_response() {
    let request = b"GET / HTTP/1.0\r\n\r\n";
    let lines = |request: &[u8]| Script::client().write(request).read(OK).eof().close("peer", "").end();
    assert_verdict(lines(request), (Ender::Client, Level::Http1, Cause::ConnectionClose));
    let request = b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
    assert_verdict(lines(request), (Ender::Server, Level::Socket, Cause::Close));
}

#[test]
fn client_that_leaves_during_its_last_call_is_gone() {
    let request = b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n";
    let lines = Script::server().read(request).write(HALF_OK).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Client, Level::Socket, Cause::ClientGone));
}

const TOO_LARGE: &[u8] =
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[test]
fn rejection_before_the_servers_fin_is_its_cause() {
    let lines = Script::server().read(GET).write(TOO_LARGE).shutdown().close("local", "").end();
    assert_verdict(lines, (Ender::Server, Level::Http1, Cause::RequestRejected));
}

#[test]
fn rejection_that_the_server_survives_is_no_cause() {
    let bad = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    let lines = Script::server().read(POST).write(bad).read(GET).write(OK).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Client, Level::Socket, Cause::Close));
}

#[test]
fn rejection_long_after_an_invalid_request_is_no_reaction_to_it() {
    let invalid = b"GET /a HTTP/1.1\r\nhost : shop\r\n\r\n";
    let bad = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    let lines = |wait| {
        let script = Script::server().read(invalid).write(OK).wait(wait).read(POST).write(bad);
        script.wait(wait).read(GET).write(OK).wait(10_000).eof().close("peer", "").end()
    };
    assert_verdict(lines(5_000), (Ender::Client, Level::Socket, Cause::Close));
    // The server continued to respond.
    assert_verdict(lines(0), (Ender::Client, Level::Socket, Cause::Close));
}

#[test]
fn rejection_of_an_invalid_request_that_announces_the_close_is_a_reaction() {
    let invalid = b"GET /a HTTP/1.1\r\nhost : shop\r\n\r\n";
    let bad = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let lines = Script::server().read(invalid).write(bad).wait(5).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Server, Level::Http1, Cause::ProtocolError));
}

#[test]
fn rejection_of_an_invalid_request_is_a_protocol_error() {
    // Two values for the length: RFC 9112, section 6.3.
    let request = b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n";
    let bad = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let lines = Script::server().read(request).write(bad).shutdown().close("local", "").end();
    assert_verdict(lines, (Ender::Server, Level::Http1, Cause::ProtocolError));
}

#[test]
fn keep_alive_below_a_second_is_announced_as_zero() {
    let response = b"HTTP/1.1 200 OK\r\nkeep-alive: timeout=0\r\ncontent-length: 2\r\n\r\n{}";
    let lines = Script::client().write(GET).read(response).wait(200).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Server, Level::Socket, Cause::IdleTimeout));
}

#[test]
fn connection_close_of_an_unread_response_is_the_cause() {
    let response = b"HTTP/1.1 421 Misdirected Request\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
    let server = |request: &[u8], response: &[u8]| {
        let script = Script::server().wait(2).read(request).write(response).shutdown();
        script.failed("read", "connection reset", 104).close("reset", "").end()
    };
    let client = Script::client().write(GET).wait(9).close("local", r#","aborted":true"#).end();
    let explanation = explained(&[client.clone(), server(GET, response)]);
    assert_eq!((explanation.ended_by, explanation.cause), (Ender::Server, Cause::ConnectionClose));
    // The server responded before the request was complete.
    let half = &POST[..POST.len() - 1];
    assert_verdict(server(half, response), (Ender::Server, Level::Http1, Cause::ConnectionClose));
    // A response that was cut off has another cause.
    let cut = explained(&[client, server(GET, &response[..response.len() - 1])]);
    assert_eq!((cut.ended_by, cut.cause), (Ender::Server, Cause::ServerGone));
}

//! The causes of a connection's end that messages of HTTP/2, WebSocket, TLS and PostgreSQL show.

use super::fixture::*;
use super::{Cause, Ender, Level};

#[test]
fn goaway_is_reported_with_code_last_stream_and_debug_data() {
    let lines = Script::client()
        .write(preface())
        .write(request(1, "GET"))
        .read(settings())
        .read(goaway(1, 0xb, b"too_many_pings"))
        .eof()
        .close("peer", "");
    let explanation = assert_verdict(lines.end(), (Ender::Server, Level::Http2, Cause::Goaway));
    let goaway = explanation.goaway.unwrap();
    assert_eq!((goaway.code.as_str(), goaway.last_stream), ("ENHANCE_YOUR_CALM", Some(1)));
    assert_eq!(goaway.debug, "too_many_pings");
    assert_eq!(explanation.disconnect_error.as_deref(), Some("GOAWAY ENHANCE_YOUR_CALM"));
}

#[test]
fn goaway_of_a_client_is_the_clients() {
    let lines = Script::client()
        .write([preface(), request(1, "GET")].concat())
        .read(settings())
        .read(response(1, true))
        .write(goaway(0, 0, b""))
        .shutdown()
        .close("local", "");
    assert_verdict(lines.end(), (Ender::Client, Level::Http2, Cause::Goaway));
}

#[test]
fn goaway_with_debug_data_about_idleness_is_an_idle_timeout() {
    let lines = Script::client()
        .write(preface())
        .read(settings())
        .read(goaway(0, 0, b"max_idle"))
        .eof()
        .close("peer", "");
    assert_verdict(lines.end(), (Ender::Server, Level::Http2, Cause::IdleTimeout));
}

#[test]
fn graceful_goaway_after_the_listener_closed_is_a_shutdown() {
    let lines = Script::server()
        .read(preface())
        .line(r#""sock":1,"op":"close""#)
        .write(settings())
        .write(goaway(0x7fff_ffff, 0, b""))
        .shutdown()
        .close("local", "");
    assert_verdict(lines.end(), (Ender::Server, Level::Http2, Cause::Shutdown));
}

#[test]
fn complaint_about_an_invalid_frame_is_a_protocol_error_of_its_sender() {
    // A PING on a stream: RFC 9113, section 6.7.
    let invalid = frame(6, 0, 3, &[7; 8]);
    let lines = Script::server()
        .read([preface(), invalid].concat())
        .write(settings())
        .write(goaway(0, 1, b""))
        .shutdown()
        .close("local", "");
    let explanation = assert_verdict(lines.end(), (Ender::Server, Level::Http2, Cause::ProtocolError));
    assert!(explanation.reason.contains("PING"), "{}", explanation.reason);
}

#[test]
fn invalid_frame_that_the_peer_accepted_is_no_cause() {
    let invalid = frame(6, 0, 3, &[7; 8]);
    let lines = Script::server()
        .read([preface(), invalid, request(1, "GET")].concat())
        .write(settings())
        .write(response(1, true))
        .eof()
        .close("peer", "");
    assert_verdict(lines.end(), (Ender::Client, Level::Socket, Cause::Close));
}

#[test]
fn last_invalid_frame_before_a_complaint_is_its_cause() {
    let (old, new) = (frame(6, 0, 3, &[7; 8]), frame(4, 0, 5, &[]));
    let lines = Script::server()
        .read([preface(), old].concat())
        .write(settings())
        .wait(60_000)
        .read(new)
        .write(goaway(0, 1, b""))
        .shutdown();
    let explanation =
        assert_verdict(lines.close("local", "").end(), (Ender::Server, Level::Http2, Cause::ProtocolError));
    assert!(explanation.reason.contains("SETTINGS"), "{}", explanation.reason);
}

#[test]
fn end_long_after_an_invalid_frame_is_no_reaction_to_it() {
    let invalid = [settings(), frame(6, 0, 3, &[7; 8])].concat();
    let lines = Script::client().write(preface()).read(invalid).wait(20_000).shutdown().close("local", "");
    assert_verdict(lines.end(), (Ender::Client, Level::Socket, Cause::Close));
}

#[test]
fn goaway_long_after_an_invalid_frame_is_no_reaction_to_it() {
    let invalid = [preface(), frame(6, 0, 3, &[7; 8])].concat();
    let lines = Script::server().read(invalid).write(settings()).wait(20_000).write(goaway(0, 2, b""));
    assert_verdict(lines.shutdown().close("local", "").end(), (Ender::Server, Level::Http2, Cause::Goaway));
}

#[test]
fn burst_of_resets_before_a_complaint_is_the_first_cause() {
    let resets = (0..12).map(|number| 2 * number + 1);
    let burst: Vec<u8> = resets.flat_map(|id| [request(id, "GET"), reset(id, 8)].concat()).collect();
    let lines = Script::server()
        .read([preface(), burst].concat())
        .write(settings())
        .write(goaway(23, 0xb, b"too_many_resets"))
        .shutdown()
        .close("local", "");
    assert_verdict(lines.end(), (Ender::Server, Level::Http2, Cause::RstStreamBurst));
}

#[test]
fn few_resets_before_a_complaint_are_no_burst() {
    let few = [request(1, "GET"), reset(1, 8)].concat();
    let lines = Script::server()
        .read([preface(), few].concat())
        .write(settings())
        .write(goaway(1, 0xb, b""))
        .shutdown();
    assert_verdict(lines.close("local", "").end(), (Ender::Server, Level::Http2, Cause::Goaway));
}

#[test]
fn websocket_close_frame_is_the_cause() {
    let upgrade = b"GET /ws HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    let switched = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    // Code 1001 and the reason `bye`.
    let close = [0x88, 5, 3, 0xe9, b'b', b'y', b'e'];
    let lines = Script::client().write(upgrade).read(switched).read(close).eof().close("peer", "").end();
    let explanation = assert_verdict(lines, (Ender::Server, Level::Websocket, Cause::WebsocketClose));
    assert!(explanation.evidence[0].what.contains("1001 bye"));
    assert!(explanation.in_flight.is_empty());
}

#[test]
fn fatal_alert_of_tls_is_the_cause() {
    let alert = [21, 3, 3, 0, 2, 2, 40];
    // The record header and the beginning of a ClientHello.
    let hello = [&[22, 3, 1, 0, 4, 1, 0, 0, 0][..]].concat();
    let lines = Script::client().write(hello).read(alert).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Server, Level::Tls, Cause::TlsAlert));
}

#[test]
fn terminate_of_postgresql_is_the_clients() {
    let startup = [&[0, 0, 0, 16, 0, 3, 0, 0][..], b"user\0a\0\0"].concat();
    let ready = [b'R', 0, 0, 0, 8, 0, 0, 0, 0, b'Z', 0, 0, 0, 5, b'I'];
    let lines = Script::client().write(startup).read(ready).write([b'X', 0, 0, 0, 4]).shutdown();
    assert_verdict(lines.close("local", "").end(), (Ender::Client, Level::Postgres, Cause::Terminate));
}

#[test]
fn close_notify_in_clear_is_an_alert_of_tls() {
    let hello = [22, 3, 1, 0, 4, 1, 0, 0, 0];
    let lines =
        Script::client().write(hello).write([21, 3, 3, 0, 2, 1, 0]).shutdown().close("local", "").end();
    assert_verdict(lines, (Ender::Client, Level::Tls, Cause::TlsAlert));
}

#[test]
fn close_frame_about_an_invalid_frame_is_a_protocol_error() {
    let upgrade = b"GET /ws HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    let switched = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    // A client must mask its frames: RFC 6455, section 5.1.
    let (unmasked, close) = ([0x81, 1, b'a'], [0x88, 2, 3, 0xea]);
    let lines = Script::server().read(upgrade).write(switched).read(unmasked).write(close).shutdown();
    assert_verdict(lines.close("local", "").end(), (Ender::Server, Level::Websocket, Cause::ProtocolError));
}

#[test]
fn listener_that_closes_right_after_a_graceful_goaway_shows_a_shutdown() {
    let lines = |wait: u64| {
        let script = Script::server().read(preface()).write(settings()).write(goaway(0x7fff_ffff, 0, b""));
        let closed = script.wait(wait).line(r#""sock":1,"op":"close""#);
        closed.shutdown().close("local", "").end()
    };
    assert_verdict(lines(0), (Ender::Server, Level::Http2, Cause::Shutdown));
    assert_verdict(lines(5_000), (Ender::Server, Level::Http2, Cause::Goaway));
}

#[test]
fn calls_that_were_reset_are_not_completed() {
    let cancelled = [preface(), request(1, "GET"), reset(1, 8)].concat();
    let lines = Script::client().write(cancelled).read(settings()).shutdown().close("local", "");
    let explanation = explained(&[lines.end()]);
    assert_eq!((explanation.completed, explanation.reset), (0, 1));
}

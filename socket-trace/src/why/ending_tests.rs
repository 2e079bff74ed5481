//! The causes of a connection's end that the socket calls show: the side, the level and the first cause.

use socket_tap::format::Side;

use super::fixture::*;
use super::{Cause, Ender, Level};

#[test]
fn fin_of_a_client_between_calls_is_a_close() {
    let lines = Script::client().write(GET).read(OK).shutdown().close("local", "").end();
    let explanation = assert_verdict(lines, (Ender::Client, Level::Socket, Cause::Close));
    assert_eq!(
        (explanation.completed, explanation.disconnect_error.as_deref()),
        (1, Some("subchannel shutdown"))
    );
    assert!(explanation.in_flight.is_empty());
}

#[test]
fn fin_of_a_client_during_a_call_means_that_it_is_gone() {
    let lines = Script::server().read(GET).eof().write(HALF_OK).close("peer", "").end();
    assert_verdict(lines, (Ender::Client, Level::Socket, Cause::ClientGone));
}

#[test]
fn half_close_of_a_client_that_gets_its_response_is_a_close() {
    let lines = Script::client().write(GET).shutdown().read(OK).eof().close("local", "").end();
    assert_verdict(lines, (Ender::Client, Level::Socket, Cause::Close));
}

#[test]
fn server_that_ends_during_a_response_to_a_half_closed_client_is_the_cause() {
    let client = || Script::client().write(POST).shutdown().wait(3).read(HALF_OK).wait(5);
    let reset = client().failed("read", "connection reset", 104).close("reset", r#","errno":104"#);
    assert_verdict(reset.end(), (Ender::Server, Level::Socket, Cause::Reset));
    assert_verdict(
        client().eof().close("local", "").end(),
        (Ender::Server, Level::Socket, Cause::ServerGone),
    );
    let timed_out = client().failed("read", "timed out", 110).close("error", r#","errno":110"#);
    assert_verdict(timed_out.end(), (Ender::Network, Level::Socket, Cause::TimedOut));
}

#[test]
fn client_that_closes_after_its_half_close_is_gone() {
    let gone = (Ender::Client, Level::Socket, Cause::ClientGone);
    let client = Script::client().write(POST).shutdown().wait(3).read(HALF_OK).close("local", "").end();
    assert_verdict(client.clone(), gone);
    let server = Script::server().wait(2).read(POST).eof().write(HALF_OK).wait(20).shutdown();
    let both = explained(&[client, server.close("local", "").end()]);
    assert_eq!((both.ended_by, both.cause), (gone.0, gone.2));
    let half = &POST[..POST.len() - 1];
    let lines = Script::client().write(half).shutdown().wait(3).eof().close("local", "").end();
    assert_verdict(lines, gone);
}

#[test]
fn response_that_a_server_completes_after_the_clients_fin_may_be_lost() {
    let lines = Script::server().read(GET).write(HALF_OK).eof().write("12345678").close("peer", "").end();
    let explanation = assert_verdict(lines, (Ender::Client, Level::Socket, Cause::ClientGone));
    assert_eq!(explanation.completed, 1);
}

#[test]
fn reset_of_a_client_during_a_call_means_that_it_is_gone() {
    let lines = Script::server().read(GET).failed("write", "broken pipe", 32).close("reset", "").end();
    assert_verdict(lines, (Ender::Client, Level::Socket, Cause::ClientGone));
}

#[test]
fn reset_of_a_server_is_a_connection_reset() {
    let lines = Script::client().write(GET).failed("read", "connection reset", 104).close("reset", "").end();
    let explanation = assert_verdict(lines, (Ender::Server, Level::Socket, Cause::Reset));
    assert_eq!(explanation.disconnect_error.as_deref(), Some("connection reset"));
}

#[test]
fn fin_of_a_server_during_a_call_is_not_a_timeout() {
    let lines = Script::client().write(GET).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Server, Level::Socket, Cause::ServerGone));
}

#[test]
fn close_with_unread_bytes_resets() {
    let tcp = r#","aborted":true,"tcp":{"state":"ESTABLISHED","rtt_us":9,"unread":512}"#;
    let lines = Script::server().read(GET).write(OK).close("local", tcp).end();
    assert_verdict(lines, (Ender::Server, Level::Socket, Cause::ResetWithUnreadBytes));
}

#[test]
fn close_with_linger_zero_is_a_reset_without_unread_bytes() {
    let lines = Script::server().read(GET).write(OK).close("local", r#","aborted":true"#).end();
    assert_verdict(lines, (Ender::Server, Level::Socket, Cause::Reset));
}

#[test]
fn timeout_of_the_kernel_is_the_networks() {
    let lines =
        Script::client().write(GET).failed("read", "timed out", 110).close("error", r#","errno":110"#);
    let explanation = assert_verdict(lines.end(), (Ender::Network, Level::Socket, Cause::TimedOut));
    assert_eq!(explanation.disconnect_error.as_deref(), Some("connection timed out"));
}

#[test]
fn unreachable_host_is_an_error_of_the_network() {
    let lines = Script::client().write(GET).close("error", r#","errno":113"#).end();
    assert_verdict(lines, (Ender::Network, Level::Socket, Cause::NetworkError));
}

#[test]
fn long_idle_time_alone_is_no_idle_timeout() {
    let lines = Script::client().write(GET).read(OK).wait(60_000).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Server, Level::Socket, Cause::Close));
}

#[test]
fn server_that_closed_its_listener_before_was_shutting_down() {
    let lines = Script::server().read(GET).write(OK).line(r#""sock":1,"op":"close""#).shutdown();
    let explanation =
        assert_verdict(lines.close("local", "").end(), (Ender::Server, Level::Socket, Cause::Shutdown));
    assert!(explanation.evidence.iter().any(|it| it.what == "close of the listener"));
}

#[test]
fn listener_closed_after_the_connection_shows_no_shutdown() {
    let lines = Script::server().read(GET).write(OK).shutdown().close("local", "");
    assert_verdict(
        lines.line(r#""sock":1,"op":"close""#).end(),
        (Ender::Server, Level::Socket, Cause::Close),
    );
}

#[test]
fn connection_without_a_close_is_still_open() {
    let explanation =
        assert_verdict(Script::client().write(GET).cut(), (Ender::Nobody, Level::Unknown, Cause::StillOpen));
    assert_eq!((explanation.closed, explanation.caveats.len()), (None, 1));
    assert_eq!(explanation.in_flight[0].operation, "GET /v1/books/1");
}

#[test]
fn fin_without_payload_has_no_known_cause() {
    let lines = Script::client_without_payload().shutdown().close("local", "").end();
    let explanation = assert_verdict(lines, (Ender::Client, Level::Socket, Cause::Unknown));
    assert_eq!(explanation.caveats.len(), 1);
}

#[test]
fn gap_makes_the_cause_of_a_fin_unknown() {
    let gap = r#""op":"gap","reads":1,"rx":90"#;
    let lines = Script::client().write(GET).read(OK).line(gap).eof().close("peer", "").end();
    assert_verdict(lines, (Ender::Server, Level::Socket, Cause::Unknown));
}

#[test]
fn connected_udp_socket_lacks_no_datagrams() {
    let explanation = Script::client()
        .line(r#""sock":1,"op":"sendto","bytes":4"#)
        .line(r#""sock":1,"op":"recvfrom","bytes":5,"peer":"127.0.0.1:3000""#)
        .line(r#""sock":1,"op":"close","rx":5,"tx":4,"reads":1,"writes":1"#);
    let caveats = explained(&[explanation.end()]).caveats;
    assert!(!caveats.iter().any(|caveat| caveat.contains("dropped")), "{caveats:?}");
}

#[test]
fn released_connection_has_no_known_end() {
    let lines = Script::client()
        .write(GET)
        .read(OK)
        .line(r#""sock":1,"op":"release","rx":0,"tx":0,"reads":0,"writes":0"#);
    assert_verdict(lines.end(), (Ender::Unknown, Level::Unknown, Cause::Unknown));
}

#[test]
fn both_ends_are_one_connection_and_the_first_fin_decides() {
    let client = Script::client().wait(1).write(GET).wait(2).read(OK).shutdown().close("local", "").end();
    let server = Script::server().wait(2).read(GET).write(OK).wait(6).eof().close("peer", "").end();
    let explanation = explained(&[client, server]);
    let verdict = (explanation.ended_by, explanation.level, explanation.cause);
    assert_eq!(verdict, (Ender::Client, Level::Socket, Cause::Close));
    assert_eq!((explanation.ends.len(), explanation.evidence[0].recorded_by), (2, Side::Client));
}

#[test]
fn messages_of_a_layered_stream_belong_to_its_connection() {
    let request = b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n";
    let lines = Script::client()
        .write([22, 3, 1, 0, 4, 1, 0, 0, 0])
        .line(r#""sock":2,"op":"adopt","domain":"tls","type":"stream","on":1"#)
        .on(2)
        .write(request)
        .read(b"HTTP/1.1 204 No Content\r\n\r\n")
        .eof()
        .close("peer", "")
        .on(1)
        .eof()
        .close("peer", "");
    let explanation = assert_verdict(lines.end(), (Ender::Client, Level::Http1, Cause::ConnectionClose));
    assert_eq!((explanation.protocol, explanation.ends.len()), (Some("HTTP/1.1"), 1));
}

#[test]
fn encrypted_messages_leave_the_cause_unknown() {
    let lines = Script::client().write([23, 3, 3, 0, 3, 1, 2, 3]).shutdown().close("local", "").end();
    assert_verdict(lines, (Ender::Client, Level::Socket, Cause::Unknown));
}

#[test]
fn each_connection_is_explained_once() {
    let mut script = Script::client();
    for sock in 1..=5 {
        let connect = format!(
            r#""sock":{sock},"op":"connect","local":"127.0.0.1:{}","peer":"127.0.0.1:3000""#,
            50_000 + sock
        );
        script = if sock == 1 { script } else { script.line(&connect) };
        script = script.on(sock).write(GET).read(OK).shutdown().close("local", "");
    }
    let other = Script::server().eof().close("peer", "").end();
    let mut numbers: Vec<u64> =
        explain_all(&[script.end(), other]).iter().filter_map(|it| it.connection).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

#[test]
fn failed_connect_is_explained() {
    let refused =
        r#""sock":1,"op":"connect","peer":"127.0.0.1:3000","error":"connection refused","errno":111"#;
    let mut script = Script::client();
    script = script
        .line(r#""sock":2,"op":"socket","domain":"ipv4","type":"stream""#)
        .line(&refused.replace("1,", "2,"));
    let all = explain_all(&[script.line(r#""sock":2,"op":"close""#).end()]);
    let verdict = (all[0].ended_by, all[0].level, all[0].cause);
    assert_eq!(verdict, (Ender::Server, Level::Socket, Cause::ConnectFailed));
    assert_eq!((all[0].connection, all[0].evidence[0].event), (None, 3));
}

#[test]
fn connect_that_the_kernel_of_the_client_rejects_is_ended_by_the_client() {
    let ended_by = |peer: &str, reason: &str| {
        let connect = format!(r#""sock":2,"op":"connect","peer":"{peer}","error":"{reason}""#);
        explain_all(&[Script::client().line(&connect).end()])[0].ended_by
    };
    let address = "127.0.0.1:3000";
    for reason in
        ["address not available", "permission denied", "operation not permitted", "too many open files"]
    {
        assert_eq!(ended_by(address, reason), Ender::Client, "{reason}");
    }
    assert_eq!(ended_by("/run/shop.sock", "entity not found"), Ender::Server);
    assert_eq!(ended_by(address, "timed out"), Ender::Network);
}

#[test]
fn aborted_connection_has_its_own_word_in_the_vocabulary_of_grpc() {
    let error = |errno| {
        let lines = Script::client().write(GET).close("error", &format!(r#","errno":{errno}"#)).end();
        explained(&[lines]).disconnect_error
    };
    assert_eq!(error(103).as_deref(), Some("connection aborted"));
    assert_eq!(error(113).as_deref(), Some("socket error"));
}

#[test]
fn connection_of_which_only_one_end_appears_is_explained_in_a_long_recording() {
    let mut script = Script::client();
    for sock in 1..=1_100_u64 {
        let connect = format!(
            r#""sock":{sock},"op":"connect","local":"127.0.0.1:{}","peer":"127.0.0.1:3000""#,
            1_024 + sock
        );
        script = if sock == 1 { script } else { script.line(&connect) };
        script = script.on(sock).shutdown().close("local", "");
    }
    let explanations = explain_all(&[script.end(), Script::server().cut()]);
    let in_order: Vec<u64> = explanations.iter().filter_map(|it| it.connection).collect();
    // The other end of the first connection is open.
    assert_eq!((in_order.len(), in_order[75]), (1_100, 1));
    assert!(in_order[..75].is_sorted(), "the oldest of more than 1,024 do not wait longer: {in_order:?}");
}

//! The text and the JSON of explanations.

use super::ShortExplanation;
use super::fixture::*;
use super::text::paragraph;
use crate::send_limits::Limit;

const WIDTH: usize = 100;

#[test]
fn endings_are_paragraphs() {
    let lost = Script::client()
        .write([preface(), request(1, "POST"), request(3, "POST")].concat())
        .read(settings())
        .read(goaway(1, 0xb, b"too_many_pings"))
        .eof()
        .close("peer", "");
    let tcp = r#","tcp":{"state":"ESTABLISHED","rtt_us":900,"retransmits":3,"unsent":4096,"unacked":2,"delivered":9,"busy_us":180000,"rwnd_limited_us":150000}"#;
    let slow_reader = Script::server().read(GET).wait(200).eof().close("peer", tcp);
    let idle = Script::client().write(GET).read(OK).wait(5_000).eof().close("peer", "");
    let endings = [
        Script::client().write(GET).read(OK).shutdown().close("local", "").end(),
        lost.end(),
        slow_reader.end(),
        idle.end(),
        Script::client().write(POST).failed("read", "connection reset", 104).close("reset", "").end(),
        Script::client_without_payload().shutdown().close("local", "").end(),
        Script::client().write(POST).cut(),
    ];
    let explanations = endings.map(|lines| explained(&[lines]));
    insta::assert_snapshot!(explanations.each_ref().map(|it| paragraph(it, WIDTH)).join("\n"));
    insta::assert_snapshot!(
        "short",
        explanations.each_ref().map(|it| ShortExplanation::of(it).text).join("\n")
    );
}

#[test]
fn lines_fit_the_width() {
    let explanation = explained(&[Script::client().write(GET).read(OK).shutdown().close("local", "").end()]);
    let text = paragraph(&explanation, 60);
    // The heading is one line.
    assert!(text.lines().skip(1).all(|line| line.chars().count() <= 60), "{text}");
}

#[test]
fn debug_data_with_control_characters_is_shown_without_them() {
    let lines = Script::client()
        .write(preface())
        .read(settings())
        .read(goaway(0, 2, b"\x1b[2Jx"))
        .eof()
        .close("peer", "");
    let text = paragraph(&explained(&[lines.end()]), WIDTH);
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
}

#[test]
fn json_has_the_documented_fields() {
    let lines = Script::client().write(POST).eof().close("peer", "");
    let json = serde_json::to_value(explained(&[lines.end()])).unwrap();
    let expected = serde_json::json!({
        "connection": 1, "ended_by": "server", "closed_first": "server", "level": "socket",
        "cause": "server_gone", "disconnect_error": "unknown", "protocol": "HTTP/1.1", "completed": 0,
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(json.get(field), Some(value), "{field} in {json}");
    }
    assert_eq!(json["in_flight"][0]["processed"], "unknown");
    assert_eq!(json["in_flight"][0]["retry"], "unsafe");
    assert_eq!(json["evidence"][0]["event"], 3);
    assert_eq!(json["ends"][0]["side"], "client");
    assert_eq!(json["sending"][0]["limit"], serde_json::Value::Null);
}

/// Returns the sentence about the sending of a server that runs for a second and has these times at its close.
fn sending(times: &str) -> (Option<Limit>, String) {
    let tcp = format!(r#","tcp":{{"state":"ESTABLISHED","rtt_us":900,"delivered":9{times}}}"#);
    let lines = Script::server().read(GET).write(OK).wait(1_000).eof().close("peer", &tcp).end();
    let sending = explained(&[lines]).sending.remove(0);
    (sending.limit, sending.text)
}

#[test]
fn longest_time_of_the_kernel_names_what_limited_the_sending() {
    let (limit, text) = sending(r#","busy_us":900000,"rwnd_limited_us":800000"#);
    assert!(limit == Some(Limit::Peer) && text.contains("800.000 ms"), "{text}");
    let (limit, text) = sending(r#","busy_us":900000,"sndbuf_limited_us":800000"#);
    assert!(limit == Some(Limit::SendBuffer) && text.contains("800.000 ms"), "{text}");
    let (limit, text) = sending(r#","busy_us":900000,"retransmits":1"#);
    assert!(limit == Some(Limit::Network) && text.contains("1 segment"), "{text}");
    assert_eq!(sending(r#","busy_us":1000"#).0, Some(Limit::Application));
}

#[test]
fn sample_of_an_open_connection_names_what_limited_the_sending() {
    let sample = r#""sock":2,"op":"tcp_info","tcp":{"state":"ESTABLISHED","rtt_us":9,"delivered":9,"busy_us":900000,"rwnd_limited_us":800000}"#;
    let lines = Script::server().read(GET).wait(1_000).line(sample).cut();
    assert_eq!(explained(&[lines]).sending[0].limit, Some(Limit::Peer));
}

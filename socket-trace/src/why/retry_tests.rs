//! The processing of calls in flight, and the safety of a retry.

use super::fixture::*;
use super::retry::InFlight;
use super::{Explanation, Processed, Retry};

pub(super) fn only(traces: &[Vec<String>]) -> (Processed, Retry) {
    let in_flight = explained(traces).in_flight;
    assert_eq!(in_flight.len(), 1, "{in_flight:?}");
    (in_flight[0].processed, in_flight[0].retry)
}

/// A client whose server closes after this request and a part of the response.
pub(super) fn client(request: &[u8], response: &[u8]) -> Vec<String> {
    let sent = Script::client().write(request);
    let script = if response.is_empty() { sent } else { sent.read(response) };
    script.wait(9).eof().close("peer", "").end()
}

#[test]
fn idempotent_request_without_a_response_may_be_repeated() {
    assert_eq!(only(&[client(GET, b"")]), (Processed::Unknown, Retry::Safe));
}

#[test]
fn post_without_a_response_must_not_be_repeated() {
    assert_eq!(only(&[client(POST, b"")]), (Processed::Unknown, Retry::Unsafe));
}

#[test]
fn response_that_began_shows_processing() {
    assert_eq!(only(&[client(POST, HALF_OK)]), (Processed::Processed, Retry::Unsafe));
}

#[test]
fn close_of_the_server_completes_a_response_without_a_length() {
    let response = b"HTTP/1.1 200 OK\r\n\r\nhello";
    let server = |ended_by: &str, more: &str| {
        explained(&[Script::server().read(GET).write(response).eof().close(ended_by, more).end()])
    };
    for ended_by in ["local", "peer"] {
        let explanation = server(ended_by, "");
        assert_eq!((explanation.completed, explanation.in_flight.len()), (1, 0), "{explanation:#?}");
    }
    let aborted = server("local", r#","aborted":true"#);
    assert_eq!((aborted.completed, aborted.in_flight.len()), (0, 1), "{aborted:#?}");
}

#[test]
fn request_that_the_server_did_not_read_was_not_processed() {
    let server = Script::server().wait(6).shutdown().close("local", "").end();
    assert_eq!(only(&[client(POST, b""), server]), (Processed::NotProcessed, Retry::Safe));
}

#[test]
fn request_that_the_server_read_is_unknown() {
    let server = Script::server().wait(2).read(POST).shutdown().close("local", "").end();
    assert_eq!(only(&[client(POST, b""), server]), (Processed::Unknown, Retry::Unsafe));
}

#[test]
fn response_that_the_client_did_not_read_shows_processing() {
    let server = Script::server().wait(2).read(POST).write(OK).shutdown().close("local", "").end();
    assert_eq!(only(&[client(POST, b""), server]), (Processed::Processed, Retry::Unsafe));
}

#[test]
fn request_without_a_complete_head_was_not_processed() {
    let server = Script::server().read(b"POST /v1/books HT").wait(9).shutdown().close("local", "").end();
    assert_eq!(only(&[server]), (Processed::NotProcessed, Retry::Safe));
}

#[test]
fn head_that_was_not_recorded_completely_is_unknown() {
    let head = b"POST /v1/books HT";
    let server = Script::server().line(&cut_read(head, 60)).wait(9).shutdown().close("local", "").end();
    assert_eq!(only(&[server]), (Processed::Unknown, Retry::Unsafe));
    let gap = r#""op":"gap","reads":1,"rx":60"#;
    let server = Script::server().read(head).line(gap).wait(9).shutdown().close("local", "").end();
    assert_eq!(only(&[server]), (Processed::Unknown, Retry::Unsafe));
}

/// A POST with a JSON body, of which `missing` bytes are missing.
fn post_json(target: &str, body: &str, missing: usize) -> Vec<u8> {
    let length = body.len() + missing;
    format!(
        "POST {target} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into()
}

#[test]
fn post_with_a_query_in_its_url_is_no_graphql_query() {
    for request in [
        post_json(r#"/loki/api/v1/delete?query={app="shop"}&start=1"#, "", 0),
        post_json("/api/items?query={name}", r#"{"title":"x"}"#, 0),
        post_json("/graphql?query=query{a}", r#"{"query":"mutation { a"#, 9),
    ] {
        assert_eq!(only(&[client(&request, b"")]), (Processed::Unknown, Retry::Unsafe));
    }
}

#[test]
fn post_with_a_query_in_its_body_is_idempotent_only_at_a_graphql_endpoint() {
    let body = r#"{"query":"{ a }"}"#;
    for (target, retry) in [
        ("/graphql", Retry::Safe),
        ("/v1/graphql?a=b", Retry::Safe),
        ("/v1/saved-searches", Retry::Unknown),
        ("/v1/saved-searches?a=/graphql", Retry::Unknown),
    ] {
        assert_eq!(
            only(&[client(&post_json(target, body, 0), b"")]),
            (Processed::Unknown, retry),
            "{target}"
        );
    }
}

#[test]
fn sql_is_not_a_method_of_http() {
    let startup = b"\0\0\0\x10\0\x03\0\0user\0a\0\0";
    let ready = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
    let query = b"Q\0\0\0\x16DELETE FROM books\0";
    let client = Script::client().write(startup).read(ready).write(query).eof().close("peer", "").end();
    assert_eq!(only(&[client]), (Processed::Unknown, Retry::Unknown));
}

#[test]
fn body_until_the_close_is_complete_at_the_servers_fin() {
    let response = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\nhello";
    assert!(explained(&[client(GET, response)]).in_flight.is_empty());
}

fn by_stream(in_flight: &[InFlight]) -> Vec<(Option<u32>, Processed, Retry)> {
    in_flight.iter().map(|call| (call.stream, call.processed, call.retry)).collect()
}

#[test]
fn streams_above_the_last_one_of_a_goaway_were_not_processed() {
    let requests = [preface(), request(1, "POST"), request(3, "POST"), request(5, "POST")].concat();
    let lines = Script::client()
        .write(requests)
        .read(settings())
        .read([response(1, false), goaway(3, 0, b"")].concat())
        .eof()
        .close("peer", "");
    let expected = [
        (Some(1), Processed::Processed, Retry::Unsafe),
        (Some(3), Processed::Unknown, Retry::Unsafe),
        (Some(5), Processed::NotProcessed, Retry::Safe),
    ];
    assert_eq!(by_stream(&explained(&[lines.end()]).in_flight), expected);
}

#[test]
fn first_goaway_of_a_graceful_shutdown_refuses_no_stream() {
    let lines = Script::client()
        .write([preface(), request(1, "POST")].concat())
        .read(settings())
        .read(goaway(0x7fff_ffff, 0, b""))
        .eof()
        .close("peer", "");
    let expected = [(Some(1), Processed::Unknown, Retry::Unsafe)];
    assert_eq!(by_stream(&explained(&[lines.end()]).in_flight), expected);
}

#[test]
fn goaway_of_a_client_refuses_no_request() {
    let lines = Script::client()
        .write([preface(), request(1, "POST"), goaway(0, 0, b"")].concat())
        .shutdown()
        .close("local", "");
    let expected = [(Some(1), Processed::Unknown, Retry::Unsafe)];
    assert_eq!(by_stream(&explained(&[lines.end()]).in_flight), expected);
}

/// A request that the server refuses with REFUSED_STREAM.
fn refused_request() -> Explanation {
    let lines = Script::client()
        .write([preface(), request(1, "POST")].concat())
        .read(settings())
        .read(reset(1, 7))
        .shutdown()
        .close("local", "");
    explained(&[lines.end()])
}

#[test]
fn refused_stream_was_not_processed() {
    let expected = [(Some(1), Processed::NotProcessed, Retry::Safe)];
    assert_eq!(by_stream(&refused_request().in_flight), expected);
}

#[test]
fn refused_stream_is_not_in_flight_at_the_end() {
    assert_eq!(refused_request().cause, super::Cause::Close);
}

#[test]
fn call_reset_for_another_reason_is_not_listed() {
    let lines = Script::client()
        .write([preface(), request(1, "POST"), reset(1, 8)].concat())
        .shutdown()
        .close("local", "");
    assert!(explained(&[lines.end()]).in_flight.is_empty());
}

#[test]
fn refused_stream_whose_response_had_begun_was_processed() {
    let lines = Script::client()
        .write([preface(), request(1, "POST")].concat())
        .read(settings())
        .read([response(1, false), reset(1, 7)].concat())
        .shutdown()
        .close("local", "");
    let expected = [(Some(1), Processed::Processed, Retry::Unsafe)];
    assert_eq!(by_stream(&explained(&[lines.end()]).in_flight), expected);
}

#[test]
fn stream_that_the_client_resets_with_refused_stream_was_not_refused() {
    let lines = Script::client()
        .write([preface(), request(1, "POST")].concat())
        .read(settings())
        .write(reset(1, 7))
        .shutdown()
        .close("local", "");
    let explanation = explained(&[lines.end()]);
    assert_eq!((by_stream(&explanation.in_flight), explanation.reset), (Vec::new(), 1));
}

#[test]
fn many_refused_streams_do_not_hide_a_call_in_flight() {
    let mut script = Script::client().write(preface()).read(settings());
    for stream in (0..70).map(|number| 2 * number + 1) {
        script = script.write(request(stream, "POST")).read(reset(stream, 7));
    }
    let lines = script.write(request(201, "POST")).wait(5).eof().close("peer", "").end();
    let explanation = explained(&[lines]);
    assert_eq!(explanation.cause, super::Cause::ServerGone);
    assert_eq!((explanation.in_flight.len(), explanation.in_flight_more), (65, 6));
    assert_eq!(explanation.in_flight.last().and_then(|call| call.stream), Some(201));
}

#[test]
fn calls_beyond_64_are_counted() {
    let requests: Vec<u8> = (0..70).flat_map(|number| request(2 * number + 1, "GET")).collect();
    let lines =
        Script::client().write([preface(), requests].concat()).read(settings()).eof().close("peer", "");
    let explanation = explained(&[lines.end()]);
    assert_eq!((explanation.in_flight.len(), explanation.in_flight_more), (64, 6));
}

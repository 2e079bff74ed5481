use super::super::fixture::{Fixture, lines};
use super::super::{Detail, Layer, Part};

#[test]
fn http1_messages_are_split_into_head_and_body() {
    let mut server = Fixture::new();
    let parts = server.reads("POST /v1/books HTTP/1.1\r\ncontent-length: 4\r\n\r\nabcd");
    assert_eq!(lines(&parts), ["46 headers request head: POST /v1/books", "4 payload body: abcd"]);
    assert!(server.finished().is_empty());
    let parts = server.writes("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok");
    assert_eq!(lines(&parts), ["43 headers response head: 201 Created", "2 payload body: ok"]);
    let [call] = &server.finished()[..] else { panic!("one call") };
    assert_eq!((call.operation.as_str(), call.status.as_deref()), ("POST /v1/books", Some("201")));
    assert_eq!((call.to_server.total(), call.to_client.total()), (50, 45));
    assert_eq!((call.began, call.answered, call.ended), (2, Some(3), 3));
}

#[test]
fn incomplete_message_head_is_described_by_start_line() {
    let mut server = Fixture::new();
    let mut texts = Vec::new();
    for piece in ["GE", "T /v1/bo", "oks?a=b HT", "TP/1.1\r\nhost: a\r", "\n\r", "\n"] {
        let [part] = &server.reads(piece)[..] else { panic!("one part") };
        assert_eq!((part.unit, part.begins, part.ends), (0, piece == "GE", piece == "\n"));
        texts.push(part.text.clone());
    }
    assert_eq!(
        texts,
        [
            "GE…",
            "GET /v1/bo…",
            "GET /v1/books?a=b",
            "GET /v1/books?a=b",
            "GET /v1/books?a=b",
            "GET /v1/books?a=b"
        ]
    );
    server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(server.ended(), [("GET /v1/books".to_owned(), Some("204".to_owned()))]);
}

#[test]
fn last_chunk_ends_the_message_body() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    let parts = server.writes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n");
    assert_eq!(
        lines(&parts),
        [
            "47 headers response head: 200 OK",
            "3 framing chunk size",
            "4 payload body: abcd",
            "2 framing chunk end"
        ]
    );
    let parts = server.writes("2;x=y\r\nef\r\n0\r\nsum: 1\r\n\r\n");
    assert_eq!(
        lines(&parts),
        [
            "7 framing chunk size",
            "2 payload body: ef",
            "2 framing chunk end",
            "3 framing chunk size",
            "8 headers trailer: sum: 1",
            "2 framing end of body"
        ]
    );
    assert_eq!(server.ended(), [("GET /a".to_owned(), Some("200".to_owned()))]);
}

#[test]
fn pipelined_responses_match_requests_in_order() {
    let mut server = Fixture::new();
    let parts = server.reads("HEAD /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
    assert_eq!(parts.iter().map(|part| part.call).collect::<Vec<_>>(), [Some(0), Some(1)]);
    // The response to HEAD has no body, whatever its content-length.
    let parts = server.writes(
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length: 1\r\n\r\nx",
    );
    assert_eq!(parts.iter().map(|part| part.call).collect::<Vec<_>>(), [Some(0), Some(1), Some(1)]);
    let ended = server.ended();
    assert_eq!(
        ended,
        [("HEAD /a".to_owned(), Some("200".to_owned())), ("GET /b".to_owned(), Some("404".to_owned()))]
    );
}

#[test]
fn interim_response_does_not_end_the_call() {
    let mut server = Fixture::new();
    server.reads("PUT /a HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\n");
    server.writes("HTTP/1.1 100 Continue\r\n\r\n");
    server.reads("x");
    assert!(server.finished().is_empty());
    server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(server.ended(), [("PUT /a".to_owned(), Some("204".to_owned()))]);
}

#[test]
fn unrecorded_bytes_inside_a_body_are_skipped() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    let parts = server.writes_cut("HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\nab", 1500);
    assert_eq!(lines(&parts)[1], "1502 payload body: ab… (1,500 B not recorded)");
    let parts = server.writes_cut("", 498);
    assert_eq!(lines(&parts), ["498 payload body: ab… (498 B not recorded)"]);
    assert_eq!(server.ended(), [("GET /a".to_owned(), Some("200".to_owned()))]);
    server.reads("GET /b HTTP/1.1\r\n\r\n");
    assert_eq!(lines(&server.writes("HTTP/1.1 204 Gone\r\n\r\n")), ["21 headers response head: 204 Gone"]);
}

#[test]
fn unrecorded_bytes_in_a_message_head_are_unknown() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP");
    let parts = server.reads_cut("/1.", 90);
    assert_eq!(lines(&parts), ["3 headers request head: GET /a", "90 unknown unknown: 90 B not recorded"]);
    server.closes();
    assert_eq!(server.ended(), [("GET /a".to_owned(), None)]);
}

#[test]
fn body_without_length_ends_with_the_connection() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.0\r\n\r\n");
    server.writes("HTTP/1.0 200 OK\r\n\r\nabc");
    let parts = server.writes("HTTP/1.1 200 OK\r\n\r\n");
    assert_eq!(lines(&parts), ["19 payload body: abcHTTP/1.1 200 OK↵↵…"]);
    server.closes();
    assert_eq!(server.ended(), [("GET /a".to_owned(), Some("200".to_owned()))]);
}

#[test]
fn response_after_unrecorded_bytes_is_recognized() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    let parts = server.writes_cut("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nab", 20);
    assert_eq!(
        lines(&parts)[2..],
        ["9 payload body: ab… (7 B not recorded)", "13 unknown unknown: 13 B not recorded"]
    );
    assert_eq!(
        lines(&server.writes("0\r\n\r\n")),
        ["5 unknown unknown: follows bytes that were not recorded"]
    );
    server.reads("GET /b HTTP/1.1\r\n\r\n");
    let parts = server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(
        (lines(&parts), parts[0].call),
        (vec!["27 headers response head: 204 No Content".to_owned()], Some(1))
    );
    let ended =
        [("GET /a".to_owned(), Some("200".to_owned())), ("GET /b".to_owned(), Some("204".to_owned()))];
    assert_eq!(server.ended(), ended);
}

#[test]
fn pipelined_response_after_unrecorded_bytes_is_unknown() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
    server.writes_cut("HTTP/1.1 200 OK\r\nco", 20);
    server.reads("GET /c HTTP/1.1\r\n\r\n");
    let parts = server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(lines(&parts), ["27 unknown unknown: follows bytes that were not recorded"]);
}

#[test]
fn request_after_unrecorded_bytes_is_recognized() {
    let mut server = Fixture::new();
    server.reads_cut("GET /a HTTP/1.1\r\nhost", 20);
    server.reads("GET /b HTTP/1.1\r\n\r\n");
    server.writes("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    let ended =
        [("GET /a".to_owned(), Some("204".to_owned())), ("GET /b".to_owned(), Some("404".to_owned()))];
    assert_eq!(server.ended(), ended);
}

#[test]
fn early_response_keeps_call_open_until_request_ends() {
    let mut server = Fixture::new();
    server.reads("PUT /a HTTP/1.1\r\ncontent-length: 2\r\n\r\nx");
    server.writes("HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(server.ended(), []);
    server.reads("yGET /b HTTP/1.1\r\n\r\n");
    assert_eq!(server.ended(), [("PUT /a".to_owned(), Some("413".to_owned()))]);
}

#[test]
fn unsolicited_response_belongs_to_no_call() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    let parts = server
        .writes("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(parts.iter().map(|part| part.call).collect::<Vec<_>>(), [Some(0), None]);
}

#[test]
fn length_of_a_message_head_is_bounded() {
    for piece in [30_000, 70_000] {
        let mut server = Fixture::new();
        server.reads("GET /a HTTP/1.1\r\na: ");
        let parts: Vec<_> = (0..4).flat_map(|_| server.reads("b".repeat(piece))).collect();
        let last = format!("{piece} unknown unknown: a message head of more than 64 KiB");
        assert_eq!(lines(&parts).pop(), Some(last));
    }
}

#[test]
fn status_line_in_a_partly_recorded_body_is_ignored() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    server.writes_cut("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", 9);
    let parts = server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(lines(&parts), ["27 unknown unknown: follows bytes that were not recorded"]);
}

#[test]
fn call_has_the_user_agent_of_its_request() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\nUser-Agent: curl/8.5.0\r\n\r\n");
    server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    server.reads("GET /b HTTP/1.1\r\n\r\n");
    server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    let agents: Vec<_> = server.finished().into_iter().map(|call| call.user_agent).collect();
    assert_eq!(agents, [Some("curl/8.5.0".to_owned()), None]);
}

#[test]
fn any_token_is_a_method() {
    for method in ["post", "PoST", "CCM_POST", "X-1", "M!"] {
        let mut server = Fixture::new();
        server.reads(format!("{method} /a HTTP/1.1\r\nhost: a\r\n\r\n"));
        server.writes("HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(server.ended(), [(format!("{method} /a"), Some("405".to_owned()))]);
    }
}

#[test]
fn empty_lines_before_the_first_request_are_skipped() {
    let mut server = Fixture::new();
    let parts = server.reads("\r\n\nGET /a HTTP/1.1\r\n\r\n");
    assert_eq!(lines(&parts), ["3 framing empty line", "19 headers request head: GET /a"]);
}

#[test]
fn malformed_field_does_not_hide_the_message() {
    let mut server = Fixture::new();
    let parts = server.reads("GET /a HTTP/1.1\r\nhost : a\r\n\r\nGET /b HTTP/1.1\r\nnonsense\r\n\r\n");
    assert_eq!(lines(&parts), ["29 headers request head: GET /a", "29 headers request head: GET /b"]);
    let violations: Vec<_> = parts.iter().filter_map(|part| part.violation.as_deref()).collect();
    assert!(violations[0].contains("section 5.1") && violations[1].contains("section 5)"), "{violations:?}");
    let response =
        "HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 204 No Content\r\n\r\n";
    let parts = server.writes(response);
    assert_eq!(
        lines(&parts),
        [
            "48 headers response head: 200 OK",
            "2 payload body: ok",
            "27 headers response head: 204 No Content"
        ]
    );
    assert!(parts[0].violation.as_deref().is_some_and(|text| text.contains("section 5.2")), "{parts:?}");
}

#[test]
fn request_with_many_fields_names_their_number() {
    let fields: String = (0..102).map(|at| format!("x-{at}: 1\r\n")).collect();
    let parts = Fixture::new().reads(format!("GET /a HTTP/1.1\r\n{fields}\r\n"));
    assert_eq!(parts[0].text, "GET /a (102 header fields)");
}

#[test]
fn header_fields_are_listed_if_asked_for() {
    let mut server = Fixture::with_detail(Detail { header_fields: true, ..Detail::default() });
    let list = |part: &Part| part.fields.to_vec();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let parts = server.reads("GET /a HTTP/1.1\r\nHost: a\r\nCookie: b=c\r\n\r\n");
    assert_eq!(list(&parts[0]), [pair("Host", "a"), pair("Cookie", "b=c")]);
    let parts = server.writes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nsum: 7\r\n\r\n");
    assert_eq!(list(&parts[0]), [pair("transfer-encoding", "chunked")]);
    assert_eq!(list(&parts[2]), [pair("sum", "7")]);
    assert_eq!(Fixture::new().reads("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")[0].fields.to_vec(), []);
}

#[test]
fn invalid_utf8_in_a_field_does_not_hide_the_rest() {
    let mut server = Fixture::with_detail(Detail { header_fields: true, ..Detail::default() });
    let parts = server
        .reads(b"POST /a HTTP/1.1\r\nx\xff: \xe9b\r\ntransfer-encoding: \xff, chunked\r\n\r\n0\r\n\r\n");
    let first = ("x\u{fffd}".to_owned(), "\u{fffd}b".to_owned());
    assert_eq!(parts[0].fields.first(), Some(&first));
    assert!(parts[0].violation.is_some(), "{parts:?}");
    assert_eq!(parts[1].name, "chunk size");
}

#[test]
fn value_on_the_next_line_is_read() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\nupgrade:\r\n websocket\r\nuser-agent:\r\n curl/8\r\n\r\n");
    let switched =
        server.writes(b"HTTP/1.1 101 Switching Protocols\r\nupgrade:\r\n websocket\r\n\r\n\x81\x02ok");
    assert!(switched.iter().any(|part| part.layer == Layer::Websocket), "{switched:?}");
    server.closes();
    assert_eq!(server.finished()[0].user_agent.as_deref(), Some("curl/8"));
}

#[test]
fn fields_of_the_connection_are_listed_alone() {
    let mut server = Fixture::with_detail(Detail { connection_fields: true, ..Detail::default() });
    let parts = server.reads("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_eq!(parts[0].fields.to_vec(), [("Connection".to_owned(), "close".to_owned())]);
}

#[test]
fn head_of_http10_is_marked() {
    let mut server = Fixture::new();
    assert!(server.reads("GET /a HTTP/1.0\r\n\r\n")[0].is_http10);
    assert!(!server.writes("HTTP/1.1 204 No Content\r\n\r\n")[0].is_http10);
}

#[test]
fn fields_that_contradict_each_other_are_named() {
    let head = |fields: &str| format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\nok");
    for (fields, section) in
        [("content-length: 5, 6", "6.3"), ("content-length: 2\r\ntransfer-encoding: chunked", "6.2")]
    {
        let mut server = Fixture::new();
        server.reads("GET /a HTTP/1.1\r\n\r\n");
        let parts = server.writes(head(fields));
        assert!(parts[0].violation.as_deref().is_some_and(|text| text.contains(section)), "{parts:?}");
    }
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    let parts = server.writes(head("content-length: x"));
    assert_eq!(lines(&parts)[1], "2 payload body: ok…", "the body ends with the connection");
    let parts = Fixture::new().reads("POST /a HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n");
    assert!(parts[0].violation.as_deref().is_some_and(|text| text.contains("6.3")), "{parts:?}");
}

//! Export to HAR, parsed as JSON.

use serde_json::{Value, json};
use socket_tap::format::Side;

use crate::conversation::{Conversation, Outcome};
use crate::support::{ACCEPT, Place, Text};

const CONNECT: &str =
    r#""sock":2,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000","began":500"#;

/// Returns the entries of the export.
fn entries(place: &Place, trace: &Text) -> Vec<Value> {
    let (file, _) = place.export(trace, "a.har");
    let har: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    har["log"]["entries"].as_array().unwrap().clone()
}

fn header<'a>(message: &'a Value, name: &str) -> &'a str {
    let headers = message["headers"].as_array().unwrap();
    let header = headers.iter().find(|header| header["name"] == name);
    header.unwrap_or_else(|| panic!("{name}: {headers:?}"))["value"].as_str().unwrap()
}

#[test]
fn http1_call_has_heads_bodies_and_times() {
    let request = b"POST /v1/books?q=a%20b&draft HTTP/1.1\r\nHost: shop.test\r\nCookie: id=7\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na=1&b=%C3";
    let response = b"HTTP/1.1 303 See Other\r\nLocation: /v1/books/1\r\nSet-Cookie: id=8; Secure\r\n\
                     Content-Length: 2\r\nContent-Type: image/x\r\n\r\n\xff\x00";
    let trace = Text::of(Side::Client, 999).event(CONNECT).write(request).read(response).close("local", 1, 1);
    let [entry] = &entries(&Place::new(), &trace)[..] else { panic!() };
    let (sent, received) = (&entry["request"], &entry["response"]);
    assert_eq!(sent["method"], "POST");
    assert_eq!(sent["url"], "http://shop.test/v1/books?q=a%20b&draft");
    assert_eq!(sent["httpVersion"], "HTTP/1.1");
    assert_eq!(sent["queryString"], json!([{"name": "q", "value": "a b"}, {"name": "draft", "value": ""}]));
    assert_eq!(sent["cookies"], json!([{"name": "id", "value": "7"}]));
    assert_eq!(header(sent, "Host"), "shop.test");
    assert_eq!(sent["postData"]["text"], "a=1&b=%C3");
    assert_eq!(sent["postData"]["params"][0], json!({"name": "a", "value": "1"}));
    assert_eq!((&sent["headersSize"], &sent["bodySize"]), (&json!(request.len() - 9), &json!(9)));
    assert_eq!((&received["status"], &received["statusText"]), (&json!(303), &json!("See Other")));
    assert_eq!(received["redirectURL"], "/v1/books/1");
    assert_eq!(received["cookies"], json!([{"name": "id", "value": "8", "secure": true}]));
    assert_eq!(
        received["content"],
        json!({"size": 2, "mimeType": "image/x", "text": "/wA=", "encoding": "base64"})
    );
    assert_eq!((&received["headersSize"], &received["bodySize"]), (&json!(response.len() - 2), &json!(2)));
    assert_eq!(entry["serverIPAddress"], "127.0.0.1");
    assert_eq!(entry["connection"], "shop-client #2");
    // The events are a microsecond apart; the connect was called at 0.5 µs.
    assert_eq!(entry["startedDateTime"], "2026-11-22T15:04:05.000000Z");
    let timings = json!({"blocked": 0.001, "dns": -1.0, "connect": 0.0005, "ssl": -1.0, "send": 0.0, "wait": 0.001, "receive": 0.0});
    assert_eq!((&entry["timings"], &entry["time"]), (&timings, &json!(0.0025)));
}

#[test]
fn compressed_body_is_decompressed() {
    // "hello", compressed as one stored block.
    let zlib = [0x78, 0x01, 0x01, 5, 0, 0xfa, 0xff, b'h', b'e', b'l', b'l', b'o', 0x06, 0x2c, 0x02, 0x15];
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: deflate\r\nContent-Length: 16\r\n\r\n";
    let trace =
        Text::server().event(ACCEPT).read(b"GET / HTTP/1.1\r\n\r\n").write(&[head, &zlib[..]].concat());
    let [entry] = &entries(&Place::new(), &trace)[..] else { panic!() };
    let expected = json!({"size": 5, "compression": -11, "mimeType": "text/plain", "text": "hello"});
    assert_eq!((&entry["response"]["content"], &entry["response"]["bodySize"]), (&expected, &json!(16)));
    // Without a Host field, the URL has the server's address.
    assert_eq!(entry["request"]["url"], "http://127.0.0.1:3000/");
}

#[test]
fn cut_body_and_missing_response_are_said_and_not_invented() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nabc";
    let cut =
        Text::server().event(ACCEPT).read(b"GET / HTTP/1.1\r\n\r\n").transfer("write", head.len() + 7, head);
    let [entry] = &entries(&Place::new(), &cut)[..] else { panic!() };
    let content = &entry["response"]["content"];
    assert_eq!((&content["size"], &content["text"]), (&json!(10), &json!("abc")));
    assert!(content["comment"].as_str().unwrap().contains("3 of 10 bytes"), "{content}");
    assert_eq!(entry["response"]["bodySize"], 10);

    let missing = Text::server().event(ACCEPT).read(b"GET / HTTP/1.1\r\n\r\n").close("peer", 18, 0);
    let [entry] = &entries(&Place::new(), &missing)[..] else { panic!() };
    let response = &entry["response"];
    assert_eq!(
        (&response["status"], &response["bodySize"], &response["headersSize"]),
        (&json!(0), &json!(-1), &json!(-1))
    );
    assert!(response["_error"].as_str().unwrap().contains("no response"), "{response}");
}

/// A client that has sent this request.
fn requested(request: &[u8]) -> Text {
    Text::of(Side::Client, 9_999).event(CONNECT).write(request)
}

#[test]
fn response_until_the_close_needs_the_servers_fin() {
    let called = || requested(b"GET / HTTP/1.1\r\n\r\n").read(b"HTTP/1.1 200 OK\r\n\r\nhello");
    let [entry] = &entries(&Place::new(), &called().ended_by_peer(24, 18))[..] else { panic!() };
    assert_eq!((&entry["response"]["bodySize"], &entry["response"]["_error"]), (&json!(5), &Value::Null));
    for cut in [called(), called().close("local", 24, 18), called().close("reset", 24, 18)] {
        let [entry] = &entries(&Place::new(), &cut)[..] else { panic!() };
        assert_eq!(entry["response"]["bodySize"], -1);
        assert!(entry["response"]["_error"].is_string(), "{entry}");
    }
}

#[test]
fn interim_response_is_no_complete_response() {
    let request = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
    let trace = requested(request).read(b"HTTP/1.1 100 Continue\r\n\r\n").ended_by_peer(25, 61);
    let [entry] = &entries(&Place::new(), &trace)[..] else { panic!() };
    assert!(entry["response"]["_error"].is_string(), "{entry}");
}

#[test]
fn trailer_that_spans_reads_is_one_trailer() {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    let trace = requested(b"GET / HTTP/1.1\r\n\r\n").read(head).read(b"Digest: sha=a").read(b":b\r\n\r\n");
    let [entry] = &entries(&Place::new(), &trace)[..] else { panic!() };
    assert_eq!(entry["response"]["_trailers"], json!([{"name": "Digest", "value": "sha=a:b"}]));
}

/// Returns an HTTP/2 frame on stream 1, or on the connection if it is SETTINGS.
fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    [&[0, 0, length, kind, flags, 0, 0, 0, u8::from(kind != 4)], payload].concat()
}

/// A call over HTTP/2 whose request has not ended when the server resets it after these frames.
fn reset(response: &[Vec<u8>], code: u8) -> Value {
    let preface = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, &[])].concat();
    // Of HPACK's static table: `POST / http`, and status 200.
    let request = [preface, frame(1, 4, &[0x83, 0x84, 0x86])].concat();
    let head = [frame(4, 0, &[]), frame(1, 4, &[0x88])].concat();
    let rst_stream = frame(3, 0, &[0, 0, 0, code]);
    let trace = requested(&request).read(&[head, response.concat(), rst_stream].concat());
    let [entry] = &entries(&Place::new(), &trace)[..] else { panic!() };
    entry["response"].clone()
}

#[test]
fn late_reset_without_an_error_is_no_failure() {
    let response = reset(&[frame(0, 1, b"hello")], 0);
    assert_eq!((&response["bodySize"], &response["_error"]), (&json!(5), &Value::Null));
}

#[test]
fn reset_within_a_response_makes_it_incomplete() {
    for code in [0, 8] {
        let response = reset(&[frame(0, 0, b"hel")], code);
        assert_eq!(response["bodySize"], -1);
        assert!(response["_error"].is_string(), "{response}");
    }
}

#[test]
fn recording_without_a_valid_start_is_noted() {
    let place = Place::new();
    let trace = requested(b"GET / HTTP/1.1\r\n\r\n").text().replace("2026-11-22T15:04:05.000000001Z", "");
    std::fs::write(place.path("a.jsonl"), trace).unwrap();
    let notes = place.run(&["export", "a.jsonl", "-o", "a.har"]).ok().1;
    assert!(notes.contains("1970"), "{notes}");
}

#[test]
fn masked_secrets_stay_masked() {
    let request = b"GET / HTTP/1.1\r\nAuthorization: ******************\r\n\r\n";
    let trace = Text::server().event(ACCEPT).read(request).write(b"HTTP/1.1 204 No Content\r\n\r\n");
    let [entry] = &entries(&Place::new(), &trace)[..] else { panic!() };
    assert_eq!(header(&entry["request"], "Authorization"), "******************");
    assert_eq!(entry["response"]["content"], json!({"size": 0, "mimeType": "x-unknown"}));
}

#[test]
fn connection_recorded_at_both_ends_is_exported_once_as_the_client_saw_it() {
    let place = Place::new();
    let (request, response) = (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n");
    let client =
        Text::of(Side::Client, 99).event(CONNECT).write(request).read(response).close("local", 27, 18);
    let server = Text::server().event(ACCEPT).read(request).write(response).ended_by_peer(18, 27);
    std::fs::write(place.path("client.jsonl"), client.text()).unwrap();
    std::fs::write(place.path("server.jsonl"), server.text()).unwrap();
    // The events of both traces have equal times, which leaves the order of the traces.
    place.run(&["export", "client.jsonl", "server.jsonl", "-o", "both.har"]).ok();
    let har: Value = serde_json::from_slice(&std::fs::read(place.path("both.har")).unwrap()).unwrap();
    let [entry] = &har["log"]["entries"].as_array().unwrap()[..] else { panic!("{har}") };
    assert_eq!(entry["connection"], "shop-client #2");
}

#[test]
fn websocket_messages_are_exported_as_chromium_does() {
    let request = b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    let response = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    let trace = Text::server()
        .event(ACCEPT)
        .read(request)
        .write(response)
        .read(&[0x81, 0x82, 1, 2, 3, 4, b'h' ^ 1, b'i' ^ 2])
        .write(&[0x82, 1, 0xff])
        .write(&[0x81, 0])
        .close("local", 0, 0);
    let [entry] = &entries(&Place::new(), &trace)[..] else { panic!() };
    assert_eq!(entry["_resourceType"], "websocket");
    assert_eq!(entry["response"]["status"], 101);
    let messages = entry["_webSocketMessages"].as_array().unwrap();
    let seen: Vec<_> = messages.iter().map(|it| json!([it["type"], it["opcode"], it["data"]])).collect();
    assert_eq!(seen, [json!(["send", 1, "hi"]), json!(["receive", 2, "/w=="]), json!(["receive", 1, ""])]);
    let first = messages[0]["time"].as_f64().unwrap();
    assert!((first - 1_795_359_845.000_004).abs() < 1e-6, "{first}");
}

#[test]
fn api_calls_are_fetches_and_documents_are_not() {
    let type_of = |request: &[u8], response: &[u8]| {
        let trace = Text::server().event(ACCEPT).read(request).write(response);
        entries(&Place::new(), &trace)[0]["_resourceType"].clone()
    };
    let json = b"HTTP/1.1 200 OK\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}";
    let html = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok";
    assert_eq!(type_of(b"GET / HTTP/1.1\r\n\r\n", json), "fetch");
    assert_eq!(type_of(b"DELETE / HTTP/1.1\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n"), "fetch");
    assert_eq!(type_of(b"GET / HTTP/1.1\r\n\r\n", html), Value::Null);
}

#[test]
fn recording_without_payload_gives_an_empty_har_and_a_note() {
    let place = Place::new();
    let trace = Text::of(Side::Server, 0).event(ACCEPT).event(r#""sock":2,"op":"read","bytes":5"#);
    let (file, notes) = place.export(&trace, "a.har");
    let har: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(har["log"]["entries"], json!([]));
    assert!(notes.contains("--capture"), "{notes}");
}

#[test]
fn calls_before_an_invalid_line_are_valid_har() {
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"GET / HTTP/1.1\r\n\r\n").text() + "{\"t\":9\n";
    std::fs::write(
        place.path("a.jsonl"),
        trace.replace("{\"end\":true,\"events\":2,\"lost\":0}\n", "nonsense\n"),
    )
    .unwrap();
    assert_eq!(place.run(&["export", "a.jsonl", "-o", "a.har"]).code(), 2);
    let har: Value = serde_json::from_slice(&std::fs::read(place.path("a.har")).unwrap()).unwrap();
    assert_eq!(har["log"]["entries"].as_array().unwrap().len(), 1);
}

/// A response without a length ends with the server's FIN, if no byte before is missing.
#[test]
fn calls_of_packets_alone_are_exported() {
    let place = Place::new();
    let request = b"GET /v1/books/1 HTTP/1.1\r\nHost: shop.test\r\n\r\n";
    let [head, body] = [&b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"[..], b"hello"];
    let (ms, none) = (|at: u64| (at * 1_000_000, Outcome::Arrives(at * 1_000_000 + 1)), (&[][..], false));
    let (asked, begun) = (1 + request.len() as u32, 1 + head.len() as u32);
    let exported = |has_body: bool| {
        let packets = Conversation::new("10.77.0.1:51234", "10.77.0.2:3000", 0)
            .packet(ms(100), Side::Client, "SYN", (0, 0), none)
            .packet(ms(101), Side::Server, "SYN ACK", (0, 1), none)
            .packet(ms(103), Side::Client, "PSH ACK", (1, 1), (request, false))
            .packet(ms(110), Side::Server, "PSH ACK", (1, asked), (head, false));
        let packets = match has_body {
            true => packets.packet(ms(112), Side::Server, "PSH ACK", (begun, asked), (body, false)),
            false => packets,
        };
        let end = begun + body.len() as u32;
        let packets = packets.packet(ms(113), Side::Server, "FIN ACK", (end, asked), none).packet(
            ms(114),
            Side::Client,
            "FIN ACK",
            (asked, end + 1),
            none,
        );
        std::fs::write(place.path("wire.jsonl"), packets.lines().join("\n") + "\n").unwrap();
        place.run(&["export", "wire.jsonl", "-o", "a.har"]).ok();
        let har: Value = serde_json::from_slice(&std::fs::read(place.path("a.har")).unwrap()).unwrap();
        har["log"]["entries"][0].clone()
    };
    let entry = exported(true);
    assert_eq!(entry["request"]["url"], "http://shop.test/v1/books/1");
    assert_eq!(
        (&entry["response"]["status"], &entry["response"]["content"]["text"]),
        (&json!(200), &json!("hello"))
    );
    assert_eq!(
        (&entry["serverIPAddress"], &entry["connection"]),
        (&json!("10.77.0.2"), &json!("shop-wire #1"))
    );
    assert_eq!((&entry["timings"]["wait"], &entry["timings"]["receive"]), (&json!(7.0), &json!(2.0)));
    assert_eq!(entry["response"]["_error"], Value::Null);
    assert!(exported(false)["response"]["_error"].is_string());
}

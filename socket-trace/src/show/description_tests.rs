use super::*;

fn part(layer: Layer, name: &'static str, text: &str, unit: u64) -> Part {
    let (text, class) = (text.to_owned(), Class::Headers);
    let (fields, violation, is_http10, goaway, content) = (Default::default(), None, false, None, None);
    let (begins, ends, call, stream) = (true, true, None, None);
    Part {
        bytes: 1,
        class,
        layer,
        name,
        text,
        unit,
        begins,
        ends,
        call,
        stream,
        fields,
        violation,
        is_http10,
        goaway,
        content,
    }
}

#[test]
fn parts_of_one_frame_share_one_description() {
    let head = |text| Part { ends: false, ..part(Layer::Http2, "HEADERS", text, 0) };
    let ends = |text| Part { class: Class::Framing, ..part(Layer::Http2, "HEADERS", text, 0) };
    let trailers = [ends("END_STREAM"), part(Layer::Http2, "HEADERS", "grpc-status OK", 0)];
    assert_eq!(describe(&trailers), "HEADERS grpc-status OK");
    let rest = Part { begins: false, ..part(Layer::Http2, "HEADERS", "GET /", 0) };
    let settings = part(Layer::Http2, "SETTINGS", "", 1);
    assert_eq!(describe(&[head(""), rest.clone(), settings.clone()]), "HEADERS GET /, SETTINGS");
    assert_eq!(describe(&[head("GET /")]), "HEADERS GET /…");
    assert_eq!(describe(&[head("GET /v1…")]), "HEADERS GET /v1…");
    assert_eq!(describe(&[rest]), "…HEADERS GET /");
    assert_eq!(describe(&[settings.clone(), Part { unit: 2, ..settings }]), "SETTINGS, SETTINGS");
}

#[test]
fn http2_frame_is_described_with_its_messages() {
    let data = Part { class: Class::Framing, ..part(Layer::Http2, "DATA", "", 0) };
    let prefix = |unit| Part { class: Class::Framing, ..part(Layer::Grpc, "length prefix", "", unit) };
    let message = |text, unit| part(Layer::Grpc, "message", text, unit);
    let one = [data.clone(), prefix(1), message("{id: 1}", 2)];
    assert_eq!(describe(&one), "DATA {id: 1}");
    let two = [&one[..], &[prefix(3), message("", 4), part(Layer::Http2, "HEADERS", "", 5)]].concat();
    assert_eq!(describe(&two), "DATA {id: 1}, message, HEADERS");
    assert_eq!(describe(&[data.clone(), prefix(1)]), "DATA", "the message follows in a later read");
    assert_eq!(describe(&[prefix(1)]), "");
    let last = Part { text: "END_STREAM".to_owned(), ..data };
    let body = Part { class: Class::Payload, ..part(Layer::Http2, "body", "{}", 1) };
    assert_eq!(describe(&[last.clone(), body]), "DATA END_STREAM {}");
    assert_eq!(describe(&[last, part(Layer::Http2, "SETTINGS", "ACK", 1)]), "DATA END_STREAM, SETTINGS ACK");
}

#[test]
fn websocket_frame_is_described_with_its_message() {
    let frame = |name| part(Layer::Websocket, name, "", 0);
    let message = |text| part(Layer::Websocket, "message", text, 1);
    assert_eq!(describe(&[frame("text frame"), message("connection_init")]), "text frame connection_init");
    assert_eq!(describe(&[frame("text frame"), message("")]), "text frame message");
    assert_eq!(describe(&[frame("close frame")]), "close frame");
}

#[test]
fn tls_record_is_described_by_its_handshake_messages() {
    let of_tls = |name, text, unit| Part { class: Class::Tls, ..part(Layer::Tls, name, text, unit) };
    let record = of_tls("handshake", "", 0);
    let hello = of_tls("ServerHello", "TLS 1.3", 1);
    assert_eq!(describe(&[record.clone(), hello.clone()]), "ServerHello TLS 1.3");
    assert_eq!(
        describe(&[hello, of_tls("change_cipher_spec", "", 2)]),
        "ServerHello TLS 1.3, change_cipher_spec"
    );
    assert_eq!(describe(&[record]), "handshake", "its message follows in the next read");
    let data = of_tls("application_data", "", 3);
    let fragment = Part { class: Class::Payload, ends: false, ..data.clone() };
    assert_eq!(describe(&[data.clone(), fragment]), "application_data…");
    assert_eq!(
        describe(&[of_tls("handshake", "encrypted", 4), data]),
        "handshake encrypted, application_data"
    );
}

#[test]
fn chunk_sizes_are_omitted_from_descriptions() {
    let framing = |name, unit| Part { class: Class::Framing, ..part(Layer::Http1, name, "", unit) };
    let body = Part { class: Class::Payload, ..part(Layer::Http1, "body", "{}", 1) };
    let chunks = [framing("chunk size", 0), body, framing("chunk end", 2), framing("end of body", 3)];
    assert_eq!(describe(&chunks), "{}, end of body");
}

#[test]
fn settings_and_window_updates_are_described_by_name() {
    let settings = |text| part(Layer::Http2, "SETTINGS", text, 0);
    let update = part(Layer::Http2, "WINDOW_UPDATE", "+983,041", 1);
    assert_eq!(describe(&[settings("ENABLE_PUSH 0"), update]), "SETTINGS, WINDOW_UPDATE");
    assert_eq!(describe(&[settings("ACK")]), "SETTINGS ACK");
}

#[test]
fn description_of_unknown_bytes_has_the_reason() {
    assert_eq!(describe(&[part(Layer::Unknown, "unknown", "", 0)]), "");
    assert_eq!(describe(&[part(Layer::Unknown, "unknown", "TLS", 0)]), "unknown: TLS");
}

#[test]
fn text_is_truncated_to_the_terminal_width() {
    for (text, width, expected) in [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("书书书", 6, "书书书"),
        ("书书书", 5, "书书…"),
        ("书书书", 4, "书…"),
        ("a", 0, ""),
        ("ab", 1, "…"),
    ] {
        assert_eq!(truncate(text, width), expected);
    }
}

#[test]
fn postgresql_rows_are_counted_and_statements_shown_once() {
    let message = |name, text, unit| part(Layer::Postgres, name, text, unit);
    let statement = "SELECT title FROM books";
    let request = [message("Bind", statement, 0), message("Execute", statement, 1), message("Sync", "", 2)];
    assert_eq!(describe(&request), "Bind SELECT title FROM books, Execute, Sync");
    assert_eq!(describe(&request[1..]), "Execute SELECT title FROM books, Sync");
    let head = Part { class: Class::Framing, ends: false, ..message("DataRow", "", 1) };
    let row =
        |unit| [Part { unit, ..head.clone() }, Part { begins: false, ..message("DataRow", "UNIX", unit) }];
    let outcome = "SELECT title FROM books → 3 rows";
    let end = [message("CommandComplete", outcome, 9), message("ReadyForQuery", "idle", 10)];
    assert_eq!(
        describe(&[&row(1)[..], &row(2), &row(3), &end].concat()),
        "DataRow x 3, SELECT title FROM books → 3 rows, ReadyForQuery idle"
    );
    assert_eq!(describe(&row(1)), "DataRow UNIX");
    assert_eq!(describe(&[&row(1)[..], &[Part { unit: 2, ..head }]].concat()), "DataRow x 2…");
}

#[test]
fn broken_rule_is_part_of_the_description() {
    let ping = Part {
        violation: Some("on stream 3 (RFC 9113, section 6.7)".to_owned()),
        ..part(Layer::Http2, "PING", "", 0)
    };
    assert_eq!(
        describe(&[ping, part(Layer::Http2, "SETTINGS", "ACK", 1)]),
        "PING [invalid: on stream 3 (RFC 9113, section 6.7)], SETTINGS ACK"
    );
}

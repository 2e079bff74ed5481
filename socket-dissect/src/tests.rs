use socket_tap::close::Close;
use socket_tap::event::{Event, Gap, Op, SockId, SocketKind, Transfer};
use socket_tap::format::Side;

use super::fixture::{Fixture, lines};
use super::{Detail, Dissector, Part};

fn transfer(data: &str) -> Transfer {
    Transfer::new(data.len() as u64).with_data(data.as_bytes())
}

fn observe(dissector: &mut Dissector, sock: u64, op: Op) -> Vec<Part> {
    dissector.observe(&Event::new(1, SockId::new(sock), op))
}

#[test]
fn socket_that_connects_is_always_a_client() {
    let mut client = Dissector::new(Side::Client);
    observe(&mut client, 1, Op::connect());
    let parts = observe(&mut client, 1, Op::Write(transfer("GET /a HTTP/1.1\r\n\r\n")));
    assert_eq!(lines(&parts), ["19 headers request head: GET /a"]);
    // A server that connects to another server is its client.
    let mut server = Dissector::new(Side::Server);
    observe(&mut server, 1, Op::connect());
    let parts = observe(&mut server, 1, Op::Write(transfer("GET /a HTTP/1.1\r\n\r\n")));
    assert_eq!(lines(&parts), ["19 headers request head: GET /a"]);
}

#[test]
fn stream_wrapping_a_client_socket_is_a_client() {
    let mut server = Dissector::new(Side::Server);
    observe(&mut server, 1, Op::connect());
    let adopt = Op::adopt("tls".into(), SocketKind::Stream).over(SockId::new(1).unwrap());
    observe(&mut server, 2, adopt);
    let parts = observe(&mut server, 1, Op::Write(transfer("\u{16}\u{3}\u{1}\u{2}")));
    assert_eq!(lines(&parts), ["4 tls handshake"]);
    let parts = observe(&mut server, 2, Op::Write(transfer("GET /a HTTP/1.1\r\n\r\n")));
    assert_eq!(lines(&parts), ["19 headers request head: GET /a"]);
}

#[test]
fn bytes_of_transfers_without_captured_payload_are_unknown() {
    let mut server = Fixture::new();
    for op in [Op::Read, Op::Write] {
        let parts = server.observe(op(Transfer::new(7)));
        assert_eq!(lines(&parts), ["7 unknown unknown"]);
    }
    assert_eq!(server.observe(Op::Read(Transfer::eof())), []);
    server.closes();
    assert_eq!(server.finished(), []);
}

#[test]
fn unrecorded_body_bytes_are_counted() {
    let mut server = Fixture::new();
    server.reads("POST /a HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc");
    let parts = server.observe(Op::Read(Transfer::new(6)));
    assert_eq!(lines(&parts), ["6 payload body: abc… (6 B not recorded)"]);
    assert_eq!(lines(&server.reads("GET /b HTTP/1.1\r\n\r\n")), ["19 headers request head: GET /b"]);
}

#[test]
fn bytes_after_lost_reads_are_unknown() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    // A missing end of stream loses no bytes.
    server.observe(Op::Gap(Gap::default().with_reads(1, 0)));
    server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(lines(&server.reads("GET /b HTTP/1.1\r\n\r\n")), ["19 headers request head: GET /b"]);
    server.observe(Op::Gap(Gap::default().with_reads(1, 1)));
    let parts = server.reads("GET /c HTTP/1.1\r\n\r\n");
    assert_eq!(lines(&parts), ["19 unknown unknown: follows a gap in the recording"]);
    // The response to the earlier request is recognized; the next one belongs to an unknown request.
    let parts = server.writes("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(
        lines(&parts),
        [
            "27 headers response head: 204 No Content",
            "27 unknown unknown: the response to an unknown request"
        ]
    );
    server.observe(Op::accept(SockId::new(1).unwrap()));
    assert_eq!(lines(&server.reads("GET /d HTTP/1.1\r\n\r\n")), ["19 headers request head: GET /d"]);
}

#[test]
fn connection_recorded_midway_is_dissected_from_first_message() {
    let mut server = Dissector::new(Side::Server);
    let parts = observe(&mut server, 7, Op::Write(transfer("the end of a body")));
    let why = "the beginning of the connection is not in the recording";
    assert_eq!(lines(&parts), [format!("17 unknown unknown: {why}")]);
    let parts = observe(&mut server, 7, Op::Read(transfer("GET /a HTTP/1.1\r\n\r\n")));
    assert_eq!(lines(&parts), ["19 headers request head: GET /a"]);
    // HTTP/2 frames are recognized, but header blocks refer to unknown table entries.
    let parts = observe(&mut server, 8, Op::Read(transfer("\0\0\u{1}\u{1}\u{5}\0\0\0\u{9}\u{1}")));
    assert_eq!(
        lines(&parts),
        ["9 framing HEADERS: END_STREAM", "1 headers HEADERS: header fields that cannot be decoded"]
    );
}

#[test]
fn bytes_of_unsupported_protocols_are_unknown() {
    for bytes in ["EHLO a\r\n", "\u{1}\u{2}"] {
        let parts = Fixture::new().reads(bytes);
        assert_eq!(lines(&parts), [format!("{} unknown unknown: an unsupported protocol", bytes.len())]);
    }
    let mut server = Fixture::new();
    server.reads("EHLO");
    assert_eq!(lines(&server.reads(" a\r\n")), ["4 unknown unknown: not HTTP/1.1"]);
}

#[test]
fn connect_tunnel_is_dissected_as_a_new_connection() {
    let mut server = Fixture::new();
    server.reads("CONNECT a:443 HTTP/1.1\r\n\r\n");
    server.writes("HTTP/1.1 200 OK\r\n\r\n");
    assert_eq!(server.ended(), [("CONNECT a:443".to_owned(), Some("200".to_owned()))]);
    let parts = server.reads("GET /a HTTP/1.1\r\n\r\n");
    assert_eq!((lines(&parts), parts[0].call), (vec!["19 headers request head: GET /a".to_owned()], Some(1)));
}

#[test]
fn into_open_calls_returns_unfinished_calls() {
    let mut server = Dissector::new(Side::Server);
    for sock in [3, 2] {
        observe(&mut server, sock, Op::accept(SockId::new(1).unwrap()));
        observe(&mut server, sock, Op::Read(transfer("GET /a HTTP/1.1\r\n\r\n")));
    }
    observe(&mut server, 3, Op::Close(Box::<Close>::default()));
    assert_eq!(server.take_finished().iter().map(|call| call.sock.get()).collect::<Vec<_>>(), [3]);
    let open = server.into_open_calls();
    assert_eq!(
        open.iter().map(|call| (call.sock.get(), call.status.clone())).collect::<Vec<_>>(),
        [(2, None)]
    );
    assert_eq!(open[0].to_server.bytes.headers, 19);
}

#[test]
fn response_in_clear_to_another_protocol_is_read() {
    for request in [&b"\x16\x03\x01\x02\0\x01"[..], b"\x05\0\x0b\x03", b"GET / HTTP/1.\r\n\r\n"] {
        let mut server = Fixture::new();
        server.reads(request);
        let parts = server.writes("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno");
        assert_eq!(lines(&parts), ["47 headers response head: 400 Bad Request", "2 payload body: no"]);
    }
}

#[test]
fn response_to_a_damaged_request_is_read() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    server.reads("nonsense\r\n\r\n");
    let parts = server.writes("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(lines(&parts), ["47 headers response head: 400 Bad Request"]);
}

const GET: &str = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const READ: fn(Transfer) -> Op = Op::Read;
const WRITE: fn(Transfer) -> Op = Op::Write;

#[test]
fn reused_memory_does_not_change_the_parts() {
    let (mut fresh, mut reusing) = (Dissector::new(Side::Server), Dissector::new(Side::Server));
    for (sock, bytes, call) in [
        (1, GET, READ),
        (1, OK, WRITE),
        (2, "GET /b HT", READ),
        (1, GET, READ),
        (2, "TP/1.1\r\n\r\n", READ),
        (2, OK, WRITE),
        (1, OK, WRITE),
        (1, "", READ),
        (1, "no HTTP", READ),
    ] {
        let op = || call(transfer(bytes));
        let parts = observe(&mut reusing, sock, op());
        assert_eq!(parts, observe(&mut fresh, sock, op()), "{bytes}");
        reusing.reuse(parts);
    }
}

#[test]
fn memory_of_many_parts_is_not_kept() {
    let mut server = Dissector::new(Side::Server);
    let many = observe(&mut server, 1, Op::Read(transfer(&GET.repeat(500))));
    assert_eq!(many.len(), 500);
    server.reuse(many);
    let one = observe(&mut server, 1, Op::Read(transfer(GET)));
    assert!(one.capacity() <= 4, "{}", one.capacity());
    // An event reserves memory for two parts itself.
    for (spare, capacity) in [(3, 3), (4, 4), (5, 2), (0, 2)] {
        server.reuse(Vec::with_capacity(spare));
        assert_eq!(observe(&mut server, 2, Op::Read(transfer(GET))).capacity(), capacity, "{spare}");
    }
}

#[test]
fn cached_heads_do_not_change_the_parts() {
    let detail = Detail { header_fields: true, ..Detail::default() };
    let new = || Dissector::new(Side::Server).with_detail(detail);
    let (mut caching, mut parsing) = (new(), new());
    let (begin, end) = GET.split_at(GET.len() - 1);
    let (two, both) = (GET.repeat(2), OK.repeat(2));
    let longer = GET.replace("\r\n\r\n", "\r\nA: b\r\n\r\n");
    for (bytes, missing, call) in [
        (GET, 0, READ),
        (OK, 0, WRITE),
        (GET, 0, READ),
        (OK, 0, WRITE),
        (GET, 0, READ),
        (OK, 0, WRITE),
        // Pipelined requests.
        (&two, 0, READ),
        (&both, 0, WRITE),
        // A head in two reads.
        (begin, 0, READ),
        (end, 0, READ),
        (OK, 0, WRITE),
        // A value that looks like the cached head.
        ("GET /x HTTP/1.1\r\nA: ", 0, READ),
        (GET, 0, READ),
        (OK, 0, WRITE),
        (&longer, 0, READ),
        (OK, 0, WRITE),
        // Bytes that were not recorded.
        (GET, 5, READ),
        (GET, 0, READ),
    ] {
        // Empties the cache.
        parsing = parsing.with_detail(detail);
        let op = || call(Transfer::new(bytes.len() as u64 + missing).with_data(bytes.as_bytes()));
        assert_eq!(observe(&mut caching, 1, op()), observe(&mut parsing, 1, op()), "{bytes}");
    }
}

#[test]
fn detail_can_be_changed_after_repeated_heads() {
    let mut server = Dissector::new(Side::Server);
    for _ in 0..3 {
        assert_eq!(observe(&mut server, 1, Op::Read(transfer(GET)))[0].fields.to_vec(), []);
    }
    let mut server = server.with_detail(Detail { header_fields: true, ..Detail::default() });
    assert_eq!(observe(&mut server, 1, Op::Read(transfer(GET)))[0].fields.len(), 1);
}

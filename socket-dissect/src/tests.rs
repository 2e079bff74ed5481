use socket_tap::close::Close;
use socket_tap::event::{Event, Gap, Op, SockId, SocketKind, Transfer};
use socket_tap::format::Side;

use super::fixture::{Fixture, said};
use super::{Class, Dissector, Part};

fn transfer(data: &str) -> Transfer {
    Transfer::new(data.len() as u64).with_data(data.as_bytes())
}

fn observe(dissector: &mut Dissector, sock: u64, op: Op) -> Vec<Part> {
    dissector.observe(&Event::new(1, SockId::new(sock), op))
}

#[test]
fn the_way_is_that_of_the_side_that_recorded() {
    let mut client = Dissector::new(Side::Client);
    observe(&mut client, 1, Op::connect());
    let parts = observe(&mut client, 1, Op::Write(transfer("GET /a HTTP/1.1\r\n\r\n")));
    assert_eq!(said(&parts), ["19 headers request head: GET /a"]);
    // A server that asks another one is that one's client.
    let mut server = Dissector::new(Side::Server);
    observe(&mut server, 1, Op::connect());
    let parts = observe(&mut server, 1, Op::Write(transfer("GET /a HTTP/1.1\r\n\r\n")));
    assert_eq!(said(&parts), ["19 headers request head: GET /a"]);
}

#[test]
fn a_stream_above_another_is_on_the_side_of_that_one() {
    let mut server = Dissector::new(Side::Server);
    observe(&mut server, 1, Op::connect());
    let adopt = Op::adopt("tls".into(), SocketKind::Stream).over(SockId::new(1).unwrap());
    observe(&mut server, 2, adopt);
    let parts = observe(&mut server, 1, Op::Write(transfer("\u{16}\u{3}\u{1}\u{2}")));
    assert_eq!(said(&parts), ["4 tls handshake"]);
    let parts = observe(&mut server, 2, Op::Write(transfer("GET /a HTTP/1.1\r\n\r\n")));
    assert_eq!(said(&parts), ["19 headers request head: GET /a"]);
}

#[test]
fn without_payload_nothing_is_told() {
    let mut server = Fixture::new();
    for op in [Op::Read, Op::Write] {
        let parts = server.observe(op(Transfer::new(7)));
        assert_eq!(said(&parts), ["7 unknown unknown"]);
    }
    assert_eq!(server.observe(Op::Read(Transfer::eof())), []);
    server.closes();
    assert_eq!(server.finished(), []);
}

#[test]
fn payload_that_is_missing_in_between_is_a_hole() {
    let mut server = Fixture::new();
    server.reads("POST /a HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc");
    let parts = server.observe(Op::Read(Transfer::new(6)));
    assert_eq!(said(&parts), ["6 payload body: abc… (6 B not recorded)"]);
    assert_eq!(said(&server.reads("GET /b HTTP/1.1\r\n\r\n")), ["19 headers request head: GET /b"]);
}

#[test]
fn a_gap_loses_the_directions_that_were_open() {
    let mut server = Fixture::new();
    server.reads("GET /a HTTP/1.1\r\n\r\n");
    // Ends of stream that are missing are no bytes.
    server.observe(Op::Gap(Gap::default().with_reads(1, 0)));
    server.writes("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(said(&server.reads("GET /b HTTP/1.1\r\n\r\n")), ["19 headers request head: GET /b"]);
    server.observe(Op::Gap(Gap::default().with_reads(1, 1)));
    let parts = server.reads("GET /c HTTP/1.1\r\n\r\n");
    assert_eq!(said(&parts), ["19 unknown unknown: after a gap in the recording"]);
    // The answer to what came before is still one; after that nobody knows what is answered.
    let parts = server.writes("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(
        said(&parts),
        [
            "27 headers response head: 204 No Content",
            "27 unknown unknown: the answer to a request that is not known"
        ]
    );
    server.observe(Op::accept(SockId::new(1).unwrap()));
    assert_eq!(said(&server.reads("GET /d HTTP/1.1\r\n\r\n")), ["19 headers request head: GET /d"]);
}

#[test]
fn a_connection_without_its_beginning_is_known_when_it_begins_something() {
    let mut server = Dissector::new(Side::Server);
    let parts = observe(&mut server, 7, Op::Write(transfer("the end of a body")));
    let why = "the beginning of the connection is not in the recording";
    assert_eq!(said(&parts), [format!("17 unknown unknown: {why}")]);
    let parts = observe(&mut server, 7, Op::Read(transfer("GET /a HTTP/1.1\r\n\r\n")));
    assert_eq!(said(&parts), ["19 headers request head: GET /a"]);
    // Of HTTP/2 the frames are known, and not what the header blocks name by number.
    let parts = observe(&mut server, 8, Op::Read(transfer("\0\0\u{1}\u{1}\u{5}\0\0\0\u{9}\u{1}")));
    assert_eq!(
        said(&parts),
        ["9 framing HEADERS: END_STREAM", "1 headers HEADERS: fields that cannot be decoded"]
    );
}

#[test]
fn other_protocols_are_not_guessed_at() {
    for (bytes, why) in [("EHLO a\r\n", "not HTTP/1.1"), ("\u{1}\u{2}", "a protocol that is not known here")]
    {
        let parts = Fixture::new().reads(bytes);
        assert_eq!(said(&parts), [format!("{} unknown unknown: {why}", bytes.len())]);
    }
}

#[test]
fn a_tunnel_carries_a_connection_of_its_own() {
    let mut server = Fixture::new();
    server.reads("CONNECT a:443 HTTP/1.1\r\n\r\n");
    server.writes("HTTP/1.1 200 OK\r\n\r\n");
    assert_eq!(server.ended(), [("CONNECT a:443".to_owned(), Some("200".to_owned()))]);
    let parts = server.reads("GET /a HTTP/1.1\r\n\r\n");
    assert_eq!((said(&parts), parts[0].call), (vec!["19 headers request head: GET /a".to_owned()], Some(1)));
}

#[test]
fn calls_that_are_open_are_told_at_the_end() {
    let mut server = Dissector::new(Side::Server);
    for sock in [3, 2] {
        observe(&mut server, sock, Op::accept(SockId::new(1).unwrap()));
        observe(&mut server, sock, Op::Read(transfer("GET /a HTTP/1.1\r\n\r\n")));
    }
    observe(&mut server, 3, Op::Close(Box::<Close>::default()));
    assert_eq!(server.finished().iter().map(|call| call.sock.get()).collect::<Vec<_>>(), [3]);
    let open = server.open();
    assert_eq!(
        open.iter().map(|call| (call.sock.get(), call.status.clone())).collect::<Vec<_>>(),
        [(2, None)]
    );
    assert_eq!(open[0].to_server.bytes.get(&Class::Headers), Some(&19));
}

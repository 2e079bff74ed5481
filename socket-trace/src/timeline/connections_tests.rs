use socket_tap::close::Close;
use socket_tap::event::Failure;

use super::*;

fn address(text: &str) -> Addr {
    text.parse().unwrap()
}

fn event(sock: u64, op: Op) -> Event {
    Event::new(0, SockId::new(sock), op)
}

fn accept(sock: u64, local: &str, peer: &str) -> Event {
    event(sock, Op::accept(SockId::new(1).unwrap()).with_local(address(local)).with_peer(address(peer)))
}

fn connect(sock: u64, local: &str, peer: &str) -> Event {
    event(sock, Op::connect().with_local(address(local)).with_peer(address(peer)))
}

fn close(sock: u64) -> Event {
    event(sock, Op::Close(Box::<Close>::default()))
}

const HERE: &str = "127.0.0.1:3000";
const THERE: &str = "127.0.0.1:51234";

/// The connections of two recordings: recording 0 was made by a server, and recording 1 by a client.
struct Both(Connections);

impl Both {
    fn server(&mut self, event: &Event) -> Option<u64> {
        self.0.observe(0, Side::Server, event).map(|connection| connection.number)
    }

    fn client(&mut self, event: &Event) -> Option<u64> {
        self.0.observe(1, Side::Client, event).map(|connection| connection.number)
    }
}

fn both() -> Both {
    Both(Connections::default())
}

#[test]
fn both_ends_share_a_connection_number() {
    let mut both = both();
    assert_eq!(both.server(&accept(7, HERE, "127.0.0.1:1")), Some(1));
    assert_eq!(both.server(&accept(8, HERE, THERE)), Some(2));
    let client = both.0.observe(1, Side::Client, &connect(3, THERE, HERE)).unwrap();
    assert_eq!((client.number, client.side), (2, Side::Client));
    assert_eq!(client.other, Some(Socket { recording: 0, sock: SockId::new(8).unwrap() }));
    assert_eq!([both.server(&event(8, Op::Shutdown)), both.client(&event(3, Op::Shutdown))], [Some(2); 2]);
    // A close still belongs to the connection; a later event of the socket does not.
    assert_eq!([both.client(&close(3)), both.client(&event(3, Op::Shutdown))], [Some(2), None]);
}

#[test]
fn client_close_may_precede_accept_by_server() {
    let mut both = both();
    assert_eq!(both.client(&connect(3, THERE, HERE)), Some(1));
    assert_eq!(both.client(&close(3)), Some(1));
    assert_eq!(both.server(&accept(8, HERE, THERE)), Some(1));
}

#[test]
fn reused_addresses_begin_a_new_connection() {
    let mut both = both();
    for number in [1, 2] {
        assert_eq!(both.client(&connect(3, THERE, HERE)), Some(number));
        assert_eq!(both.server(&accept(8, HERE, THERE)), Some(number));
        assert_eq!([both.client(&close(3)), both.server(&close(8))], [Some(number); 2]);
    }
    // With only one side recorded, too.
    assert_eq!(both.client(&connect(4, THERE, HERE)), Some(3));
    assert_eq!(both.client(&close(4)), Some(3));
    assert_eq!(both.client(&connect(5, THERE, HERE)), Some(4));
    assert_eq!(both.server(&accept(9, HERE, THERE)), Some(4));
}

#[test]
fn ends_match_by_ip_address_not_unix_path() {
    let mut both = both();
    assert_eq!(both.client(&connect(3, THERE, HERE)), Some(1));
    assert_eq!(both.server(&accept(8, "[::ffff:127.0.0.1]:3000", "[::ffff:127.0.0.1]:51234")), Some(1));
    assert_eq!(both.client(&connect(4, "(unnamed)", "/run/shop")), Some(2));
    assert_eq!(both.server(&accept(9, "/run/shop", "(unnamed)")), Some(3));
}

#[test]
fn layered_stream_has_connection_number_of_its_socket() {
    let mut both = both();
    let adopt = |on: u64| {
        let adopt = Op::adopt("tls".into(), SocketKind::Stream);
        event(9, adopt.over(SockId::new(on).unwrap()))
    };
    assert_eq!(both.server(&accept(8, HERE, THERE)), Some(1));
    assert_eq!(both.server(&adopt(8)), Some(1));
    assert_eq!(both.server(&close(8)), Some(1));
    assert_eq!(both.server(&event(9, Op::Shutdown)), Some(1));
    assert_eq!(both.server(&adopt(77)), Some(1), "a stream below that was not recorded");
}

#[test]
fn failed_calls_and_listeners_have_no_connection_number() {
    let mut both = both();
    let failed = connect(3, THERE, HERE).failed(Failure::new("refused", None));
    assert_eq!(both.client(&failed), None);
    assert_eq!(both.server(&event(1, Op::listen(1))), None);
}

#[test]
fn memory_is_bounded_by_open_connections() {
    let mut both = both();
    for port in 1..=5_000 {
        both.client(&connect(port, &format!("127.0.0.1:{port}"), HERE));
        both.client(&close(port));
    }
    let Both(Connections { ends, unmatched, closed, .. }) = &both;
    assert!(ends.is_empty() && unmatched.len() <= MAX_CLOSED && closed.len() <= MAX_CLOSED);
    // The newest may still be accepted.
    assert_eq!(both.server(&accept(1, HERE, "127.0.0.1:5000")), Some(5_000));
}

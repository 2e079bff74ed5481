use socket_tap::event::{Event, Op, Packet, Protocol, Segment, SockId};

use super::super::Connections;
use super::*;

const CLIENT: &str = "10.77.0.1:41000";
const SERVER: &str = "10.77.0.2:3000";

/// The connections of three recordings: those of a server, of a client, and of the network between them.
struct All(Connections);

impl All {
    fn new() -> Self {
        Self(Connections::with_packets())
    }

    fn number(&mut self, recording: usize, side: Side, event: &Event) -> Option<u64> {
        self.0.observe(recording, side, event).map(|connection| connection.number)
    }

    fn accept(&mut self, sock: u64) -> Option<u64> {
        let op = Op::accept(SockId::new(1).unwrap()).with_local(address(SERVER)).with_peer(address(CLIENT));
        self.number(0, Side::Server, &Event::new(0, SockId::new(sock), op))
    }

    fn connect(&mut self, sock: u64) -> Option<u64> {
        let op = Op::connect().with_local(address(CLIENT)).with_peer(address(SERVER));
        self.number(1, Side::Client, &Event::new(0, SockId::new(sock), op))
    }

    fn packet(&mut self, from: &str, to: &str, segment: Segment) -> Option<u64> {
        let packet = Packet::new(address(from), address(to), Protocol::Tcp).with_segment(segment);
        self.number(2, Side::Wire, &Event::new(0, None, Op::Packet(Box::new(packet))))
    }

    fn syn(&mut self, seq: u32) -> Option<u64> {
        self.packet(CLIENT, SERVER, Segment::new(TcpFlags::SYN, seq))
    }

    fn syn_ack(&mut self) -> Option<u64> {
        self.packet(SERVER, CLIENT, Segment::new(TcpFlags::SYN, 9).with_ack(8))
    }
}

fn address(text: &str) -> socket_tap::event::Addr {
    text.parse().unwrap()
}

#[test]
fn packets_belong_to_the_connection_of_both_sockets() {
    let mut all = All::new();
    assert_eq!([all.connect(1), all.syn(7), all.syn_ack(), all.accept(2)], [Some(1); 4]);
    // A SYN that is sent again.
    assert_eq!(all.syn(7), Some(1));
}

#[test]
fn sockets_join_the_connection_of_an_earlier_syn() {
    let mut all = All::new();
    assert_eq!([all.syn(7), all.syn_ack(), all.accept(2), all.connect(1)], [Some(1); 4]);
    let mut all = All::new();
    assert_eq!([all.syn(7), all.connect(1), all.accept(2)], [Some(1); 3]);
}

#[test]
fn reused_addresses_begin_another_connection() {
    let mut all = All::new();
    assert_eq!([all.syn(7), all.accept(2), all.syn(70), all.accept(3)], [Some(1), Some(1), Some(2), Some(2)]);
    let mut all = All::new();
    assert_eq!(
        [all.connect(1), all.syn(7), all.connect(2), all.syn(70)],
        [Some(1), Some(1), Some(2), Some(2)]
    );
    assert_eq!(all.syn_ack(), Some(2));
}

#[test]
fn packets_after_a_close_belong_to_its_connection() {
    let mut all = All::new();
    assert_eq!([all.connect(1), all.syn(7)], [Some(1); 2]);
    let close = Event::new(0, SockId::new(1), Op::Close(Box::default()));
    assert_eq!(all.number(1, Side::Client, &close), Some(1));
    assert_eq!(all.packet(SERVER, CLIENT, Segment::new(TcpFlags::FIN, 9).with_ack(8)), Some(1));
}

/// Returns the client of the connection that begins with a segment between these ports.
fn client(from: u16, to: u16, flags: TcpFlags) -> Option<String> {
    let [from, to] = [from, to].map(|port| address(&format!("10.77.0.1:{port}")));
    let packet = Packet::new(from, to, Protocol::Tcp).with_segment(Segment::new(flags, 7).with_ack(8));
    let event = Event::new(0, None, Op::Packet(Box::new(packet)));
    let connection = Connections::with_packets().observe(0, Side::Wire, &event)?;
    connection.local.as_ref().map(ToString::to_string)
}

#[test]
fn ports_show_the_client_without_a_syn() {
    let client_of = |from, to| client(from, to, TcpFlags::PSH);
    for (from, to) in [(41_000, 3_000), (3_000, 41_000), (443, 52_000)] {
        let expected = format!("10.77.0.1:{}", from.max(to));
        assert_eq!(client_of(from, to), Some(expected));
    }
    // Two ports of servers, or two of clients.
    assert_eq!([client_of(3_000, 80), client_of(50_000, 51_000)], [None, None]);
}

#[test]
fn sender_of_a_syn_ack_is_the_server() {
    assert_eq!(client(50_000, 51_000, TcpFlags::SYN), Some("10.77.0.1:51000".to_owned()));
}

#[test]
fn socket_corrects_the_client_that_ports_showed() {
    let mut all = All::new();
    // The client has the lower port.
    let (client, server) = ("10.77.0.1:5000", "10.77.0.2:50000");
    let data = || Segment::new(TcpFlags::PSH, 7).with_ack(8);
    assert_eq!(all.packet(client, server, data()), Some(1));
    let op = Op::accept(SockId::new(1).unwrap()).with_local(address(server)).with_peer(address(client));
    assert_eq!(all.number(0, Side::Server, &Event::new(0, SockId::new(2), op)), Some(2));
    assert_eq!(all.packet(server, client, data()), Some(2));
}

#[test]
fn connection_of_a_packet_has_the_addresses_of_client_and_server() {
    let mut all = All::new();
    all.syn(7);
    let packet = Packet::new(address(SERVER), address(CLIENT), Protocol::Tcp);
    let packet = packet.with_segment(Segment::new(TcpFlags::SYN, 9).with_ack(8));
    let connection =
        all.0.observe(2, Side::Wire, &Event::new(0, None, Op::Packet(Box::new(packet)))).unwrap();
    assert_eq!(connection.side, Side::Wire);
    assert_eq!((&connection.local, &connection.peer), (&Some(address(CLIENT)), &Some(address(SERVER))));
}

#[test]
fn number_of_remembered_connections_is_limited() {
    let mut all = All::new();
    assert_eq!(all.syn(7), Some(1));
    for port in 0..u16::try_from(MAX_FLOWS).unwrap() {
        all.packet(&format!("10.77.0.3:{}", port + 1), SERVER, Segment::new(TcpFlags::SYN, 7));
    }
    // The first connection was forgotten, so another begins.
    assert!(all.syn_ack().is_some_and(|number| number > 1));
    assert_eq!(all.0.flows.unwrap().by_addresses.len(), MAX_FLOWS);
}

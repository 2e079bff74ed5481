use socket_tap::format::Side;

use super::*;
use crate::timeline::fixture::{Conversation, Outcome, timeline};
use crate::timeline::{AnnotatedEvents, Next};

const REQUEST: &[u8] = b"GET /v1/books/1 HTTP/1.1\r\nhost: shop\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// Packets that arrive 10 ns after they were sent.
struct Packets(Conversation, u64);

impl Packets {
    fn new() -> Self {
        Self(Conversation::new("10.77.0.1:41000", "10.77.0.2:3000", 0), 0)
    }

    fn opened() -> Self {
        Self::new().send(Side::Client, "SYN", (0, 0), b"").send(Side::Server, "SYN ACK", (0, 1), b"")
    }

    fn send(self, from: Side, flags: &str, numbers: (u32, u32), payload: &[u8]) -> Self {
        let at = self.1 + 1_000;
        let outcome = Outcome::Arrives(at + 10);
        Self(self.0.packet((at, outcome), from, flags, numbers, (payload, false)), at)
    }

    fn lose(self, from: Side, flags: &str, numbers: (u32, u32), payload: &[u8]) -> Self {
        let at = self.1 + 1_000;
        Self(self.0.packet((at, Outcome::Lost), from, flags, numbers, (payload, false)), at)
    }

    /// Returns the names and texts of each packet's parts.
    fn parts(self) -> Vec<String> {
        let mut events = AnnotatedEvents::new(timeline(&[self.0.lines()]));
        let mut all = Vec::new();
        while let Next::Event(event) = events.next_or_pending().unwrap() {
            all.push(crate::show::description::describe(&event.parts));
        }
        all
    }
}

#[test]
fn packet_describes_the_messages_it_completes() {
    let length = u32::try_from(REQUEST.len()).unwrap();
    let parts = Packets::opened()
        .send(Side::Client, "PSH ACK", (1, 1), REQUEST)
        .send(Side::Server, "PSH ACK", (1, 1 + length), RESPONSE)
        .parts();
    assert_eq!((parts[0].as_str(), parts[1].as_str()), ("", ""));
    assert!(parts[2].contains("GET /v1/books/1") && parts[3].contains("200"), "{parts:?}");
}

#[test]
fn late_segment_completes_the_message_of_later_ones() {
    let (first, second) = REQUEST.split_at(10);
    let parts = Packets::opened()
        .send(Side::Client, "PSH ACK", (11, 1), second)
        .send(Side::Client, "ACK", (1, 1), first)
        .parts();
    assert!(parts[2].is_empty() && parts[3].contains("GET /v1/books/1"), "{parts:?}");
}

#[test]
fn dropped_packet_has_no_parts() {
    let parts = Packets::opened()
        .lose(Side::Client, "PSH ACK", (1, 1), REQUEST)
        .send(Side::Client, "PSH ACK", (1, 1), REQUEST)
        .send(Side::Client, "PSH ACK", (1, 1), REQUEST)
        .parts();
    assert!(parts[2].is_empty() && parts[3].contains("GET") && parts[4].is_empty(), "{parts:?}");
}

#[test]
fn acknowledged_bytes_without_a_packet_are_not_guessed() {
    let length = u32::try_from(REQUEST.len()).unwrap();
    let (_, second) = REQUEST.split_at(10);
    let parts = Packets::opened()
        .send(Side::Client, "PSH ACK", (11, 1), second)
        .send(Side::Server, "ACK", (1, 1 + length), b"")
        .parts();
    assert!(parts[2].is_empty() && !parts[3].contains("GET"), "{parts:?}");
}

#[test]
fn capture_that_begins_within_a_connection_is_read() {
    let parts = Packets::new()
        .send(Side::Client, "PSH ACK", (500, 900), REQUEST)
        .send(Side::Server, "PSH ACK", (900, 541), RESPONSE)
        .parts();
    assert!(parts[0].contains("GET /v1/books/1") && parts[1].contains("200"), "{parts:?}");
}

#[test]
fn number_of_connections_is_bounded() {
    let dissector = Dissector::new(Side::Server);
    let mut payload = PacketPayload::new(dissector);
    for number in 1..=MAX_CONNECTIONS as u64 + 9 {
        let [client, server] = ["10.77.0.1:41000", "10.77.0.2:3000"]
            .map(|address| address.parse::<std::net::SocketAddr>().unwrap());
        let (local, peer) = (Some(client.into()), Some(server.into()));
        let connection = Connection { number, side: Side::Wire, local, peer, other: None };
        let segment = socket_tap::event::Segment::new(TcpFlags::SYN, 7);
        let packet = Packet::new(client, server, socket_tap::event::Protocol::Tcp).with_segment(segment);
        payload.observe(&connection, &packet, number);
    }
    assert_eq!(payload.connections.len(), MAX_CONNECTIONS);
}

#[test]
fn end_of_a_stream_before_its_last_bytes_ends_no_connection() {
    let request = u32::try_from(REQUEST.len()).unwrap();
    let (response, end) = RESPONSE.split_at(10);
    let after = 1 + u32::try_from(RESPONSE.len()).unwrap();
    let parts = Packets::opened()
        .send(Side::Client, "PSH ACK", (1, 1), REQUEST)
        .send(Side::Client, "FIN ACK", (1 + request, 1), b"")
        .send(Side::Server, "ACK", (1, 2 + request), response)
        .send(Side::Server, "FIN ACK", (after, 2 + request), b"")
        .send(Side::Server, "PSH ACK", (11, 2 + request), end)
        .parts();
    assert!(parts[5].is_empty() && parts[6].contains("200"), "{parts:?}");
}

use std::sync::Arc;

use socket_tap::close::Close;
use socket_tap::event::{Domain, Event, SockId, SocketKind, Transfer};
use socket_tap::format::Header;
use socket_trace::timeline::TimedEvent;

use super::*;
use crate::live::room::name::Name;
use crate::live::room::participants::Id;
use crate::live::room::settings::Settings;
use crate::live::token::Token;

/// Index of the recording of the server. The recording of the workshop's own client is the other one.
const SERVER: usize = 0;
const CLIENT: usize = 1;

fn recordings() -> [Recording; 2] {
    [Side::Server, Side::Client]
        .map(|side| Recording::new(format!("rest-{}", side.name()), Header::new("rest", side)))
}

/// Returns an attribution for a room with one participant, at this address.
fn with_anna(address: &str) -> (Attribution, Id) {
    let attribution = attribution();
    let participants = &attribution.room.participants;
    let session = Token::random().unwrap();
    participants.join(Name::parse("anna").unwrap(), session.clone(), address.parse().unwrap(), None).unwrap();
    let anna = participants.of_session(&session.to_string()).unwrap();
    (attribution, anna)
}

fn attribution() -> Attribution {
    let settings = Settings { urls: Vec::new(), names: Vec::new() };
    Attribution::new(Arc::new(Room::new(settings)))
}

fn event(recording: usize, sock: u64, op: Op) -> AnnotatedEvent {
    // Socket numbers begin at 1; an event with the number 0 has no socket.
    let event = Event::new(0, SockId::new(sock), op);
    AnnotatedEvent {
        timed: TimedEvent { recording, at: 0, event },
        connection: None,
        step: None,
        packet: None,
        parts: Vec::new(),
        ended: Vec::new(),
        user_agent: None,
    }
}

/// Returns an event on a connection of the server with a client at `peer`.
fn on_connection(op: Op, side: Side, peer: &str) -> AnnotatedEvent {
    let peer = Some(peer.parse().unwrap());
    let connection = Connection { number: 1, side, local: None, peer, other: None };
    AnnotatedEvent { connection: Some(Arc::new(connection)), ..event(SERVER, 7, op) }
}

fn data() -> Op {
    Op::Read(Transfer::new(6).with_data(*b"secret"))
}

fn close() -> Op {
    Op::Close(Box::<Close>::default())
}

/// Returns for each event whether all participants may see it.
fn visible(attribution: &mut Attribution, events: impl IntoIterator<Item = AnnotatedEvent>) -> Vec<bool> {
    let events = events.into_iter();
    let all: Vec<_> = events.map(|event| attribution.observe(&event, &recordings(), "{}")).collect();
    all.into_iter().map(|visibility| attribution.is_visible(visibility)).collect()
}

#[test]
fn data_on_a_socket_without_accept_is_for_the_presenter() {
    let mut attribution = attribution();
    let events = [data(), Op::Write(Transfer::new(1)), Op::Shutdown, close()].map(|op| event(SERVER, 9, op));
    assert_eq!(visible(&mut attribution, events), [false; 4]);
    assert_eq!(visible(&mut attribution, [event(CLIENT, 9, data())]), [true]);
}

#[test]
fn everyone_sees_marks_and_listening_sockets() {
    let mut attribution = attribution();
    let ops = [Op::socket(Domain::Ipv4, SocketKind::Stream), Op::bind(), Op::listen(1024)];
    assert_eq!(visible(&mut attribution, ops.map(|op| event(SERVER, 1, op))), [true; 3]);
    assert_eq!(visible(&mut attribution, [event(SERVER, 1, close())]), [true]);
    assert_eq!(visible(&mut attribution, [event(SERVER, 1, close())]), [false]);
    assert_eq!(visible(&mut attribution, [event(SERVER, 0, Op::mark("get a book"))]), [true]);
}

#[test]
fn sockets_for_the_database_are_for_the_presenter() {
    let mut attribution = attribution();
    let events = [
        event(SERVER, 7, Op::socket(Domain::Ipv4, SocketKind::Stream)),
        on_connection(Op::connect(), Side::Client, "127.0.0.1:5432"),
        on_connection(data(), Side::Client, "127.0.0.1:5432"),
        on_connection(close(), Side::Client, "127.0.0.1:5432"),
        event(SERVER, 7, data()),
    ];
    assert_eq!(visible(&mut attribution, events), [false; 5]);
}

/// Returns the descriptions of the connections that belong to a participant.
fn connections_of(attribution: &Attribution, id: Id) -> Vec<Arc<str>> {
    attribution.room.participants.changed(id, 0).unwrap().0
}

#[test]
fn connection_with_a_name_does_not_belong_to_the_participant_at_its_address() {
    for user_agent in ["bob/room", "curl/8.5.0"] {
        let (mut attribution, anna) = with_anna("192.0.2.7");
        let on_connection = |op| on_connection(op, Side::Server, "192.0.2.7:50000");
        let named = AnnotatedEvent { user_agent: Some(user_agent.into()), ..on_connection(data()) };
        let events = [on_connection(Op::accept(SockId::new(1).unwrap())), named, on_connection(close())];
        assert_eq!(visible(&mut attribution, events), [false; 3]);
        let is_anna = !connections_of(&attribution, anna).is_empty();
        assert_eq!(is_anna, user_agent == "curl/8.5.0", "{user_agent}");
    }
}

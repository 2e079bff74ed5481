use socket_tap::close::Close;
use socket_tap::event::{Domain, Event, Op, SockId, SocketKind};
use socket_tap::format::{Header, Side};
use socket_trace::timeline::{AnnotatedEvent, Recording, TimedEvent};

use super::*;

/// Adds an event of a server to the history. Its item is `item`.
fn push(history: &History, listeners: &mut Listeners, sock: u64, op: Op, item: &str) {
    let recording = Recording::new("rest-server".to_owned(), Header::new("rest", Side::Server));
    let event = AnnotatedEvent {
        timed: TimedEvent { recording: 0, at: 0, event: Event::new(0, SockId::new(sock), op) },
        connection: None,
        step: None,
        packet: None,
        parts: Vec::new(),
        ended: Vec::new(),
        user_agent: None,
    };
    listeners.observe(&event, &[recording], item);
    history.push(vec![(monotonic_ns(), item.to_owned())], listeners);
}

fn items(history: &History) -> Vec<String> {
    history.after(0).map_or_else(Vec::new, |batch| batch.items.iter().map(ToString::to_string).collect())
}

#[test]
fn cleared_history_keeps_the_calls_that_opened_listeners() {
    let (history, mut listeners) = (History::default(), Listeners::default());
    let mut push = |sock, op, item| push(&history, &mut listeners, sock, op, item);
    let socket = || Op::socket(Domain::Ipv4, SocketKind::Stream);
    push(1, socket(), "socket");
    push(1, Op::bind(), "bind");
    push(1, Op::listen(1024), "listen");
    // A socket for a connection to another server, and a call of a client.
    push(2, socket(), "database socket");
    push(2, Op::connect(), "connect");
    push(3, Op::accept(SockId::new(1).unwrap()), "accept");
    history.clear();
    assert_eq!(items(&history), ["socket", "bind", "listen"]);
    assert_eq!((history.first(), *history.newest().borrow(), history.cleared()), (7, 9, 1));
    push(3, Op::Shutdown, "shutdown");
    assert_eq!(history.after(9).map(|batch| batch.last), Some(10));
    history.clear();
    assert_eq!(items(&history), ["socket", "bind", "listen"]);
    push(1, Op::Close(Box::<Close>::default()), "close");
    history.clear();
    assert!(items(&history).is_empty());
}

#[test]
fn items_from_before_the_clear_are_left_out_when_they_are_read_later() {
    let (history, listeners) = (History::default(), Listeners::default());
    let before = monotonic_ns();
    history.clear();
    let items_at = |at, item: &str| vec![(at, item.to_owned())];
    history.push(items_at(before, "close of the last call"), &listeners);
    history.push(items_at(monotonic_ns(), "first call"), &listeners);
    assert_eq!(items(&history), ["first call"]);
}

#[test]
fn page_that_begins_late_gets_the_calls_that_opened_listeners() {
    let (history, mut listeners) = (History::default(), Listeners::default());
    let mut push = |sock, op, item: &str| push(&history, &mut listeners, sock, op, item);
    push(1, Op::socket(Domain::Ipv4, SocketKind::Stream), "socket");
    push(1, Op::bind(), "bind");
    push(1, Op::listen(1024), "listen");
    (0..5).for_each(|number| push(2, Op::Shutdown, &format!("shutdown {number}")));
    let older =
        |seq| history.older_openings(seq).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(older(3), "socket bind listen");
    // The page gets the other two among the items that follow.
    assert_eq!(older(1), "socket");
    assert_eq!(older(0), "");
}

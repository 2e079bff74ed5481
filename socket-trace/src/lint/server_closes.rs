//! A server that ends its connections before its clients do.

use std::collections::HashMap;
use std::net::SocketAddr;

use socket_tap::close::{Close, EndedBy, TcpState};
use socket_tap::event::{Addr, Op, SockId};

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{About, AtEnd, Needs, Rule, Seen};
use super::socket::Socket;
use crate::summary::Role;

static ABOUT: About = About {
    name: "server-closes-first",
    title: "the server ends connections before its clients do, and keeps them in TIME_WAIT",
    when: "10 connections or more, and at least half of all, that the server ended within a second of the last bytes, \
           while it went on: another connection to the same place came after. So neither a shutdown of the server nor \
           its time-out for idle connections is meant, nor an end by reset, which leaves no TIME_WAIT.",
    cause: "Whoever sends the first FIN keeps the connection in TIME_WAIT, 60 seconds on Linux, so that late segments \
            cannot reach a new connection between the same two ports (RFC 9293, 3.6.1). Clients have their own ports; at \
            a server all of this collects in one place. And each client has to connect again for its next request, or \
            writes it into a connection that is just being closed.",
    cure: "Leave the end to the client, and close only what has been idle for long: check for `Connection: close`, \
           HTTP/1.0, keep-alive turned off (hyper: http1::Builder::keep_alive), a limit of requests for each \
           connection, or a handler that drops the stream after its answer. Where the protocol says the end of an \
           answer by the close, this is as it has to be.",
    needs: Needs::EveryEvent,
};

/// So many, to be worth a word.
const MANY: u64 = 10;

/// An end that comes later than this after the last bytes is that of an idle connection. In nanoseconds.
const IDLE: u64 = 1_000_000_000;

/// Places that are looked at; a program that connects to more has others to show for it.
const PLACES: usize = 1_024;

#[derive(Debug, Default)]
pub(super) struct ServerCloses {
    places: HashMap<Place, Ends>,
}

/// Where connections come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    /// Our listener.
    Listener(SockId),
    /// A server that we connect to.
    Server(SocketAddr),
}

/// How the connections of one place ended.
#[derive(Debug, Default)]
struct Ends {
    all: u64,
    by_server: Tally,
    /// Those that were ended by the server since the last connection came: it may be ending itself.
    unsure: Vec<Example>,
    unsure_count: u64,
}

impl Rule for ServerCloses {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn observe(&mut self, seen: &Seen<'_>) {
        let Some(socket) = seen.tcp_connection().filter(|_| seen.succeeded()) else { return };
        let Some(place) = place_of(socket) else { return };
        match &seen.event.op {
            Op::Accept { .. } | Op::Connect { .. } => {
                let has_room = self.places.len() < PLACES;
                if let Some(ends) = self.places.get_mut(&place) {
                    ends.goes_on();
                } else if has_room {
                    self.places.insert(place, Ends::default());
                }
            }
            Op::Close(close) => {
                if let Some(ends) = self.places.get_mut(&place) {
                    ends.closed(seen, socket, close);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &AtEnd<'_>) -> Vec<Finding> {
        let mut places: Vec<_> = std::mem::take(&mut self.places).into_iter().collect();
        places.retain(|(_, ends)| ends.by_server.count >= MANY && ends.by_server.count * 2 >= ends.all);
        places.sort_by_key(|(place, ends)| (std::cmp::Reverse(ends.by_server.count), *place));
        places.into_iter().filter_map(|(place, ends)| ends.finding(place)).collect()
    }
}

impl Ends {
    fn goes_on(&mut self) {
        let examples = std::mem::take(&mut self.unsure);
        let more = std::mem::take(&mut self.unsure_count);
        let before = self.by_server.count;
        for example in examples {
            self.by_server.add(|| example);
        }
        self.by_server.count = before + more;
    }

    fn closed(&mut self, seen: &Seen<'_>, socket: &Socket, close: &Close) {
        self.all += 1;
        let ended = end_by_server(socket).map_or(seen.event.t, |end| end.event.t);
        if !ended_by_server(socket, close) || ended.saturating_sub(socket.moved) > IDLE {
            return;
        }
        self.unsure_count += 1;
        if self.unsure.len() < super::finding::EXAMPLES {
            let close = Quote::new(seen.line, seen.event);
            let lines = [socket.opening.clone(), end_by_server(socket).cloned(), Some(close)];
            let what = "the connection, and its end by the server".to_owned();
            self.unsure.push(Example { what, lines: lines.into_iter().flatten().collect() });
        }
    }

    fn finding(self, place: Place) -> Option<Finding> {
        let Self { all, by_server, .. } = self;
        let whose = match place {
            Place::Listener(sock) => format!("of listener #{sock}"),
            Place::Server(address) => format!("to {address}"),
        };
        let what = format!("{} of {all} connections {whose} were ended by the server.", by_server.count);
        by_server.finding(ABOUT.name, what)
    }
}

fn ended_by_server(socket: &Socket, close: &Close) -> bool {
    let by_server = match socket.role {
        Some(Role::Accepted) => EndedBy::Local,
        _ => EndedBy::Peer,
    };
    // The client's FIN was there already, though nobody had read it.
    let late = |state: &TcpState| matches!(state, TcpState::CloseWait | TcpState::LastAck);
    let too_late = by_server == EndedBy::Local && close.tcp.as_ref().is_some_and(|tcp| late(&tcp.state));
    close.ended_by == Some(by_server)
        && !too_late
        && !close.aborted
        && close.totals.rx > 0
        && close.totals.tx > 0
}

/// The event by which the server ended it, when that is not the close.
fn end_by_server(socket: &Socket) -> Option<&Quote> {
    match socket.role {
        Some(Role::Accepted) => socket.shut.as_ref(),
        _ => socket.fin.as_ref(),
    }
}

fn place_of(socket: &Socket) -> Option<Place> {
    match (&socket.role, socket.listener, &socket.peer) {
        (Some(Role::Accepted), Some(listener), _) => Some(Place::Listener(listener)),
        (Some(Role::Connected), _, Some(Addr::Ip(address))) => Some(Place::Server(*address)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "server_closes_tests.rs"]
mod tests;

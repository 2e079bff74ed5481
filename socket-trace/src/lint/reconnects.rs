//! A new connection for each request.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use socket_tap::close::EndedBy;
use socket_tap::event::{Addr, Op, SockId};

use super::finding::{Example, Finding, Quote, Tally, plural};
use super::rule::{About, AtEnd, Needs, Rule, Seen};
use super::socket::Socket;
use crate::summary::Role;

static ABOUT: About = About {
    name: "new-connection-for-each-request",
    title: "one short connection after the other to the same peer, each for a request or two",
    when: "10 connections or more with one peer, one behind the other, within a second of each other and not at once, \
           of which nine in ten carried at most three exchanges. Several clients in parallel count, too, when each goes \
           through 10. Silent across marks: a program that names its steps may begin each anew.",
    cause: "A connection has a price: a round trip for the handshake before the first byte, more for TLS, a slow start \
            of the congestion window, and for whoever closes first a socket in TIME_WAIT for a minute. With some 28,000 \
            local ports, about 470 new connections a second to one address use them up: connects then fail with \
            \"address not available\".",
    cure: "Keep the connection and use it again: HTTP/1.1 does unless one side says `Connection: close`, HTTP/2 and gRPC \
           carry all calls on one. Make one reqwest::Client, hyper Client or tonic Channel and clone it, instead of one \
           for each call; read each answer to its end, since a half-read one cannot go back into the pool. If the server \
           ends the connections, look there: a load tester without keep-alive, HTTP/1.0, `Connection: close`.",
    needs: Needs::EveryEvent,
};

/// So many connections in a row, for each that is open at once.
const MANY: u64 = 10;

/// A connection is brief with so many exchanges: one HTTP request, or the greetings of HTTP/2 and a call.
const FEW_EXCHANGES: u64 = 3;

/// What comes later than this after the connection before is no row. In nanoseconds.
const PAUSE: u64 = 1_000_000_000;

/// Peers that are looked at together; those with nothing open make room for others.
const PEERS: usize = 1_024;

/// Peers that are told of.
const FINDINGS: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Reconnects {
    open: HashMap<SockId, Talk>,
    rows: HashMap<Peer, Row>,
    room: usize,
    found: Vec<Finding>,
}

/// With whom: a client by its address without the port, which is another each time, a server with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Peer {
    Client(IpAddr),
    Server(SocketAddr),
}

/// A connection that is open.
#[derive(Debug)]
struct Talk {
    peer: Peer,
    exchanges: u64,
    /// The client has spoken, and is not answered yet.
    asked: bool,
}

/// Connections with one peer, one behind the other.
#[derive(Debug, Default)]
struct Row {
    open: u64,
    most_open: u64,
    ended: u64,
    brief: Tally,
    ended_by_us: u64,
    last: u64,
}

impl Rule for Reconnects {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn observe(&mut self, seen: &Seen<'_>) {
        if matches!(seen.event.op, Op::Mark { .. }) {
            return self.end_rows_that(|_| true);
        }
        let Some(socket) = seen.tcp_connection().filter(|_| seen.succeeded()) else { return };
        match &seen.event.op {
            Op::Accept { .. } | Op::Connect { .. } => self.opened(socket, seen.event.t),
            Op::Read(transfer) if transfer.bytes > 0 => self.moved(socket, Role::Accepted),
            Op::Write(transfer) if transfer.bytes > 0 => self.moved(socket, Role::Connected),
            Op::Close(close) => self.closed(seen, socket, close.ended_by),
            Op::Release(_) => {
                self.ended(socket.sock, seen.event.t);
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &AtEnd<'_>) -> Vec<Finding> {
        self.end_rows_that(|_| true);
        std::mem::take(&mut self.found)
    }
}

impl Reconnects {
    fn opened(&mut self, socket: &Socket, t: u64) {
        let Some(peer) = peer_of(socket) else { return };
        let over = |row: &Row| row.open == 0 && t.saturating_sub(row.last) > PAUSE;
        if self.rows.get(&peer).is_some_and(over) {
            self.end_row(peer);
        }
        if self.rows.len() >= self.room.max(PEERS) {
            self.make_room();
        }
        // A trace may say that an open connection was opened.
        self.ended(socket.sock, t);
        let row = self.row(peer, t);
        row.open += 1;
        row.most_open = row.most_open.max(row.open);
        self.open.insert(socket.sock, Talk { peer, exchanges: 0, asked: false });
    }

    /// It is not open any more, as far as we are told.
    fn ended(&mut self, sock: SockId, t: u64) -> Option<(&mut Row, u64)> {
        let Talk { peer, exchanges, .. } = self.open.remove(&sock)?;
        let row = self.row(peer, t);
        row.open -= 1;
        Some((row, exchanges))
    }

    /// Bytes came, or went. With those that the client sends begins an exchange.
    fn moved(&mut self, socket: &Socket, asks: Role) {
        let Some(talk) = self.open.get_mut(&socket.sock) else { return };
        let asking = socket.role == Some(asks);
        talk.exchanges += u64::from(asking && !talk.asked);
        talk.asked = asking;
    }

    fn closed(&mut self, seen: &Seen<'_>, socket: &Socket, ended_by: Option<EndedBy>) {
        let Some((row, exchanges)) = self.ended(socket.sock, seen.event.t) else { return };
        row.ended += 1;
        row.ended_by_us += u64::from(ended_by == Some(EndedBy::Local));
        if (1..=FEW_EXCHANGES).contains(&exchanges) {
            row.brief.add(|| Example {
                what: plural(exchanges, "exchange"),
                lines: socket.opening.iter().cloned().chain([Quote::new(seen.line, seen.event)]).collect(),
            });
        }
    }

    fn row(&mut self, peer: Peer, t: u64) -> &mut Row {
        let row = self.rows.entry(peer).or_default();
        row.last = t;
        row
    }

    /// Ends the rows of peers that have nothing open. What is left is bounded by what is open; to look through it again
    /// each time would take time for nothing.
    fn make_room(&mut self) {
        self.end_rows_that(|row| row.open == 0);
        self.room = self.rows.len() * 2;
    }

    fn end_rows_that(&mut self, are: impl Fn(&Row) -> bool) {
        let mut peers: Vec<Peer> =
            self.rows.iter().filter(|(_, row)| are(row)).map(|(peer, _)| *peer).collect();
        // A trace is told of alike each time.
        peers.sort_unstable();
        for peer in peers {
            self.end_row(peer);
        }
        self.rows.retain(|_, row| row.open > 0);
    }

    /// What the row comes to; what is open begins another one.
    fn end_row(&mut self, peer: Peer) {
        let Some(row) = self.rows.get_mut(&peer) else { return };
        let Row { open, last, .. } = *row;
        let row = std::mem::replace(row, Row { open, most_open: open, last, ..Row::default() });
        let few =
            row.brief.count * 10 < row.ended * 9 || row.ended < MANY.saturating_mul(row.most_open.max(1));
        if few || self.found.len() == FINDINGS {
            return;
        }
        let what = row.what(peer);
        self.found.extend(row.brief.finding(ABOUT.name, what));
    }
}

impl Row {
    fn what(&self, peer: Peer) -> String {
        let Self { ended, most_open, ended_by_us, .. } = self;
        let (with, by_client) = match peer {
            Peer::Client(ip) => (format!("from {ip}"), ended - ended_by_us),
            Peer::Server(address) => (format!("to {address}"), *ended_by_us),
        };
        let at_once = match most_open {
            1 => "one after the other".to_owned(),
            most => format!("at most {most} at once"),
        };
        let by_server = ended - by_client;
        format!(
            "{ended} short connections {with}, {at_once}; the client ended {by_client}, the server {by_server}."
        )
    }
}

fn peer_of(socket: &Socket) -> Option<Peer> {
    let Some(Addr::Ip(address)) = &socket.peer else { return None };
    Some(match socket.role {
        Some(Role::Accepted) => Peer::Client(address.ip()),
        _ => Peer::Server(*address),
    })
}

#[cfg(test)]
#[path = "reconnects_tests.rs"]
mod tests;

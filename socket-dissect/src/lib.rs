//! What reads and writes carried: the HTTP/1.1 messages, HTTP/2 frames, gRPC messages and GraphQL operations in them,
//! and the records of TLS.
//!
//! ```
//! use socket_tap::format::{Line, Side};
//! use socket_dissect::{Class, Dissector};
//!
//! let mut dissector = Dissector::new(Side::Server);
//! let line = r#"{"t":9,"sock":2,"op":"read","bytes":19,"data":"R0VUIC9hIEhUVFAvMS4xDQoNCg=="}"#;
//! let Line::Event(event) = Line::parse(line)? else { panic!("not an event") };
//! let parts = dissector.observe(&event);
//! assert_eq!((parts[0].class, parts[0].text.as_str()), (Class::Headers, "GET /a"));
//! # Ok::<(), socket_tap::format::LineError>(())
//! ```
//!
//! It needs the payload: a recording made with `capture`. Of a transfer that was cut, what is known by its length is told
//! as it is; the rest is unknown, up to a read or write that begins as a message or a frame does. After a `gap` the
//! directions that were open stay unknown.
//!
//! # Layout
//!
//! - [`part`]: a run of bytes of one transfer, and what it is a part of
//! - [`call`]: a request and its answer
//! - `connection`: one connection, from its first byte to its last
//! - `protocol`, `detect`: what it speaks, by its first bytes
//! - [`contracts`]: what is known of services, to read their messages by
//! - `http1`, `http2`: HTTP; `hpack`: the header blocks of the latter
//! - `grpc`, `protobuf`: calls of gRPC and their messages
//! - `websocket`: what an exchange of HTTP/1.1 may turn into
//! - `graphql`: operations of GraphQL, over HTTP and over a WebSocket
//! - `sse`: server-sent events
//! - `tls`: records of TLS, and what the handshake says in clear
//! - `content`, `media`, `inflate`: what a message's body says
//! - `calls`: the calls of a connection that are open
//! - `chunk`, `kept`, `output`, `way`, `text`: what goes into a protocol, and what comes out

pub mod call;
mod calls;
mod chunk;
mod connection;
mod content;
pub mod contracts;
mod detect;
#[cfg(test)]
mod fixture;
mod graphql;
mod grpc;
mod hpack;
mod http1;
mod http2;
mod inflate;
mod kept;
mod media;
mod output;
pub mod part;
mod protobuf;
mod protocol;
mod sse;
mod text;
mod tls;
mod way;
mod websocket;

use std::collections::HashMap;

use socket_tap::event::{Event, Gap, Op, SockId, SocketKind, Transfer};
use socket_tap::format::Side;

pub use call::{Budget, Call};
use connection::{Connection, Shared};
pub use contracts::Contracts;
pub use part::{Class, Layer, Part};
pub use tls::{Expansion, RECORD_HEADER};

/// Follows the connections of one recording, and says of each read and write what it carried.
///
/// Feed it every event in order. Its memory is bounded by what is open, not by the length of the recording.
#[derive(Debug)]
pub struct Dissector {
    side: Side,
    connections: HashMap<SockId, Connection>,
    shared: Shared,
}

impl Dissector {
    /// Of a recording of that side.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self::with_contracts(side, Contracts::default())
    }

    /// As [`new`](Self::new), with other contracts than the bookshelf's to read gRPC messages by.
    #[must_use]
    pub fn with_contracts(side: Side, contracts: Contracts) -> Self {
        let shared = Shared { contracts, ..Shared::default() };
        Self { side, connections: HashMap::new(), shared }
    }

    /// What the event carried: the parts of its transfer, in order. Empty for an event that moved no bytes.
    pub fn observe(&mut self, event: &Event) -> Vec<Part> {
        if event.error.is_some() {
            return Vec::new();
        }
        if let Op::Gap(gap) = &event.op {
            self.gap(gap);
        }
        let Some(sock) = event.sock else { return Vec::new() };
        match &event.op {
            Op::Accept { .. } => self.opened(sock, Side::Server),
            Op::Connect { .. } => self.opened(sock, Side::Client),
            Op::Adopt { kind, on, .. } if *kind == SocketKind::Stream => {
                let below = on.and_then(|below| self.connections.get(&below));
                self.opened(sock, below.map_or(self.side, Connection::side));
            }
            Op::Read(transfer) => return self.moved((sock, event.t), transfer, Connection::read),
            Op::Write(transfer) => return self.moved((sock, event.t), transfer, Connection::write),
            Op::Close(_) | Op::Release(_) => self.closed(sock),
            _ => {}
        }
        Vec::new()
    }

    /// What an open call of that connection calls, as far as it is known.
    pub fn operation(&self, sock: SockId, call: u64) -> Option<&str> {
        self.connections.get(&sock)?.operation(call)
    }

    /// What an encrypted record of that connection has besides its data, when it is known.
    pub fn expansion(&self, sock: SockId) -> Option<Expansion> {
        self.connections.get(&sock)?.expansion()
    }

    /// The calls that have ended since this was asked last, in the order in which they ended. Those of a connection
    /// that is closed have. They are kept until they are asked for.
    pub fn finished(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.shared.finished)
    }

    /// The calls that are still open at the end of the recording.
    #[must_use]
    pub fn open(self) -> Vec<Call> {
        let mut open: Vec<Call> = self.connections.into_values().flat_map(Connection::into_open).collect();
        open.sort_by_key(|call| (call.sock, call.number));
        open
    }

    fn opened(&mut self, sock: SockId, side: Side) {
        // A trace that numbers a socket twice leaves the first one open.
        self.closed(sock);
        self.connections.insert(sock, Connection::new(sock, side, true));
    }

    fn moved(
        &mut self,
        (sock, t): (SockId, u64),
        transfer: &Transfer,
        carry: fn(&mut Connection, &Transfer, u64, &mut Shared) -> Vec<Part>,
    ) -> Vec<Part> {
        if transfer.bytes == 0 {
            return Vec::new();
        }
        // A connection whose making is not in the recording is on the recording's side.
        let connection =
            self.connections.entry(sock).or_insert_with(|| Connection::new(sock, self.side, false));
        carry(connection, transfer, t, &mut self.shared)
    }

    fn gap(&mut self, gap: &Gap) {
        for connection in self.connections.values_mut() {
            connection.gap(gap.rx > 0, gap.tx > 0);
        }
    }

    fn closed(&mut self, sock: SockId) {
        self.shared
            .finished
            .extend(self.connections.remove(&sock).into_iter().flat_map(Connection::into_open));
    }
}

#[cfg(test)]
mod tests;

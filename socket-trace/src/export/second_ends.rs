//! Finds the connections and datagrams of which both ends were recorded, so that each is exported once.

use std::collections::{HashMap, HashSet};

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::{Header, Side};

use super::datagram_ends::{DatagramEnds, OmittedDatagrams};
use crate::reader::parts::are_parts;
use crate::reader::{Error, Trace};
use crate::timeline::connections::{Connections, Socket};
use crate::timeline::{Next, Timeline};

/// The sockets that are the second end of a connection: the client's, if the server recorded the connection, too.
///
/// A capture with both ends would contain each connection twice. The server's end is kept, unless only the client
/// recorded payload. Memory grows with the number of connections of which both ends were recorded. UDP datagrams are omitted at
/// one end only if the other end has each of them, because a datagram can be lost.
#[derive(Debug, Default)]
pub struct SecondEnds {
    recordings: Vec<Header>,
    sockets: HashSet<Socket>,
    datagrams: OmittedDatagrams,
    connections: u64,
}

impl SecondEnds {
    /// Reads traces to their ends, and finds the connections of which both ends are in them.
    ///
    /// # Errors
    /// A trace cannot be read.
    pub fn find(traces: Vec<Trace>) -> Result<Self, Error> {
        let mut timeline = Timeline::of(traces);
        let recordings: Vec<Header> = timeline.recordings().iter().map(|one| one.header.clone()).collect();
        let mut found = Self { recordings, ..Self::default() };
        let (mut connections, mut above) = (Connections::default(), HashMap::new());
        let mut datagrams = DatagramEnds::default();
        while let Next::Event(timed) = timeline.next_or_pending()? {
            let Some(side) = found.recordings.get(timed.recording).map(|header| header.side) else {
                continue;
            };
            let connection = connections.observe(timed.recording, side, &timed.event);
            let Some(sock) = timed.event.sock else { continue };
            let socket = Socket { recording: timed.recording, sock };
            datagrams.observe(socket, &timed.event);
            match (&timed.event.op, connection) {
                (Op::Adopt { on: Some(below), .. }, _) => found.add_above(socket, *below, &mut above),
                (Op::Close(_) | Op::Release(_), _) => _ = above.remove(&socket),
                (Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { .. }, Some(connection)) => {
                    if let Some(other) = connection.other {
                        found.add(socket, other, connection.side, &above);
                    }
                }
                _ => {}
            }
        }
        found.datagrams = datagrams.omitted(&found.recordings);
        Ok(found)
    }

    /// Adds a stream on top of another socket, such as the plain text of TLS.
    fn add_above(&mut self, socket: Socket, below: SockId, above: &mut HashMap<Socket, Socket>) {
        let below = Socket { sock: below, ..socket };
        if self.sockets.contains(&below) {
            self.sockets.insert(socket);
        }
        above.insert(below, socket);
    }

    /// Adds one of the two ends `socket` and `other` of a connection. `side` is the side of `socket`.
    fn add(&mut self, socket: Socket, other: Socket, side: Side, above: &HashMap<Socket, Socket>) {
        let (client, server) = if side == Side::Client { (socket, other) } else { (other, socket) };
        let has_payload =
            |end: Socket| self.recordings.get(end.recording).is_some_and(|header| header.capture > 0);
        let second = if has_payload(client) && !has_payload(server) { server } else { client };
        if self.sockets.insert(second) {
            self.connections += 1;
        }
        self.sockets.extend(above.get(&second));
    }

    /// Returns the number of connections of which both ends were recorded.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections
    }

    /// Returns the number of pairs of UDP sockets and directions of which both ends were recorded.
    #[must_use]
    pub fn datagram_directions(&self) -> usize {
        self.datagrams.directions()
    }

    /// Returns the index of the recording with this header.
    pub(super) fn recording(&self, header: &Header) -> Option<usize> {
        self.recordings.iter().position(|known| known == header || are_parts(known, header))
    }

    /// Returns `true` if the event belongs to the second end of a connection.
    pub(super) fn contains(&self, recording: usize, event: &Event) -> bool {
        let Some(sock) = event.sock else { return false };
        let socket = Socket { recording, sock };
        self.sockets.contains(&socket) || self.datagrams.contains(socket, event)
    }
}

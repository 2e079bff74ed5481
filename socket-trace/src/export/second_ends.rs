//! Finds the connections and datagrams that were recorded more than once, so that each is exported once.

use std::collections::{HashMap, HashSet};

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::{Header, Side};

use super::captured::Captured;
use super::datagram_ends::{DatagramEnds, OmittedDatagrams};
use crate::reader::parts::are_parts;
use crate::reader::{Error, Trace};
use crate::timeline::connections::{Connections, Socket};
use crate::timeline::{Next, Timeline};

/// The sockets that are the second end of a connection: the client's, if the server recorded the connection, too, and both
/// ends if its packets were recorded.
///
/// A capture with both ends would contain each connection twice. The server's end is kept, unless only the client
/// recorded payload. Recorded packets with payload replace both ends: they are what the sockets' packets are made to look
/// like. Memory grows with the number of connections of which both ends were recorded. UDP datagrams are omitted at
/// one end only if the other end has each of them, because a datagram can be lost.
#[derive(Debug, Default)]
pub struct SecondEnds {
    recordings: Vec<Header>,
    sockets: HashSet<Socket>,
    datagrams: OmittedDatagrams,
    /// Number of connections that are exported from one of their ends.
    connections: u64,
    /// Number of connections that are exported as the packets that were recorded.
    captured: usize,
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
        let is_capture = |header: &Header| header.side == Side::Wire && header.capture > 0;
        let has_packets = found.recordings.iter().any(is_capture);
        let mut connections = if has_packets { Connections::with_packets() } else { Connections::default() };
        let (mut above, mut captured) = (HashMap::new(), Captured::default());
        let mut datagrams = if has_packets { DatagramEnds::with_packets() } else { DatagramEnds::default() };
        while let Next::Event(timed) = timeline.next_or_pending()? {
            let Some(side) = found.recordings.get(timed.recording).map(|header| header.side) else {
                continue;
            };
            let connection = connections.observe(timed.recording, side, &timed.event);
            let socket = timed.event.sock.map(|sock| Socket { recording: timed.recording, sock });
            if let Some(connection) = connection.as_ref().filter(|_| has_packets) {
                captured.observe(socket, &timed.event, connection);
            }
            if let Op::Packet(packet) = &timed.event.op {
                datagrams.packet(packet);
            }
            let Some(socket) = socket else { continue };
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
        found.omit_captured(&captured);
        Ok(found)
    }

    fn omit_captured(&mut self, captured: &Captured) {
        // One of its ends is omitted already. Packets replace the other one, too.
        let ends = captured.sockets().filter(|(socket, _)| self.sockets.contains(socket));
        let has_both_ends: HashSet<u64> = ends.map(|(_, number)| number).collect();
        self.connections = self.connections.saturating_sub(has_both_ends.len() as u64);
        self.sockets.extend(captured.sockets().map(|(socket, _)| socket));
        self.captured = captured.sockets().map(|(_, number)| number).collect::<HashSet<_>>().len();
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

    /// Returns the number of connections of which both ends were recorded, and no packets.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections
    }

    /// Returns the number of connections of which both sockets and packets were recorded.
    #[must_use]
    pub fn captured(&self) -> usize {
        self.captured
    }

    /// Returns the number of pairs of UDP sockets and directions of which packets were recorded.
    #[must_use]
    pub fn captured_datagrams(&self) -> usize {
        self.datagrams.captured()
    }

    /// Returns the number of other pairs and directions of which both ends were recorded.
    #[must_use]
    pub fn datagram_directions(&self) -> usize {
        self.datagrams.directions()
    }

    /// Returns the index of the recording with this header.
    pub(super) fn recording(&self, header: &Header) -> Option<usize> {
        self.recordings.iter().position(|known| known == header || are_parts(known, header))
    }

    /// Returns `true` if the event belongs to the second end of a connection, or to one that is exported as packets.
    pub(super) fn contains(&self, recording: usize, event: &Event) -> bool {
        let Some(sock) = event.sock else { return false };
        let socket = Socket { recording, sock };
        self.sockets.contains(&socket) || self.datagrams.contains(socket, event)
    }
}

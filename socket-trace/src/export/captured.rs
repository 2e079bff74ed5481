//! Finds the connections whose packets were recorded.

use std::collections::{HashMap, HashSet};

use socket_tap::event::{Event, Op};

use crate::timeline::connections::{Connection, Socket};

/// The connections of which both packets and sockets were recorded. Memory grows with the number of connections.
#[derive(Debug, Default)]
pub(super) struct Captured {
    /// Numbers of the connections of recorded packets.
    of_packets: HashSet<u64>,
    /// The connection of each socket.
    of_sockets: HashMap<Socket, u64>,
}

impl Captured {
    /// Processes an event of a connection. `socket` is `None` for a packet.
    pub(super) fn observe(&mut self, socket: Option<Socket>, event: &Event, connection: &Connection) {
        match (&event.op, socket) {
            (Op::Packet(_), _) => _ = self.of_packets.insert(connection.number),
            (Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { on: None, .. }, Some(socket)) => {
                self.of_sockets.insert(socket, connection.number);
            }
            _ => {}
        }
    }

    /// Returns the sockets of the connections whose packets were recorded, each with the number of its connection.
    pub(super) fn sockets(&self) -> impl Iterator<Item = (Socket, u64)> {
        let sockets = self.of_sockets.iter().map(|(socket, number)| (*socket, *number));
        sockets.filter(|(_, number)| self.of_packets.contains(number))
    }
}

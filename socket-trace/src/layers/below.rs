//! The records of all connections over TLS that a tap above it was put on, too.

use std::collections::HashMap;

use socket_tap::format::Side;

use super::pair::Pair;
use super::records::Records;
use crate::timeline::connections::Socket;
use socket_dissect::{Expansion, Layer, Part};

/// The streams of TLS, by their sockets and directions, and which streams are above them.
#[derive(Debug, Default)]
pub(super) struct Below {
    records: HashMap<(Socket, Side), Records>,
    /// The socket below each stream.
    sockets: HashMap<Socket, Socket>,
}

impl Below {
    /// A stream begins above another, on that side.
    pub(super) fn adopt(&mut self, above: Socket, below: Socket, side: Side) {
        self.sockets.insert(above, below);
        let sent_to = if side == Side::Server { Side::Client } else { Side::Server };
        if let Some(records) = self.records.get_mut(&(below, sent_to)) {
            records.begin_writing();
        }
    }

    /// A socket moved bytes. `is_chosen` is true once the requested call is known.
    pub(super) fn moved(
        &mut self,
        (socket, to): (Socket, Side),
        (at, bytes): (u64, u64),
        parts: &[Part],
        expansion: Option<Expansion>,
        is_chosen: bool,
    ) {
        if let Some(below) = self.sockets.get(&socket) {
            let records = self.records.entry((*below, to)).or_default();
            records.add_above(bytes);
            records.keep(is_chosen);
        } else if parts.iter().any(|part| part.layer == Layer::Tls)
            || self.records.contains_key(&(socket, to))
        {
            self.records.entry((socket, to)).or_default().add_below(at, bytes, parts, expansion);
        }
    }

    /// A socket is closed.
    pub(super) fn closed(&mut self, socket: Socket) {
        self.sockets.remove(&socket);
        self.records.retain(|(below, _), _| *below != socket);
    }

    /// Returns what carried the data of a stream above TLS. Empty for another stream.
    pub(super) fn take(&mut self, socket: Socket, to: Side) -> Vec<Pair> {
        let below = self.sockets.get(&socket);
        below.and_then(|below| self.records.remove(&(*below, to))).map_or_else(Vec::new, Records::pairs)
    }
}

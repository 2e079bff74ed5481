//! Collects the TLS records of all connections that were recorded both below and above TLS.

use std::collections::HashMap;

use socket_tap::format::Side;

use super::pair::Pair;
use super::records::Records;
use crate::timeline::connections::Socket;
use socket_dissect::{Expansion, Layer, Part};

/// The TLS records of each socket in each direction. For each stream of decrypted data (above TLS), also the
/// socket that carries it in encrypted form (below TLS).
#[derive(Debug, Default)]
pub(super) struct TlsStreams {
    records: HashMap<(Socket, Side), Records>,
    /// For each stream above TLS, the socket that carries it below TLS.
    sockets: HashMap<Socket, Socket>,
}

impl TlsStreams {
    /// Registers that the socket `below` carries the stream `above` in encrypted form. `side` is the recorded
    /// end of the connection.
    pub(super) fn adopt(&mut self, above: Socket, below: Socket, side: Side) {
        self.sockets.insert(above, below);
        let sent_to = side.other();
        if let Some(records) = self.records.get_mut(&(below, sent_to)) {
            records.begin_writing();
        }
    }

    /// Adds a read or write on `socket` that transferred `bytes` bytes to the end `to`, at the time `at` in
    /// nanoseconds. `expansion` is the number of bytes that TLS adds to each record, if known. `is_selected` is
    /// `true` once an API call is selected.
    pub(super) fn transferred(
        &mut self,
        (socket, to): (Socket, Side),
        (at, bytes): (u64, u64),
        parts: &[Part],
        expansion: Option<Expansion>,
        is_selected: bool,
    ) {
        if let Some(below) = self.sockets.get(&socket) {
            let records = self.records.entry((*below, to)).or_default();
            records.add_above(bytes);
            records.keep(is_selected);
        } else if parts.iter().any(|part| part.layer == Layer::Tls)
            || self.records.contains_key(&(socket, to))
        {
            self.records.entry((socket, to)).or_default().add_below(at, bytes, parts, expansion);
        }
    }

    /// Removes the records of a closed socket.
    pub(super) fn closed(&mut self, socket: Socket) {
        self.sockets.remove(&socket);
        self.records.retain(|(below, _), _| *below != socket);
    }

    /// Removes and returns the data of a stream above TLS, paired with the TLS records that carried it. Empty
    /// for any other stream.
    pub(super) fn take(&mut self, socket: Socket, to: Side) -> Vec<Pair> {
        let below = self.sockets.get(&socket);
        below.and_then(|below| self.records.remove(&(*below, to))).map_or_else(Vec::new, Records::pairs)
    }
}

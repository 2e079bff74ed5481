//! Matches the packets of a network with the connections to which they belong.
//!
//! A packet has two addresses, but no socket. Its connection begins with the `connect` of the client, with the first
//! SYN, or with the `accept` of the server, depending on what was recorded. The others then join this connection.
//!
//! If none of them was recorded, the SYN ACK or the ports show which end is the server.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use socket_tap::event::{Packet, TcpFlags};
use socket_tap::format::Side;

use super::{Addresses, Connection, canonical};

/// Maximum number of connections whose packets are matched. The oldest is dropped first, whether it is open or not:
/// packets are exchanged even after both sockets are closed.
const MAX_FLOWS: usize = 16_384;

/// The most recent connection of each pair of addresses.
#[derive(Debug, Default)]
pub(super) struct Flows {
    by_addresses: HashMap<Addresses, Flow>,
    /// Numbers of the connections, oldest first.
    order: VecDeque<(Addresses, u64)>,
}

#[derive(Debug)]
struct Flow {
    connection: Arc<Connection>,
    /// Sequence number of the client's SYN.
    syn: Option<u32>,
    has_client: bool,
    has_server: bool,
}

impl Flow {
    fn socket(&mut self, side: Side) -> &mut bool {
        if side == Side::Server { &mut self.has_server } else { &mut self.has_client }
    }
}

impl Flows {
    /// Returns the number of a connection whose packets or other end are known, but not yet its socket on `side`.
    /// Further sockets on this side belong to other connections.
    pub(super) fn join(&mut self, addresses: Addresses, side: Side) -> Option<u64> {
        let flow = self.by_addresses.get_mut(&addresses)?;
        let has_socket = std::mem::replace(flow.socket(side), true);
        (!has_socket).then_some(flow.connection.number)
    }

    /// Begins a connection with its socket on `side`.
    pub(super) fn begin(&mut self, addresses: Addresses, number: u64, side: Side) {
        *self.insert(addresses, number).socket(side) = true;
    }

    /// Returns the connection of a packet. `None` if its beginning was not recorded. `next_number` returns the number
    /// of a connection that begins with this packet.
    pub(super) fn observe(
        &mut self,
        packet: &Packet,
        next_number: impl FnOnce() -> u64,
    ) -> Option<Arc<Connection>> {
        let (from, to) = (canonical(&packet.from)?, canonical(&packet.to)?);
        let segment = packet.segment.as_ref();
        let syn = segment.filter(|segment| {
            segment.flags.contains(TcpFlags::SYN) && !segment.flags.contains(TcpFlags::ACK)
        });
        if let Some(seq) = syn.map(|segment| segment.seq) {
            let known = self.by_addresses.get_mut(&(from, to));
            let flow = match known.filter(|flow| flow.syn.is_none_or(|known| known == seq)) {
                Some(flow) => flow,
                // The SYN of a new connection between the same addresses.
                None => self.insert((from, to), next_number()),
            };
            flow.syn = Some(seq);
            return Some(Arc::clone(&flow.connection));
        }
        let known = self.by_addresses.get(&(from, to)).or_else(|| self.by_addresses.get(&(to, from)));
        if let Some(flow) = known {
            return Some(Arc::clone(&flow.connection));
        }
        let addresses = match server(segment?.flags, from, to)? {
            End::Sender => (to, from),
            End::Receiver => (from, to),
        };
        Some(Arc::clone(&self.insert(addresses, next_number()).connection))
    }

    fn insert(&mut self, addresses: Addresses, number: u64) -> &mut Flow {
        if self.order.len() >= MAX_FLOWS
            && let Some((oldest, number)) = self.order.pop_front()
            && self.by_addresses.get(&oldest).is_some_and(|flow| flow.connection.number == number)
        {
            self.by_addresses.remove(&oldest);
        }
        self.order.push_back((addresses, number));
        let (client, server) = addresses;
        // Ports showed the wrong direction, or the ends have changed their roles.
        self.by_addresses.remove(&(server, client));
        let connection = Connection {
            number,
            side: Side::Wire,
            local: Some(client.into()),
            peer: Some(server.into()),
            other: None,
        };
        let flow = Flow { connection: Arc::new(connection), syn: None, has_client: false, has_server: false };
        self.by_addresses.entry(addresses).insert_entry(flow).into_mut()
    }
}

/// An end of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Sender,
    Receiver,
}

/// Returns the end of a TCP packet that is the server, if its flags or the ports show it.
///
/// A kernel gives clients ports from 32768 on: Linux by default, other systems from 49152 on (RFC 6335, section 6). Servers have
/// the ports that their owners choose, which are lower. Two lower or two higher ports show nothing.
fn server(flags: TcpFlags, from: SocketAddr, to: SocketAddr) -> Option<End> {
    const FIRST_OF_CLIENTS: u16 = 32_768;
    if flags.contains(TcpFlags::SYN | TcpFlags::ACK) {
        return Some(End::Sender);
    }
    match (from.port() < FIRST_OF_CLIENTS, to.port() < FIRST_OF_CLIENTS) {
        (true, false) => Some(End::Sender),
        (false, true) => Some(End::Receiver),
        _ => None,
    }
}

#[cfg(test)]
#[path = "flows_tests.rs"]
mod tests;

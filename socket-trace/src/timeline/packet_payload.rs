//! Dissects the payload of TCP packets, as their receivers read it.
//!
//! It serves a recording of packets that is read without those of sockets. A packet gets the parts that it completes: those of its own
//! payload, or also those of later segments that came before it.

mod reassembly;

use std::collections::HashMap;

use socket_dissect::{Call, Detail, Dissector, Part};
use socket_tap::event::{Event, Fate, Op, Packet, SockId, TcpFlags, Transfer};

use super::connections::{Connection, is_same};
use reassembly::{Chunk, Reassembly, Segment};

/// Maximum number of connections that are dissected. The least recently used one is dropped first.
const MAX_CONNECTIONS: usize = 1_024;

/// Maximum number of bytes of an IP packet whose lengths are trusted. The largest ones, which a network card splits, have 512 KiB.
const MAX_PACKET: u64 = 1 << 20;

/// Dissects the packets of connections. Packets must be passed in the order of their time.
#[derive(Debug)]
pub(super) struct PacketPayload {
    /// Dissects the streams as a server reads and writes them. The number of a socket is that of its connection.
    dissector: Dissector,
    connections: HashMap<SockId, Streams>,
    /// Number of all packets.
    observed: u64,
}

/// The two directions of a connection.
#[derive(Debug, Default)]
struct Streams {
    to_server: Reassembly,
    to_client: Reassembly,
    /// Number of its last packet among all.
    last: u64,
    /// The sequence numbers of the FINs: to the server, to the client.
    ends: [Option<u32>; 2],
}

impl Streams {
    /// Returns `true` once both directions have ended with a FIN. Bytes before it that are missing may still follow, unless
    /// the receiver has acknowledged the FIN.
    fn have_ended(&self) -> bool {
        let [to_server, to_client] = self.ends;
        let has_ended = |end: Option<u32>, bytes: &Reassembly| {
            end.is_some_and(|end| bytes.is_complete(end) || bytes.is_acknowledged(end))
        };
        has_ended(to_server, &self.to_server) && has_ended(to_client, &self.to_client)
    }
}

/// A call of the server's program that packets show, with the dissected parts of its data.
#[derive(Debug)]
pub(super) struct PacketCall {
    /// The call. The number of its socket is that of the connection.
    pub(super) event: Event,
    pub(super) parts: Vec<Part>,
    /// The API calls that ended with it.
    pub(super) ended: Vec<Call>,
}

impl PacketPayload {
    /// Returns a state without connections. `dissector` is one for the recording of a server.
    pub(super) fn new(dissector: Dissector) -> Self {
        Self { dissector, connections: HashMap::new(), observed: 0 }
    }

    /// Sets how much of each message the parts contain.
    pub(super) fn with_detail(self, detail: Detail) -> Self {
        Self { dissector: self.dissector.with_detail(detail), ..self }
    }

    /// Dissects the bytes that the packet at the time `t` completes. Returns the calls with which the server's program reads,
    /// writes and closes.
    pub(super) fn observe(&mut self, connection: &Connection, packet: &Packet, t: u64) -> Vec<PacketCall> {
        let is_lost = matches!(packet.fate, Some(Fate::Dropped | Fate::Duplicated));
        let (Some(header), Some(sock)) = (&packet.segment, SockId::new(connection.number)) else {
            return Vec::new();
        };
        if is_lost {
            return Vec::new();
        }
        let has = |flag| header.flags.contains(flag);
        let is_to_server = connection.local.as_ref().is_some_and(|client| is_same(&packet.from, client));
        self.observed += 1;
        let streams = self.connections.entry(sock).or_default();
        streams.last = self.observed;
        let (own, other) = if is_to_server {
            (&mut streams.to_server, &mut streams.to_client)
        } else {
            (&mut streams.to_client, &mut streams.to_server)
        };
        let mut events = Vec::new();
        // A SYN with another number begins another connection, so this one is the first or a repetition.
        if has(TcpFlags::SYN) && !own.has_begun() {
            own.begin(header.seq.wrapping_add(1));
            if is_to_server {
                events.push(Op::accept(sock));
            }
        }
        if let Some(ack) = header.ack {
            events.extend(other.acknowledge(ack).into_iter().map(|chunk| transfer(!is_to_server, chunk)));
        }
        if let Some(segment) = payload(packet, header.seq.wrapping_add(u32::from(has(TcpFlags::SYN)))) {
            events.extend(own.add(segment).into_iter().map(|chunk| transfer(is_to_server, chunk)));
        }
        let end = header.seq.wrapping_add(u32::try_from(packet.bytes).unwrap_or(0));
        if has(TcpFlags::FIN) && !is_to_server && own.is_complete(end) {
            events.push(Op::Shutdown);
        }
        if has(TcpFlags::FIN) {
            let [to_server, to_client] = &mut streams.ends;
            *(if is_to_server { to_server } else { to_client }) = Some(end);
        }
        if has(TcpFlags::RST) || streams.have_ended() {
            streams.ends = [None; 2];
            events.push(Op::Close(Box::default()));
        }
        let mut calls: Vec<_> =
            events.into_iter().map(|op| self.call(Event::new(t, Some(sock), op))).collect();
        calls.extend(self.drop_least_recent(t));
        calls
    }

    fn call(&mut self, event: Event) -> PacketCall {
        let parts = self.dissector.observe(&event);
        PacketCall { event, parts, ended: self.dissector.take_finished() }
    }

    fn drop_least_recent(&mut self, t: u64) -> Option<PacketCall> {
        if self.connections.len() <= MAX_CONNECTIONS {
            return None;
        }
        let (sock, _) = self.connections.iter().min_by_key(|(_, streams)| streams.last)?;
        let sock = *sock;
        self.connections.remove(&sock);
        Some(self.call(Event::new(t, Some(sock), Op::Close(Box::default()))))
    }
}

/// Returns the read or write of a server that moves the bytes.
fn transfer(is_to_server: bool, (length, data): Chunk) -> Op {
    let transfer = Transfer::new(length.into()).with_data(data);
    if is_to_server { Op::Read(transfer) } else { Op::Write(transfer) }
}

/// Returns the payload of a packet, whose first byte has the sequence number `seq`. `None` if it has none.
fn payload(packet: &Packet, seq: u32) -> Option<Segment> {
    let data = packet.data.as_deref()?;
    let headers = usize::try_from(packet.length.checked_sub(packet.bytes)?).ok()?;
    let length =
        u32::try_from(packet.bytes).ok().filter(|bytes| *bytes > 0 && packet.length <= MAX_PACKET)?;
    let data = data.get(headers..).unwrap_or_default();
    let data = data.get(..length as usize).unwrap_or(data);
    Some(Segment { seq, length, data: data.into() })
}

#[cfg(test)]
#[path = "packet_payload_tests.rs"]
mod tests;

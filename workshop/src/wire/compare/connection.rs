//! A TCP connection in the recording: where the bytes of a call were at which time.

use std::collections::HashMap;
use std::net::SocketAddr;

use socket_tap::event::Op;
use socket_tap::format::Side;

use super::stream::{Readable, Stream, initial};
use crate::wire::reading::recording::{Exchange, SeenPacket, SocketCall, StepRecording};

/// A TCP connection.
#[derive(Debug)]
pub struct Connection<'a> {
    to_server: Stream<'a>,
    to_client: Stream<'a>,
    /// The client's writes.
    requests: Vec<Write>,
    /// The server's writes.
    responses: Vec<Write>,
    /// The calls, as the server saw them.
    served: Vec<Exchange>,
    /// Time of the first SYN.
    pub opened: u64,
    /// Time at which the first SYN ACK arrived.
    pub established: Option<u64>,
    /// `true` if the SYN or the SYN ACK was sent again.
    pub has_repeated_syn: bool,
}

/// A write of one end.
#[derive(Clone, Copy, Debug)]
struct Write {
    at: u64,
    /// Number of the first byte in its stream.
    start: u64,
    /// Number after the last byte.
    end: u64,
}

/// The way of a request or a response.
#[derive(Clone, Copy, Debug)]
pub struct Transit<'a> {
    /// Number of its first byte in the stream.
    pub start: u64,
    /// Time at which its last byte was sent for the first time.
    pub sent: u64,
    /// The arrival after which the receiver could read all of it.
    pub readable: Readable<'a>,
    /// `true` if that packet had been reported lost before.
    pub was_reported_lost: bool,
}

/// The TCP connections of a step, by the addresses of their clients, in the order in which they were opened. A client can
/// use an address again after its connection has ended.
#[derive(Debug)]
pub struct Connections<'a>(HashMap<SocketAddr, Vec<Connection<'a>>>);

impl<'a> Connections<'a> {
    /// Returns the connection of a request and its response, as the client saw them.
    #[must_use]
    pub fn of(&self, exchange: &Exchange) -> Option<&Connection<'a>> {
        let connections = self.0.get(&exchange.client?)?;
        let later = connections.partition_point(|connection| connection.opened <= exchange.began);
        connections.get(later.saturating_sub(1))
    }
}

/// Reads the TCP connections of a step. Those whose handshake is not recorded are omitted.
#[must_use]
pub fn connections(recording: &StepRecording) -> Connections<'_> {
    let sent = recording.packets.iter().filter(|packet| !packet.is_copy);
    let packets = by_client(sent, |packet| Some(packet.client));
    let mut calls = by_client(recording.calls.iter().filter(|call| !call.is_error), |call| call.client);
    let mut served = by_client(recording.served.iter(), |exchange| exchange.client);
    let mut connections = HashMap::new();
    for (client, packets) in packets {
        let calls = calls.remove(&client).unwrap_or_default();
        let served = served.remove(&client).unwrap_or_default();
        connections.insert(client, split(&packets, &calls, &served));
    }
    Connections(connections)
}

/// Divides what one client address did into connections. Each begins with a SYN whose sequence number is not that of the SYN
/// before.
fn split<'a>(packets: &[&'a SeenPacket], calls: &[&SocketCall], served: &[&Exchange]) -> Vec<Connection<'a>> {
    let syns = packets.iter().enumerate().filter(|(_, packet)| packet.to_server);
    let mut syns: Vec<(usize, u32)> =
        syns.filter_map(|(index, packet)| Some((index, initial(packet)?))).collect();
    syns.dedup_by_key(|(_, number)| *number);
    let begin = |of: usize| syns.get(of).map(|(index, _)| *index);
    let opened = |of: usize| Some(packets.get(begin(of)?)?.sent);
    let connection = |of: usize| {
        let packets = packets.get(begin(of)?..begin(of + 1).unwrap_or(packets.len()))?;
        // The first connection also has what seems to precede it.
        let (from, to) = (opened(of).filter(|_| of > 0).unwrap_or(0), opened(of + 1).unwrap_or(u64::MAX));
        let calls: Vec<_> =
            calls.iter().copied().filter(|call| (from..to).contains(&call.returned)).collect();
        let served: Vec<_> =
            served.iter().copied().filter(|served| (from..to).contains(&served.began)).collect();
        Connection::of(packets, &calls, &served)
    };
    (0..syns.len()).filter_map(connection).collect()
}

fn by_client<'a, T>(
    all: impl Iterator<Item = &'a T>,
    client: impl Fn(&T) -> Option<SocketAddr>,
) -> HashMap<SocketAddr, Vec<&'a T>> {
    let mut groups: HashMap<SocketAddr, Vec<&T>> = HashMap::new();
    for item in all {
        if let Some(client) = client(item) {
            groups.entry(client).or_default().push(item);
        }
    }
    groups
}

impl<'a> Connection<'a> {
    fn of(packets: &[&'a SeenPacket], calls: &[&SocketCall], served: &[&Exchange]) -> Option<Self> {
        let syns = || packets.iter().filter(|packet| initial(packet).is_some());
        Some(Self {
            to_server: Stream::of(packets, true)?,
            to_client: Stream::of(packets, false)?,
            requests: writes(calls, Side::Client),
            responses: writes(calls, Side::Server),
            served: served.iter().copied().copied().collect(),
            opened: syns().map(|packet| packet.sent).min()?,
            established: syns().filter(|packet| !packet.to_server).filter_map(|packet| packet.arrived).min(),
            has_repeated_syn: syns().any(|packet| packet.is_retransmission),
        })
    }

    /// Returns the way of a request, whose first write the client made when the call began.
    #[must_use]
    pub fn request(&self, exchange: &Exchange) -> Option<Transit<'a>> {
        let first = self.requests.iter().position(|write| write.at == exchange.began)?;
        let last = first + usize::try_from(exchange.writes).ok()?.checked_sub(1)?;
        transit(&self.to_server, self.requests.get(first)?.start, self.requests.get(last)?.end)
    }

    /// Returns a call as the server saw it.
    #[must_use]
    pub fn served(&self, exchange: &Exchange) -> Option<&Exchange> {
        self.served.iter().find(|served| served.number == exchange.number)
    }

    /// Returns the way of a response, whose last write the server made when the call ended.
    #[must_use]
    pub fn response(&self, served: &Exchange) -> Option<Transit<'a>> {
        let last = self.responses.iter().position(|write| write.at == served.ended)?;
        let first = (last + 1).checked_sub(usize::try_from(served.writes).ok()?)?;
        transit(&self.to_client, self.responses.get(first)?.start, self.responses.get(last)?.end)
    }
}

fn transit<'a>(stream: &Stream<'a>, start: u64, end: u64) -> Option<Transit<'a>> {
    let (sent, readable) = (stream.sent(end)?, stream.readable(end)?);
    Some(Transit { start, sent, readable, was_reported_lost: stream.was_reported_lost(readable.packet) })
}

/// Returns the writes of one end, with the numbers of their bytes.
fn writes(calls: &[&SocketCall], side: Side) -> Vec<Write> {
    let mut start = 0_u64;
    let written = calls.iter().filter(|call| call.side == side).filter_map(|call| match &call.op {
        Op::Write(transfer) => Some((call.returned, transfer.bytes)),
        _ => None,
    });
    let write = |(at, bytes)| {
        let end = start.saturating_add(bytes);
        Write { at, start: std::mem::replace(&mut start, end), end }
    };
    written.map(write).collect()
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;

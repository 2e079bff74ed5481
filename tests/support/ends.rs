//! Checks the recordings of a client and a server against each other: no event may precede its cause.

use std::collections::HashMap;
use std::path::Path;

use socket_tap::event::{Event, Op, SockId};
use socket_trace::reader::Trace;

/// Connections and datagrams of one recording, with the times of their socket calls.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// Connections by client address and server address.
    connections: HashMap<(String, String), End>,
    /// For the payload of each sent datagram: the time at which `sendto` was called.
    sent: HashMap<Box<[u8]>, u64>,
    /// For the payload of each received datagram: the time at which `recvfrom` returned.
    received: HashMap<Box<[u8]>, u64>,
}

/// One end of a connection. Times are nanoseconds of `CLOCK_MONOTONIC`.
#[derive(Debug, Default)]
struct End {
    /// Time at which `connect` was called; `None` for an accepted connection.
    began: Option<u64>,
    /// Time at which `connect` or `accept` returned.
    opened: u64,
    /// For each write: the time at which it was called, and the number of bytes written so far, including its
    /// own.
    writes: Vec<(u64, u64)>,
    /// For each read: the time at which it returned, and the number of bytes read so far, including its own.
    reads: Vec<(u64, u64)>,
    /// Time at which this end called `shutdown` or `close`, which sends its FIN.
    finished: Option<u64>,
    /// Time at which a read returned EOF, after the peer's FIN.
    peer_finished: Option<u64>,
}

/// Result of checking a client's recording against a server's: numbers of checked items, and violations.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) connections: u64,
    pub(crate) reads: u64,
    pub(crate) ends: u64,
    pub(crate) datagrams: u64,
    /// Descriptions of the events that precede their cause.
    pub(crate) violations: Vec<String>,
}

impl Recorded {
    /// Reads the connections and datagrams in a trace.
    pub(crate) fn open(path: &Path) -> Self {
        let mut trace = Trace::open(path).unwrap();
        let begin = trace.header().monotonic_ns;
        let (mut recorded, mut sockets, mut last) = (Self::default(), HashMap::new(), 0);
        while let Some(event) = trace.next_event().unwrap() {
            assert!(event.t >= last, "line {}: {} comes after {last}", trace.line(), event.t);
            last = event.t;
            recorded.observe(&mut sockets, begin, &event);
        }
        recorded
    }

    fn observe(&mut self, sockets: &mut HashMap<SockId, (String, String)>, begin: u64, event: &Event) {
        let (Some(sock), None, at) = (event.sock, &event.error, begin + event.t) else { return };
        let text = |address: &Option<socket_tap::event::Addr>| address.as_ref().unwrap().to_string();
        let opened = match &event.op {
            Op::Connect { local, peer, began, .. } => Some(((text(local), text(peer)), *began)),
            Op::Accept { local, peer, .. } => Some(((text(peer), text(local)), None)),
            Op::SendTo(datagram) => return insert_time(&mut self.sent, &datagram.data, at),
            Op::RecvFrom(datagram) => return insert_time(&mut self.received, &datagram.data, at),
            _ => None,
        };
        if let Some((addresses, began)) = opened {
            let end = End { began: began.map(|began| begin + began), opened: at, ..End::default() };
            // A port can be reused. The nth connection of an address pair at one end is the nth at the other.
            let mut connection = addresses;
            while self.connections.contains_key(&connection) {
                connection.0.push_str(", again");
            }
            self.connections.insert(connection.clone(), end);
            sockets.insert(sock, connection);
        } else if let Some(end) = sockets.get(&sock).and_then(|it| self.connections.get_mut(it)) {
            end.observe(at, &event.op);
        }
    }
}

fn insert_time(times: &mut HashMap<Box<[u8]>, u64>, data: &Option<Box<[u8]>>, at: u64) {
    let earlier = times.insert(data.clone().unwrap(), at);
    assert!(earlier.is_none(), "two datagrams have the same bytes");
}

impl End {
    fn observe(&mut self, at: u64, op: &Op) {
        let with = |transfers: &[(u64, u64)], bytes| transfers.last().map_or(0, |(_, sum)| *sum) + bytes;
        match op {
            Op::Read(transfer) if transfer.eof => _ = self.peer_finished.get_or_insert(at),
            Op::Read(transfer) => self.reads.push((at, with(&self.reads, transfer.bytes))),
            Op::Write(transfer) => self.writes.push((at, with(&self.writes, transfer.bytes))),
            Op::Shutdown | Op::Close(_) => _ = self.finished.get_or_insert(at),
            _ => {}
        }
    }
}

impl Checked {
    /// Checks that no event in either recording precedes its cause in the other.
    pub(crate) fn of(client: &Recorded, server: &Recorded) -> Self {
        let mut checked = Self::default();
        assert_eq!(client.connections.len(), server.connections.len());
        for (addresses, connected) in &client.connections {
            let accepted = &server.connections[addresses];
            let began = connected.began.unwrap();
            checked.connections += 1;
            checked.order("a connect returned before it was made", addresses, began, connected.opened);
            checked.order("accept precedes connect", addresses, began, accepted.opened);
            checked.direction(addresses, connected, accepted);
            checked.direction(addresses, accepted, connected);
        }
        for (from, to) in [(client, server), (server, client)] {
            for (data, received) in &to.received {
                checked.datagrams += 1;
                checked.order("recvfrom precedes sendto", data, from.sent[data], *received);
            }
        }
        checked
    }

    /// Checks the bytes and the FIN that one end sends to the other.
    fn direction(&mut self, addresses: &(String, String), from: &End, to: &End) {
        let mut writes = from.writes.iter();
        let mut write = (0, 0);
        for &(read_at, bytes) in &to.reads {
            self.reads += 1;
            // The write that contains the last byte of the read.
            while write.1 < bytes {
                write = *writes.next().unwrap();
            }
            self.order("read precedes write", addresses, write.0, read_at);
        }
        if let Some(peer_finished) = to.peer_finished {
            self.ends += 1;
            self.order("end of stream precedes FIN", addresses, from.finished.unwrap(), peer_finished);
        }
    }

    fn order(&mut self, claim: &str, of: &dyn std::fmt::Debug, cause: u64, effect: u64) {
        if effect < cause {
            self.violations.push(format!("{claim} by {} ns: {of:?}", cause - effect));
        }
    }
}

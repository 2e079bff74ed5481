//! Both ends of the same connections and datagrams, as two recordings have them, on the machine's clock.

use std::collections::HashMap;
use std::path::Path;

use socket_tap::event::{Event, Op, SockId};
use socket_trace::reader::Trace;

/// A recording.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// By the client's address and the server's.
    connections: HashMap<(String, String), End>,
    /// When a datagram of those bytes was sent and received.
    sent: HashMap<Box<[u8]>, u64>,
    received: HashMap<Box<[u8]>, u64>,
}

/// One end of a connection. Times are nanoseconds of `CLOCK_MONOTONIC`.
#[derive(Debug, Default)]
struct End {
    /// When the call that opened it was made, where that is recorded, and when it had returned.
    began: Option<u64>,
    opened: u64,
    /// Writes and reads: when, and how many bytes there were with it.
    writes: Vec<(u64, u64)>,
    reads: Vec<(u64, u64)>,
    /// When this end finished sending, and when it was told that the other had.
    finished: Option<u64>,
    told: Option<u64>,
}

/// What two recordings say of each other.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) connections: u64,
    pub(crate) reads: u64,
    pub(crate) ends: u64,
    pub(crate) datagrams: u64,
    /// Effects that are earlier than their causes.
    pub(crate) violations: Vec<String>,
}

impl Recorded {
    /// Reads a trace.
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
            Op::SendTo(datagram) => return note(&mut self.sent, &datagram.data, at),
            Op::RecvFrom(datagram) => return note(&mut self.received, &datagram.data, at),
            _ => None,
        };
        if let Some((addresses, began)) = opened {
            let end = End { began: began.map(|began| begin + began), opened: at, ..End::default() };
            // A port can be used again: the second connection of two addresses at one end is the second at the other.
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

fn note(times: &mut HashMap<Box<[u8]>, u64>, data: &Option<Box<[u8]>>, at: u64) {
    let earlier = times.insert(data.clone().unwrap(), at);
    assert!(earlier.is_none(), "two datagrams have the same bytes");
}

impl End {
    fn observe(&mut self, at: u64, op: &Op) {
        let with = |transfers: &[(u64, u64)], bytes| transfers.last().map_or(0, |(_, sum)| *sum) + bytes;
        match op {
            Op::Read(transfer) if transfer.eof => _ = self.told.get_or_insert(at),
            Op::Read(transfer) => self.reads.push((at, with(&self.reads, transfer.bytes))),
            Op::Write(transfer) => self.writes.push((at, with(&self.writes, transfer.bytes))),
            Op::Shutdown | Op::Close(_) => _ = self.finished.get_or_insert(at),
            _ => {}
        }
    }
}

impl Checked {
    /// Checks the recordings of both sides.
    pub(crate) fn of(client: &Recorded, server: &Recorded) -> Self {
        let mut checked = Self::default();
        assert_eq!(client.connections.len(), server.connections.len());
        for (addresses, connected) in &client.connections {
            let accepted = &server.connections[addresses];
            let began = connected.began.unwrap();
            checked.connections += 1;
            checked.order("a connect returned before it was made", addresses, began, connected.opened);
            checked.order("accept precedes connect", addresses, began, accepted.opened);
            checked.way(addresses, connected, accepted);
            checked.way(addresses, accepted, connected);
        }
        for (from, to) in [(client, server), (server, client)] {
            for (data, received) in &to.received {
                checked.datagrams += 1;
                checked.order("recvfrom precedes sendto", data, from.sent[data], *received);
            }
        }
        checked
    }

    /// What one end sends to the other.
    fn way(&mut self, addresses: &(String, String), from: &End, to: &End) {
        let mut writes = from.writes.iter();
        let mut write = (0, 0);
        for &(read_at, bytes) in &to.reads {
            self.reads += 1;
            // The write that the last byte of the read is of.
            while write.1 < bytes {
                write = *writes.next().unwrap();
            }
            self.order("read precedes write", addresses, write.0, read_at);
        }
        if let Some(told) = to.told {
            self.ends += 1;
            self.order("end of stream precedes FIN", addresses, from.finished.unwrap(), told);
        }
    }

    fn order(&mut self, claim: &str, of: &dyn std::fmt::Debug, cause: u64, effect: u64) {
        if effect < cause {
            self.violations.push(format!("{claim} by {} ns: {of:?}", cause - effect));
        }
    }
}

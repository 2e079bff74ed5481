//! Dissects all connections of one recording.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use socket_tap::event::{Event, Gap, Op, SockId, SocketKind, Transfer};
use socket_tap::format::Side;

use super::call::Call;
use super::connection::{Connection, Shared};
use super::contracts::Contracts;
use super::detail::Detail;
use super::http1::HeadCache;
use super::part::Part;
use super::tls::Expansion;

/// Maximum capacity of a vector of parts that is used again. A caller may hold the vectors of thousands of events, and each
/// would otherwise keep the memory of the largest event it was ever used for.
const MAX_SPARE: usize = 4;

/// Dissects the reads and writes of one recording.
///
/// Pass every event in order to [`observe`](Self::observe). The memory that a dissector needs depends on the
/// number of open connections, not on the length of the recording.
#[derive(Debug)]
pub struct Dissector {
    side: Side,
    connections: HashMap<SockId, Connection>,
    shared: Shared,
}

impl Dissector {
    /// Returns a dissector for a recording made by `side`, the client or the server. Fields of gRPC messages
    /// are shown by number.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self::with_contracts(side, Contracts::default())
    }

    /// Returns a dissector that decodes gRPC messages with the given contracts.
    #[must_use]
    pub fn with_contracts(side: Side, contracts: Contracts) -> Self {
        let shared = Shared { contracts, ..Shared::default() };
        Self { side, connections: HashMap::new(), shared }
    }

    /// Sets how much of each message the parts contain.
    #[must_use]
    pub fn with_detail(mut self, detail: Detail) -> Self {
        self.shared.detail = detail;
        // Cached heads list the fields of the previous detail.
        self.shared.heads = HeadCache::default();
        self
    }

    /// Dissects the bytes that the event read or wrote into protocol parts, in order. Returns no parts for an
    /// event that transferred no bytes.
    pub fn observe(&mut self, event: &Event) -> Vec<Part> {
        if event.error.is_some() {
            return Vec::new();
        }
        if let Op::Gap(gap) = &event.op {
            self.gap(gap);
        }
        let Some(sock) = event.sock else { return Vec::new() };
        match &event.op {
            Op::Accept { .. } => self.open(sock, Side::Server),
            Op::Connect { .. } => self.open(sock, Side::Client),
            Op::Adopt { kind, on, .. } if *kind == SocketKind::Stream => {
                let below = on.and_then(|below| self.connections.get(&below));
                self.open(sock, below.map_or(self.side, Connection::side));
            }
            Op::Read(transfer) => return self.transfer((sock, event.t), transfer, Connection::read),
            Op::Write(transfer) => return self.transfer((sock, event.t), transfer, Connection::write),
            Op::Close(_) | Op::Release(_) => self.close(sock),
            _ => {}
        }
        Vec::new()
    }

    /// Takes back a vector that [`observe`](Self::observe) has returned, so that the next call can use its memory. Optional: it
    /// saves an allocation. A vector with room for more than a few parts is freed.
    pub fn reuse(&mut self, mut parts: Vec<Part>) {
        parts.clear();
        if (1..=MAX_SPARE).contains(&parts.capacity()) {
            self.shared.spare = parts;
        }
    }

    /// Returns the operation of an open API call, such as `GET /v1/books/1`. Later bytes may replace it with
    /// a more precise one. `None` if no call with this number is open.
    pub fn operation(&self, sock: SockId, call: u64) -> Option<&str> {
        self.connections.get(&sock)?.operation(call)
    }

    /// Returns the value of the first `User-Agent` field on an open connection. `None` if none was read yet.
    #[must_use]
    pub fn user_agent(&self, sock: SockId) -> Option<&Arc<str>> {
        self.connections.get(&sock)?.user_agent()
    }

    /// Returns the number of bytes that TLS encryption adds to each record of the connection. `None` if it
    /// cannot be determined, e.g. before the `ServerHello`.
    pub fn expansion(&self, sock: SockId) -> Option<Expansion> {
        self.connections.get(&sock)?.expansion()
    }

    /// Removes and returns the API calls that have ended since this method was last used, in the order in
    /// which they ended.
    ///
    /// The close of a connection ends its calls. Ended calls stay in memory until this method removes them.
    pub fn take_finished(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.shared.finished)
    }

    /// Returns the API calls that are still open when the recording ends.
    #[must_use]
    pub fn into_open_calls(self) -> Vec<Call> {
        let mut open: Vec<Call> =
            self.connections.into_values().flat_map(Connection::into_open_calls).collect();
        open.sort_by_key(|call| (call.sock, call.number));
        open
    }

    fn open(&mut self, sock: SockId, side: Side) {
        // An invalid trace may open a number twice.
        self.close(sock);
        self.connections.insert(sock, Connection::new(sock, side, true));
    }

    fn transfer(
        &mut self,
        (sock, t): (SockId, u64),
        transfer: &Transfer,
        dissect: fn(&mut Connection, &Transfer, u64, &mut Shared) -> Vec<Part>,
    ) -> Vec<Part> {
        if transfer.bytes == 0 {
            return Vec::new();
        }
        // A connection whose opening is not in the recording is assumed to be on the recording's side.
        let connection =
            self.connections.entry(sock).or_insert_with(|| Connection::new(sock, self.side, false));
        dissect(connection, transfer, t, &mut self.shared)
    }

    fn gap(&mut self, gap: &Gap) {
        for connection in self.connections.values_mut() {
            connection.gap(gap.rx > 0, gap.tx > 0);
        }
    }

    fn close(&mut self, sock: SockId) {
        let open_calls = self.connections.remove(&sock).into_iter().flat_map(Connection::into_open_calls);
        self.shared.finished.extend(open_calls);
    }
}

//! Dissects the reads and writes of one connection.

use std::sync::Arc;

use socket_tap::event::{SockId, Transfer};
use socket_tap::format::Side;

use super::call::Call;
use super::context::Context;
use super::contracts::Contracts;
use super::data::TransferData;
use super::direction::{Direction, PerDirection};
use super::open_calls::OpenCalls;
use super::outcome::Outcome;
use super::part::Part;
use super::part_collector::PartCollector;
use super::protocol::Protocol;
use super::text::{HOLE, not_recorded};
use super::tls::Expansion;

/// A connection whose reads and writes are dissected.
#[derive(Debug)]
pub(super) struct Connection {
    /// Endpoint that recorded the connection: the client or the server.
    side: Side,
    protocol: Protocol,
    output: PerDirection<PartCollector>,
    /// For each direction, the reason why its bytes can no longer be dissected; `None` while they can.
    lost: PerDirection<Option<&'static str>>,
    calls: OpenCalls,
}

/// State that the connections of a recording share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) contracts: Contracts,
    /// Calls that have ended, but that `Dissector::take_finished` has not returned yet.
    pub(super) finished: Vec<Call>,
}

impl Connection {
    /// Returns a connection recorded by `side`. `from_beginning` is `true` if the recording contains the
    /// first byte of the connection.
    pub(super) fn new(sock: SockId, side: Side, from_beginning: bool) -> Self {
        Self {
            side,
            protocol: Protocol::Undecided { from_beginning },
            output: PerDirection::default(),
            lost: PerDirection::default(),
            calls: OpenCalls::new(sock),
        }
    }

    /// Returns the endpoint that recorded the connection: the client or the server.
    pub(super) fn side(&self) -> Side {
        self.side
    }

    /// Dissects the bytes of a read into protocol parts.
    pub(super) fn read(&mut self, transfer: &Transfer, t: u64, shared: &mut Shared) -> Vec<Part> {
        self.dissect(Direction::of_reads_on(self.side), transfer, t, shared)
    }

    /// Dissects the bytes of a write into protocol parts.
    pub(super) fn write(&mut self, transfer: &Transfer, t: u64, shared: &mut Shared) -> Vec<Part> {
        self.dissect(Direction::of_reads_on(self.side).opposite(), transfer, t, shared)
    }

    /// Stops dissecting a direction in which the recorder dropped events, because it is unknown where the
    /// next frame or message begins. `reads` is `true` if it dropped reads, and `writes` if it dropped
    /// writes.
    pub(super) fn gap(&mut self, reads: bool, writes: bool) {
        let direction = Direction::of_reads_on(self.side);
        for (dropped, direction) in [(reads, direction), (writes, direction.opposite())] {
            if dropped {
                self.lost.get_mut(direction).get_or_insert("follows a gap in the recording");
            }
        }
    }

    /// Returns the operation of an open API call, such as `GET /v1/books/1`. Later bytes may replace it with
    /// a more precise one. `None` if no call with this number is open.
    pub(super) fn operation(&self, call: u64) -> Option<&str> {
        self.calls.operation(call)
    }

    /// Returns the value of the first `User-Agent` field on the connection.
    pub(super) fn user_agent(&self) -> Option<&Arc<str>> {
        self.calls.user_agent()
    }

    /// Returns the number of bytes that TLS encryption adds to each record. `None` if it cannot be
    /// determined, e.g. before the `ServerHello`.
    pub(super) fn expansion(&self) -> Option<Expansion> {
        self.protocol.expansion()
    }

    /// Returns the API calls that are still open when the connection ends.
    pub(super) fn into_open_calls(self) -> impl Iterator<Item = Call> {
        self.calls.into_calls()
    }

    fn dissect(
        &mut self,
        direction: Direction,
        transfer: &Transfer,
        t: u64,
        shared: &mut Shared,
    ) -> Vec<Part> {
        let mut data = TransferData::new(transfer.data.as_deref().unwrap_or_default(), transfer.bytes);
        if *self.lost.get(direction) == Some(HOLE) {
            self.resume(direction, data.recorded(), t, shared);
        }
        while !data.is_empty() {
            let outcome = match self.lost.get(direction) {
                Some(reason) => Outcome::Lost(reason),
                None => self.step(direction, &mut data, t, &shared.contracts),
            };
            match outcome {
                Outcome::Done => {}
                Outcome::Switch(next) => self.protocol = next.into(),
                Outcome::Lost(reason) => {
                    let text = match (&transfer.data, self.lost.get_mut(direction).replace(reason)) {
                        // The reason is obvious if the recording has no payload at all.
                        (None, _) => String::new(),
                        (_, None) if reason == HOLE => not_recorded(data.missing()),
                        _ => reason.to_owned(),
                    };
                    self.output.get_mut(direction).unknown(data.take_all(), text);
                }
            }
        }
        let mut parts = self.output.get_mut(direction).take();
        self.calls.account(direction, &mut parts, t, &mut shared.finished);
        parts
    }

    fn step(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        t: u64,
        contracts: &Contracts,
    ) -> Outcome {
        let (protocol, mut context) = self.split(direction, t, contracts);
        protocol.dissect(data, &mut context)
    }

    /// Resumes the dissection of a direction after bytes that were not recorded, if `bytes` look like the
    /// beginning of a message or frame.
    fn resume(&mut self, direction: Direction, bytes: &[u8], t: u64, shared: &Shared) {
        let (protocol, mut context) = self.split(direction, t, &shared.contracts);
        if protocol.resume(bytes, &mut context) {
            *self.lost.get_mut(direction) = None;
        }
    }

    fn split<'a>(
        &'a mut self,
        direction: Direction,
        t: u64,
        contracts: &'a Contracts,
    ) -> (&'a mut Protocol, Context<'a>) {
        let opposite_lost = self.lost.get(direction.opposite()).is_some();
        let output = self.output.get_mut(direction);
        let context = Context { direction, output, calls: &mut self.calls, contracts, t, opposite_lost };
        (&mut self.protocol, context)
    }
}

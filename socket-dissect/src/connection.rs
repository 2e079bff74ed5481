//! One connection, and what each of its reads and writes carried.

use socket_tap::event::{SockId, Transfer};
use socket_tap::format::Side;

use super::call::Call;
use super::calls::Calls;
use super::chunk::Chunk;
use super::contracts::Contracts;
use super::output::Output;
use super::part::Part;
use super::protocol::{Context, Outcome, Protocol};
use super::text::{HOLE, not_recorded};
use super::tls::Expansion;
use super::way::{Way, Ways};

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    /// Which side of it recorded.
    side: Side,
    protocol: Protocol,
    output: Ways<Output>,
    /// Why nothing more is known of a direction.
    lost: Ways<Option<&'static str>>,
    calls: Calls,
}

/// What the connections of a recording share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) contracts: Contracts,
    /// The calls that have ended and were not asked for.
    pub(super) finished: Vec<Call>,
}

impl Connection {
    /// As that side recorded it; `whole` when the recording has it from its beginning.
    pub(super) fn new(sock: SockId, side: Side, whole: bool) -> Self {
        Self {
            side,
            protocol: Protocol::Undecided { whole },
            output: Ways::default(),
            lost: Ways::default(),
            calls: Calls::new(sock),
        }
    }

    /// Which side of it recorded.
    pub(super) fn side(&self) -> Side {
        self.side
    }

    /// What a read carried.
    pub(super) fn read(&mut self, transfer: &Transfer, t: u64, shared: &mut Shared) -> Vec<Part> {
        self.carry(Way::of_read(self.side), transfer, t, shared)
    }

    /// What a write carried.
    pub(super) fn write(&mut self, transfer: &Transfer, t: u64, shared: &mut Shared) -> Vec<Part> {
        self.carry(Way::of_read(self.side).back(), transfer, t, shared)
    }

    /// Reads or writes are missing in the recording: where a unit begins is no longer known.
    pub(super) fn gap(&mut self, reads: bool, writes: bool) {
        let way = Way::of_read(self.side);
        for (missing, way) in [(reads, way), (writes, way.back())] {
            if missing {
                self.lost.get_mut(way).get_or_insert("after a gap in the recording");
            }
        }
    }

    /// What an open call calls, as far as it is known.
    pub(super) fn operation(&self, call: u64) -> Option<&str> {
        self.calls.operation(call)
    }

    /// What an encrypted record has besides its data, when it is known.
    pub(super) fn expansion(&self) -> Option<Expansion> {
        self.protocol.expansion()
    }

    /// The calls that its end leaves without theirs.
    pub(super) fn into_open(self) -> impl Iterator<Item = Call> {
        self.calls.into_open()
    }

    fn carry(&mut self, way: Way, transfer: &Transfer, t: u64, shared: &mut Shared) -> Vec<Part> {
        let mut chunk = Chunk::new(transfer.data.as_deref().unwrap_or_default(), transfer.bytes);
        if *self.lost.get(way) == Some(HOLE) {
            self.resume(way, chunk.bytes(), t, shared);
        }
        while !chunk.is_empty() {
            let outcome = match self.lost.get(way) {
                Some(why) => Outcome::Lost(why),
                None => self.step(way, &mut chunk, t, &shared.contracts),
            };
            match outcome {
                Outcome::Done => {}
                Outcome::Switch(protocol) => self.protocol = protocol,
                Outcome::Lost(why) => {
                    let text = match (&transfer.data, self.lost.get_mut(way).replace(why)) {
                        // Without any payload there is nothing that could be told.
                        (None, _) => String::new(),
                        (_, None) if why == HOLE => not_recorded(chunk.missing()),
                        _ => why.to_owned(),
                    };
                    self.output.get_mut(way).unknown(chunk.take_all(), text);
                }
            }
        }
        let mut parts = self.output.get_mut(way).take();
        self.calls.charge(way, &mut parts, t, &mut shared.finished);
        parts
    }

    fn step(&mut self, way: Way, chunk: &mut Chunk<'_>, t: u64, contracts: &Contracts) -> Outcome {
        let (protocol, mut context) = self.split(way, t, contracts);
        protocol.carry(way, chunk, &mut context)
    }

    /// A direction that was lost in a hole is found again where a transfer begins as a message does.
    fn resume(&mut self, way: Way, bytes: &[u8], t: u64, shared: &Shared) {
        let (protocol, mut context) = self.split(way, t, &shared.contracts);
        if protocol.resume(way, bytes, &mut context) {
            *self.lost.get_mut(way) = None;
        }
    }

    fn split<'a>(
        &'a mut self,
        way: Way,
        t: u64,
        contracts: &'a Contracts,
    ) -> (&'a mut Protocol, Context<'a>) {
        let back_is_lost = self.lost.get(way.back()).is_some();
        let output = self.output.get_mut(way);
        (&mut self.protocol, Context { output, calls: &mut self.calls, contracts, t, back_is_lost })
    }
}

//! One connection: which protocol it speaks, and what each of its reads and writes carried.

use socket_tap::event::{SockId, Transfer};
use socket_tap::format::Side;

use super::call::Call;
use super::calls::Calls;
use super::chunk::Chunk;
use super::contracts::Contracts;
use super::detect::{Detected, Detector};
use super::http1::Http1;
use super::http2::Http2;
use super::output::Output;
use super::part::Part;
use super::text::{HOLE, not_recorded};
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

/// What a connection speaks.
#[derive(Debug)]
pub(super) enum Protocol {
    /// That is not known yet.
    Undecided(Detector),
    Http1(Box<Http1>),
    Http2(Box<Http2>),
    /// None of ours; what is known of it.
    Other(&'static str),
}

/// What the connections of a recording share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) contracts: Contracts,
    /// The calls that have ended and were not asked for.
    pub(super) finished: Vec<Call>,
}

/// What a protocol needs to say what bytes are.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) output: &'a mut Output,
    pub(super) calls: &'a mut Calls,
    pub(super) contracts: &'a Contracts,
    /// When the transfer ended.
    pub(super) t: u64,
    /// Nothing more is known of the other direction.
    pub(super) back_is_lost: bool,
}

/// What came of looking at bytes.
#[derive(Debug)]
pub(super) enum Outcome {
    /// All of them are told.
    Done,
    /// What follows, in both directions, is another protocol.
    Switch(Protocol),
    /// What follows in this direction cannot be told, and why.
    Lost(&'static str),
}

impl Connection {
    pub(super) fn new(sock: SockId, side: Side) -> Self {
        Self {
            side,
            protocol: Protocol::Undecided(Detector::default()),
            output: Ways::default(),
            lost: Ways::default(),
            calls: Calls::new(sock),
        }
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

    /// The calls that its end leaves without theirs.
    pub(super) fn into_open(self) -> impl Iterator<Item = Call> {
        self.calls.into_open()
    }

    fn carry(&mut self, way: Way, transfer: &Transfer, t: u64, shared: &mut Shared) -> Vec<Part> {
        let mut chunk = Chunk::new(transfer.data.as_deref().unwrap_or_default(), transfer.bytes);
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
        let parts = self.output.get_mut(way).take();
        self.calls.charge(way, &parts, t, &mut shared.finished);
        parts
    }

    fn step(&mut self, way: Way, chunk: &mut Chunk<'_>, t: u64, contracts: &Contracts) -> Outcome {
        let back_is_lost = self.lost.get(way.back()).is_some();
        let output = self.output.get_mut(way);
        let mut context = Context { output, calls: &mut self.calls, contracts, t, back_is_lost };
        match &mut self.protocol {
            Protocol::Undecided(detector) => match detector.look(way, chunk) {
                Some(Detected::Http1) => Outcome::Switch(Protocol::Http1(Box::default())),
                Some(Detected::Http2) => Outcome::Switch(Protocol::Http2(Box::new(Http2::new()))),
                Some(Detected::Other(what)) => Outcome::Switch(Protocol::Other(what)),
                None => Outcome::Lost(HOLE),
            },
            Protocol::Http1(http1) => http1.carry(way, chunk, &mut context),
            Protocol::Http2(http2) => http2.carry(way, chunk, &mut context),
            Protocol::Other(what) => Outcome::Lost(what),
        }
    }
}

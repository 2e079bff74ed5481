//! One connection: which protocol it speaks, and what each of its reads and writes carried.

use socket_tap::event::{SockId, Transfer};
use socket_tap::format::Side;

use super::call::Call;
use super::calls::Calls;
use super::chunk::Chunk;
use super::detect::{Detected, Detector};
use super::http1::Http1;
use super::output::Output;
use super::part::Part;
use super::text::not_recorded;
use super::way::{Way, Ways};

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    /// Which side of it recorded.
    side: Side,
    protocol: Protocol,
    output: Ways<Output>,
    /// Why nothing more is known of a direction.
    lost: Ways<Option<String>>,
    calls: Calls,
}

/// What a connection speaks.
#[derive(Debug)]
pub(super) enum Protocol {
    /// That is not known yet.
    Undecided(Detector),
    Http1(Box<Http1>),
    /// None of ours; what is known of it.
    Other(&'static str),
}

/// What a protocol needs to say what bytes are.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) output: &'a mut Output,
    pub(super) calls: &'a mut Calls,
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
    Lost(String),
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
    pub(super) fn read(&mut self, transfer: &Transfer, t: u64, finished: &mut Vec<Call>) -> Vec<Part> {
        self.carry(Way::of_read(self.side), transfer, t, finished)
    }

    /// What a write carried.
    pub(super) fn write(&mut self, transfer: &Transfer, t: u64, finished: &mut Vec<Call>) -> Vec<Part> {
        self.carry(Way::of_read(self.side).back(), transfer, t, finished)
    }

    /// Reads or writes are missing in the recording: where a unit begins is no longer known.
    pub(super) fn gap(&mut self, reads: bool, writes: bool) {
        let way = Way::of_read(self.side);
        for (missing, way) in [(reads, way), (writes, way.back())] {
            if missing {
                self.lost.get_mut(way).get_or_insert_with(|| "after a gap in the recording".to_owned());
            }
        }
    }

    /// The calls that its end leaves without theirs.
    pub(super) fn into_open(self) -> impl Iterator<Item = Call> {
        self.calls.into_open()
    }

    fn carry(&mut self, way: Way, transfer: &Transfer, t: u64, finished: &mut Vec<Call>) -> Vec<Part> {
        let mut chunk = Chunk::new(transfer.data.as_deref().unwrap_or_default(), transfer.bytes);
        while !chunk.is_empty() {
            match self.lost.get(way) {
                Some(why) => {
                    // Without any payload there is nothing that could be told.
                    let why = if transfer.data.is_some() { why.clone() } else { String::new() };
                    self.output.get_mut(way).unknown(chunk.take_all(), why);
                }
                None => match self.step(way, &mut chunk, t) {
                    Outcome::Done => {}
                    Outcome::Switch(protocol) => self.protocol = protocol,
                    Outcome::Lost(why) => *self.lost.get_mut(way) = Some(why),
                },
            }
        }
        let parts = self.output.get_mut(way).take();
        self.calls.charge(way, &parts, t, finished);
        parts
    }

    fn step(&mut self, way: Way, chunk: &mut Chunk<'_>, t: u64) -> Outcome {
        let back_is_lost = self.lost.get(way.back()).is_some();
        let output = self.output.get_mut(way);
        let mut context = Context { output, calls: &mut self.calls, t, back_is_lost };
        match &mut self.protocol {
            Protocol::Undecided(detector) => match detector.look(way, chunk) {
                Some(Detected::Http1) => Outcome::Switch(Protocol::Http1(Box::default())),
                Some(Detected::Other(what)) => Outcome::Switch(Protocol::Other(what)),
                None => Outcome::Lost(not_recorded(chunk.missing())),
            },
            Protocol::Http1(http1) => http1.carry(way, chunk, &mut context),
            Protocol::Other(what) => Outcome::Lost((*what).to_owned()),
        }
    }
}

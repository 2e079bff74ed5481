//! What went through one socket in one direction.

use std::collections::VecDeque;

use socket_tap::event::{Event, Op};
use socket_tap::format::Side;

use socket_dissect::Part;

/// A map of more transfers, or of more parts, is read by nobody.
const MOST_PIECES: usize = 200;
const MOST_PARTS: usize = 1_000;

/// How many transfers before and after those of the call are at hand: one side may have read at once what the other
/// wrote piece by piece.
const MOST_AROUND: usize = 16;

/// A transfer.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// When, in nanoseconds on the time line.
    pub(super) at: u64,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) parts: Vec<Part>,
}

impl Piece {
    /// Whether it has bytes of that call.
    pub(super) fn has(&self, call: u64) -> bool {
        self.parts.iter().any(|part| part.call == Some(call))
    }
}

/// What one end of a connection sent or received.
#[derive(Debug)]
pub(super) struct Trail {
    pub(super) connection: u64,
    /// Which end.
    pub(super) side: Side,
    /// How many bytes so far.
    offset: u64,
    /// The transfers from the first of the call to the last, and those before.
    kept: Vec<Piece>,
    /// How many parts they have.
    parts: usize,
    /// Those after that have nothing of the call; before the call, the last ones.
    around: VecDeque<Piece>,
    /// How many of them there was no room for.
    skipped: u64,
}

impl Trail {
    pub(super) fn new(connection: u64, side: Side) -> Self {
        let (kept, around) = (Vec::new(), VecDeque::new());
        Self { connection, side, offset: 0, kept, parts: 0, around, skipped: 0 }
    }

    /// Returns how many transfers are left out for good.
    pub(super) fn add(&mut self, at: u64, bytes: u64, parts: Vec<Part>, is_of_call: bool) -> u64 {
        let from = self.offset;
        self.offset = self.offset.saturating_add(bytes);
        let piece = Piece { at, from, to: self.offset, parts };
        if is_of_call {
            return self.keep(piece);
        }
        // No part of it is of the call, so it is told without, if there are too many.
        let piece = if piece.parts.len() > MOST_PARTS { Piece { parts: Vec::new(), ..piece } } else { piece };
        if self.around.len() < MOST_AROUND {
            self.around.push_back(piece);
        } else if self.kept.is_empty() {
            self.around.pop_front();
            self.around.push_back(piece);
        } else {
            self.skipped += 1;
        }
        0
    }

    fn keep(&mut self, piece: Piece) -> u64 {
        let skipped = std::mem::take(&mut self.skipped);
        self.parts = self.parts.saturating_add(piece.parts.len());
        if self.kept.len() + self.around.len() >= MOST_PIECES || self.parts > MOST_PARTS {
            return skipped + 1;
        }
        self.kept.extend(self.around.drain(..));
        self.kept.push(piece);
        skipped
    }

    /// Also before it was known that this call is the one.
    pub(super) fn carries(&self, call: u64) -> bool {
        self.kept.iter().chain(&self.around).any(|piece| piece.has(call))
    }

    pub(super) fn pieces(self) -> Vec<Piece> {
        self.kept.into_iter().chain(self.around).collect()
    }
}

/// Where the bytes of a transfer went, and how many.
pub(super) fn moved(event: &Event, side: Side) -> Option<(Side, u64)> {
    let other = match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    };
    match &event.op {
        _ if event.error.is_some() => None,
        Op::Read(transfer) if transfer.bytes > 0 => Some((side, transfer.bytes)),
        Op::Write(transfer) if transfer.bytes > 0 => Some((other, transfer.bytes)),
        _ => None,
    }
}

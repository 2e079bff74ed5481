//! Reads or writes of one socket in one direction.

use std::collections::VecDeque;

use socket_tap::event::{Event, Op};
use socket_tap::format::Side;

use socket_dissect::Part;

/// Maximum number of reads or writes in a map. A larger map is unreadable.
const MAX_TRANSFERS: usize = 200;
/// Maximum number of dissected parts (ranges of bytes that belong to one protocol unit) in a map.
const MAX_PARTS: usize = 1_000;

/// Maximum number of reads or writes that are kept before the first one with bytes of the API call, and after
/// the last one. They are needed because the other end may divide the stream differently: one of its writes
/// may contain bytes of the API call and also bytes that this end read earlier.
const MAX_AROUND: usize = 16;

/// A read or write of the bytes at the offsets `from` to `to`, with the dissected parts of these bytes.
#[derive(Clone, Debug)]
pub(super) struct Transfer {
    /// Time of the read or write on the time line, in nanoseconds.
    pub(super) at: u64,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) parts: Vec<Part>,
}

impl Transfer {
    /// Returns `true` if the read or write transferred bytes of the API call `call`.
    pub(super) fn has(&self, call: u64) -> bool {
        self.parts.iter().any(|part| part.call == Some(call))
    }
}

/// The reads or writes of one end of a connection in one direction, as far as a map needs them.
#[derive(Debug)]
pub(super) struct TransferLog {
    pub(super) connection: u64,
    /// The end of the connection that made the reads or writes: client or server.
    pub(super) side: Side,
    /// Number of bytes transferred so far.
    offset: u64,
    /// Reads or writes from the first to the last one with bytes of the API call, and a few before the first.
    kept: Vec<Transfer>,
    /// Number of dissected parts of the reads or writes in `kept`.
    parts: usize,
    /// Before the API call begins, the latest reads or writes. Afterwards, those that follow the last one in
    /// `kept`. None of them has bytes of the API call.
    around: VecDeque<Transfer>,
    /// Number of reads or writes since the last one in `kept` that were dropped because `around` was full.
    skipped: u64,
}

impl TransferLog {
    pub(super) fn new(connection: u64, side: Side) -> Self {
        let (kept, around) = (Vec::new(), VecDeque::new());
        Self { connection, side, offset: 0, kept, parts: 0, around, skipped: 0 }
    }

    /// Adds a read or write. `is_of_call` is `true` if it transferred bytes of the selected API call. Returns
    /// how many more reads and writes the map now omits: 0 unless the map is full.
    pub(super) fn add(&mut self, at: u64, bytes: u64, parts: Vec<Part>, is_of_call: bool) -> u64 {
        let from = self.offset;
        self.offset = self.offset.saturating_add(bytes);
        let transfer = Transfer { at, from, to: self.offset, parts };
        if is_of_call {
            return self.keep(transfer);
        }
        // None of its parts belongs to the call, so they may be dropped.
        let transfer = match transfer.parts.len() > MAX_PARTS {
            true => Transfer { parts: Vec::new(), ..transfer },
            false => transfer,
        };
        if self.around.len() < MAX_AROUND {
            self.around.push_back(transfer);
        } else if self.kept.is_empty() {
            self.around.pop_front();
            self.around.push_back(transfer);
        } else {
            self.skipped += 1;
        }
        0
    }

    fn keep(&mut self, transfer: Transfer) -> u64 {
        let skipped = std::mem::take(&mut self.skipped);
        self.parts = self.parts.saturating_add(transfer.parts.len());
        if self.kept.len() + self.around.len() >= MAX_TRANSFERS || self.parts > MAX_PARTS {
            return skipped + 1;
        }
        self.kept.extend(self.around.drain(..));
        self.kept.push(transfer);
        skipped
    }

    /// Returns `true` if one of the kept reads or writes has bytes of the API call `call`, even if it was
    /// added before `call` was selected.
    pub(super) fn carries(&self, call: u64) -> bool {
        self.kept.iter().chain(&self.around).any(|transfer| transfer.has(call))
    }

    pub(super) fn transfers(self) -> Vec<Transfer> {
        self.kept.into_iter().chain(self.around).collect()
    }
}

/// Returns the side that receives the bytes of a read or write, and the number of these bytes. `side` is the
/// recorded side. `None` for other events.
pub(super) fn direction_and_bytes(event: &Event, side: Side) -> Option<(Side, u64)> {
    let other = side.other();
    match &event.op {
        _ if event.error.is_some() => None,
        Op::Read(transfer) if transfer.bytes > 0 => Some((side, transfer.bytes)),
        Op::Write(transfer) if transfer.bytes > 0 => Some((other, transfer.bytes)),
        _ => None,
    }
}

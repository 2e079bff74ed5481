//! The transfers of the call that is asked for, out of a whole recording.

use std::collections::{HashMap, VecDeque};

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::map::Map;
use super::stack;
use crate::dissect::{Class, Part};
use crate::reader::Error;
use crate::timeline::Recording;
use crate::timeline::connections::Socket;
use crate::timeline::seen::{Seen, Walk};

/// Which call. What is `None` is not asked; of several, the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// On this socket, as its recording numbers it.
    pub sock: Option<SockId>,
    /// The one with this number on its connection, from 0.
    pub call: Option<u64>,
    /// One that begins in this step.
    pub step: Option<String>,
}

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

/// The map of the call; `None` when there is none such.
///
/// # Errors
/// When a trace cannot be read.
pub fn collect(walk: &mut Walk, wanted: &Wanted) -> Result<Option<Map>, Error> {
    let mut collection = Collection { wanted, chosen: None, trails: HashMap::new(), more: 0 };
    while let Some(seen) = walk.next_seen()? {
        collection.observe(seen);
    }
    Ok(collection.finish(walk.timeline().recordings()))
}

struct Collection<'a> {
    wanted: &'a Wanted,
    chosen: Option<Chosen>,
    /// What went through the open sockets, and through those of the call.
    trails: HashMap<(Socket, Side), Trail>,
    more: u64,
}

struct Chosen {
    connection: u64,
    call: u64,
    operation: String,
    is_known: bool,
}

/// What one end of a connection sent or received.
#[derive(Debug)]
struct Trail {
    connection: u64,
    side: Side,
    /// How many bytes so far.
    offset: u64,
    /// The transfers from the first of the call to the last, and those around.
    kept: Vec<Piece>,
    /// How many parts they have.
    parts: usize,
    /// The last ones that have nothing of the call.
    around: VecDeque<Piece>,
}

/// The trail of one end in one direction, once the call is known.
pub(super) struct Carried {
    pub(super) side: Side,
    pub(super) to: Side,
    pub(super) pieces: Vec<Piece>,
}

impl Collection<'_> {
    fn observe(&mut self, seen: Seen) {
        let event = &seen.moment.event;
        let socket = Socket { recording: seen.moment.recording, sock: event.sock };
        let Some(connection) = seen.connection.clone() else { return };
        if let Some((to, bytes)) = moved(event, connection.side) {
            let call = self.call(&seen, connection.number, socket);
            let trail = self.trails.entry((socket, to)).or_insert_with(|| Trail {
                connection: connection.number,
                side: connection.side,
                offset: 0,
                kept: Vec::new(),
                parts: 0,
                around: VecDeque::new(),
            });
            self.more += trail.add(seen.moment.at, bytes, seen.carried, call);
        } else if matches!(event.op, Op::Close(_) | Op::Release(_)) {
            for to in [Side::Server, Side::Client] {
                if self.trails.get(&(socket, to)).is_some_and(|trail| trail.kept.is_empty()) {
                    self.trails.remove(&(socket, to));
                }
            }
        }
    }

    /// The number of the call, when the transfer carries some of it. The first that is as wanted is chosen.
    fn call(&mut self, seen: &Seen, connection: u64, socket: Socket) -> Option<u64> {
        if let Some(chosen) = &mut self.chosen {
            chosen.learn(connection, &seen.carried);
            let is_of_call = |part: &Part| part.call == Some(chosen.call);
            let carries = chosen.connection == connection && seen.carried.iter().any(is_of_call);
            return carries.then_some(chosen.call);
        }
        let Wanted { sock, call, step } = self.wanted;
        let is_there = sock.is_none_or(|sock| sock == socket.sock)
            && step.as_deref().is_none_or(|step| seen.step.as_deref() == Some(step));
        let is_wanted = |part: &&Part| part.call.is_some() && call.is_none_or(|call| part.call == Some(call));
        let first = seen.carried.iter().filter(|_| is_there).find(is_wanted)?;
        let call = first.call?;
        let mut chosen = Chosen { connection, call, operation: String::new(), is_known: false };
        chosen.learn(connection, &seen.carried);
        self.chosen = Some(chosen);
        Some(call)
    }

    fn finish(self, recordings: &[Recording]) -> Option<Map> {
        let Chosen { connection, call, operation, .. } = self.chosen?;
        let mut trails: Vec<((Socket, Side), Trail)> = self.trails.into_iter().collect();
        trails.retain(|(_, trail)| trail.connection == connection && !trail.kept.is_empty());
        trails
            .sort_by_key(|((socket, _), trail)| (trail.side != Side::Client, socket.recording, socket.sock));
        let mut ends: Vec<String> = (trails.iter())
            .filter_map(|((socket, _), _)| {
                let label = &recordings.get(socket.recording)?.label;
                Some(format!("{} #{}", printable(label), socket.sock))
            })
            .collect();
        ends.dedup();
        let carried: Vec<Carried> = (trails.into_iter())
            .map(|((_, to), trail)| Carried { side: trail.side, to, pieces: trail.pieces() })
            .collect();
        let ways = stack::ways(&carried, call);
        Some(Map { ends, call, operation, ways, more: self.more })
    }
}

impl Chosen {
    /// The first head of the call says what is called, once it is complete.
    fn learn(&mut self, connection: u64, parts: &[Part]) {
        let says = |part: &&Part| {
            part.call == Some(self.call) && part.class == Class::Headers && !part.text.is_empty()
        };
        if !self.is_known
            && self.connection == connection
            && let Some(head) = parts.iter().find(says)
        {
            self.operation = printable(&head.text);
            self.is_known = head.ends;
        }
    }
}

impl Trail {
    /// Returns how many transfers of the call were left out.
    fn add(&mut self, at: u64, bytes: u64, parts: Vec<Part>, call: Option<u64>) -> u64 {
        let from = self.offset;
        self.offset = self.offset.saturating_add(bytes);
        let piece = Piece { at, from, to: self.offset, parts };
        if call.is_some() {
            self.kept.extend(self.around.drain(..));
            self.parts = self.parts.saturating_add(piece.parts.len());
            let fits = self.kept.len() < MOST_PIECES && self.parts <= MOST_PARTS;
            if fits {
                self.kept.push(piece);
            }
            return u64::from(!fits);
        }
        // After the call, those that come first are nearest; before it, those that come last.
        let is_full = self.around.len() >= MOST_AROUND;
        let piece = if piece.parts.len() > MOST_PARTS { Piece { parts: Vec::new(), ..piece } } else { piece };
        if is_full && self.kept.is_empty() {
            self.around.pop_front();
        }
        if !is_full || self.kept.is_empty() {
            self.around.push_back(piece);
        }
        0
    }

    fn pieces(self) -> Vec<Piece> {
        self.kept.into_iter().chain(self.around).collect()
    }
}

/// Where the bytes of a transfer went, and how many.
fn moved(event: &Event, side: Side) -> Option<(Side, u64)> {
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

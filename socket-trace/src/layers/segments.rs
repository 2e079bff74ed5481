//! The TCP segments that carried the bytes of a connection, if the network was recorded.

use std::collections::{BTreeMap, VecDeque};

use socket_tap::event::{Fate, Op};
use socket_tap::format::Side;
use socket_tap::format::text::{Number, SequenceNumbers, seconds};

use super::map::{Block, Level};
use crate::timeline::AnnotatedEvent;

/// Maximum number of connections whose segments are kept before an API call is selected.
const MAX_CONNECTIONS: usize = 1_024;

/// Maximum number of segments of a connection that are kept before an API call is selected. Segments precede the read of
/// their bytes.
const MAX_BEFORE: usize = 64;

/// Maximum number of segments that are kept for the connection of the selected API call.
const MAX_SEGMENTS: usize = 400;

/// The segments of all connections, by their numbers.
#[derive(Debug, Default)]
pub(super) struct SegmentLog {
    connections: BTreeMap<u64, VecDeque<Segment>>,
    numbers: SequenceNumbers,
}

/// A segment with data.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// The side that receives the segment.
    pub(super) to_side: Side,
    /// Offset of the segment's first byte in this direction of the connection.
    pub(super) from: u64,
    /// Offset after the segment's last byte.
    pub(super) to: u64,
    pub(super) text: String,
}

impl SegmentLog {
    /// Adds a packet. `selected` is the connection of the selected API call, if one is selected.
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent, selected: Option<u64>) {
        let event = &annotated.timed.event;
        let (Op::Packet(packet), Some(connection)) = (&event.op, &annotated.connection) else { return };
        let Some(numbers) = self.numbers.observe(packet) else { return };
        // The SYN has the number 0, and the first byte the number 1.
        let Number::Relative(seq) = numbers.seq else { return };
        if packet.bytes == 0 || selected.is_some_and(|selected| selected != connection.number) {
            return;
        }
        let from = u64::from(seq.saturating_sub(1));
        let fate = match (&packet.fate, packet.retransmission) {
            (Some(Fate::Dropped), _) => "lost ",
            (Some(Fate::Duplicated), _) => "copy ",
            (_, Some(true)) => "again ",
            _ => "",
        };
        let to_side = if annotated.is_to_server() { Side::Server } else { Side::Client };
        let to = from.saturating_add(packet.bytes);
        let segment =
            Segment { to_side, from, to, text: format!("{fate}at {}", seconds(annotated.timed.at)) };
        self.add(connection.number, segment, selected.is_some());
    }

    fn add(&mut self, connection: u64, segment: Segment, is_selected: bool) {
        let segments = self.connections.entry(connection).or_default();
        if is_selected {
            if segments.len() < MAX_SEGMENTS {
                segments.push_back(segment);
            }
            return;
        }
        segments.push_back(segment);
        if segments.len() > MAX_BEFORE {
            segments.pop_front();
        }
        if self.connections.len() > MAX_CONNECTIONS {
            self.connections.pop_first();
        }
    }

    /// Removes and returns the segments of a connection.
    pub(super) fn take(&mut self, connection: u64) -> Vec<Segment> {
        self.connections.remove(&connection).unwrap_or_default().into()
    }
}

/// Returns a level with the segments that have bytes from `from` to `until`. Bytes that were sent more than once have
/// further levels. `of_call` are the ranges of the API call's bytes.
pub(super) fn levels(
    segments: &[Segment],
    to_side: Side,
    (from, until): (u64, u64),
    of_call: &[(u64, u64)],
) -> Vec<Level> {
    let shown = segments
        .iter()
        .filter(|segment| segment.to_side == to_side && segment.from < until && segment.to > from);
    arrange(shown.map(|segment| block(segment, of_call)))
}

/// Arranges the blocks of segments in levels, so that none overlaps another: one level for the segments, and further ones
/// for retransmissions.
pub(super) fn arrange(blocks: impl Iterator<Item = Block>) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    for block in blocks {
        let is_free = |level: &&mut Level| {
            level.blocks.iter().all(|other| other.to <= block.from || other.from >= block.to)
        };
        match levels.iter_mut().find(is_free) {
            Some(level) => level.blocks.push(block),
            None => {
                let (title, unit) = if levels.is_empty() {
                    ("segments", "segment")
                } else {
                    ("retransmissions", "retransmission")
                };
                levels.push(Level { title: title.to_owned(), unit, blocks: vec![block] });
            }
        }
    }
    for level in &mut levels {
        level.blocks.sort_by_key(|block| block.from);
    }
    levels
}

fn block(segment: &Segment, of_call: &[(u64, u64)]) -> Block {
    Block {
        from: segment.from,
        to: segment.to,
        below: None,
        name: "segment".to_owned(),
        text: segment.text.clone(),
        begun: false,
        continues: false,
        of_call: of_call.iter().any(|(from, to)| *from < segment.to && segment.from < *to),
    }
}

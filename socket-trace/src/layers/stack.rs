//! Builds the protocol levels of a map from the reads and writes of both ends of a connection.

use std::collections::BTreeMap;

use socket_tap::format::Side;
use socket_tap::format::text::seconds;

use super::map::{Block, Direction, Level};
use super::pair::Pair;
use super::segments::{self, Segment};
use super::tls::{self, Area};
use super::transfer_log::Transfer;
use super::units::{Unit, append, extend, message_of, statements_of};
use crate::show::description::is_content;
use socket_dissect::Layer;

/// The reads or writes of one end of a connection (`side`) in one direction: to the side `to`.
pub(super) struct EndTransfers {
    pub(super) side: Side,
    pub(super) to: Side,
    pub(super) transfers: Vec<Transfer>,
    /// Ranges of the decrypted data, each with the TLS records that carried it; empty for a stream without
    /// TLS.
    pub(super) pairs: Vec<Pair>,
}

/// Returns the directions in which bytes of the API call were transferred: first to the server, then to the
/// client.
pub(super) fn directions(ends: &[EndTransfers], segments: &[Segment], call: u64) -> Vec<Direction> {
    [Side::Server, Side::Client].into_iter().filter_map(|to| direction(ends, segments, to, call)).collect()
}

fn direction(ends: &[EndTransfers], segments: &[Segment], to: Side, call: u64) -> Option<Direction> {
    let ends: Vec<&EndTransfers> = ends.iter().filter(|end| end.to == to).collect();
    let of_call = || ends.iter().flat_map(|end| &end.transfers).filter(|transfer| transfer.has(call));
    let from = of_call().map(|transfer| transfer.from).min()?;
    let until = of_call().map(|transfer| transfer.to).max()?;
    let shown = |end: &EndTransfers| -> Vec<Transfer> {
        let is_shown = |transfer: &&Transfer| transfer.from < until && transfer.to > from;
        end.transfers.iter().filter(is_shown).cloned().collect()
    };
    let mut ends: Vec<(&EndTransfers, Vec<Transfer>)> = ends.iter().map(|end| (*end, shown(end))).collect();
    ends.sort_by_key(|(end, _)| end.side == to);
    let mut levels = tls_levels(&ends, segments, to, call);
    for (end, transfers) in &ends {
        if end.side == to {
            levels.extend(segment_levels(&ends, segments, to, call));
        }
        levels.push(transfer_level(end.side, to, transfers, call));
    }
    if ends.iter().all(|(end, _)| end.side != to) {
        levels.extend(segment_levels(&ends, segments, to, call));
    }
    // Both ends transferred the same bytes, so the protocol levels are built from one of them.
    let (_, transfers) = ends.last()?;
    levels.extend(protocol_levels(transfers, call));
    let mut bytes = BTreeMap::new();
    let parts = transfers.iter().flat_map(|transfer| &transfer.parts);
    for part in parts.filter(|part| part.call == Some(call)) {
        let sum: &mut u64 = bytes.entry(part.class).or_default();
        *sum = sum.saturating_add(part.bytes);
    }
    Some(Direction { to, bytes, levels })
}

/// Returns the levels of the segments between the writes and the reads. None for a decrypted stream: its segments are
/// between the reads and writes of encrypted bytes.
fn segment_levels(
    ends: &[(&EndTransfers, Vec<Transfer>)],
    segments: &[Segment],
    to: Side,
    call: u64,
) -> Vec<Level> {
    if ends.iter().any(|(end, _)| !end.pairs.is_empty()) {
        return Vec::new();
    }
    let transfers = || ends.iter().flat_map(|(_, transfers)| transfers);
    let from = transfers().map(|transfer| transfer.from).min().unwrap_or(0);
    let until = transfers().map(|transfer| transfer.to).max().unwrap_or(0);
    let of_call: Vec<(u64, u64)> = transfers().flat_map(|transfer| ranges_of_call(transfer, call)).collect();
    segments::levels(segments, to, (from, until), &of_call)
}

/// Returns the levels below a decrypted stream: TLS records, and the reads, writes and segments that carried them.
fn tls_levels(
    ends: &[(&EndTransfers, Vec<Transfer>)],
    segments: &[Segment],
    side: Side,
    call: u64,
) -> Vec<Level> {
    let transfers = || ends.iter().flat_map(|(_, transfers)| transfers);
    let from = transfers().map(|transfer| transfer.from).min();
    let to = transfers().map(|transfer| transfer.to).max();
    let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
    let of_call: Vec<(u64, u64)> = transfers().flat_map(|transfer| ranges_of_call(transfer, call)).collect();
    let area = Area { from, to, of_call: &of_call };
    let raw = |is_receiver: bool| {
        let ends = ends.iter().filter(move |(end, _)| (end.side == side) == is_receiver);
        ends.filter_map(|(end, _)| tls::transfers(end.side, end.to, &end.pairs, area))
    };
    let pairs = ends.iter().rev().map(|(end, _)| end.pairs.as_slice()).find(|pairs| !pairs.is_empty());
    let segments = tls::segments(segments, side, pairs.unwrap_or_default(), area);
    let records = ends.iter().rev().find_map(|(end, _)| tls::records(&end.pairs, area));
    raw(false).chain(segments).chain(raw(true)).chain(records).collect()
}

/// Returns the byte ranges within a read or write that belong to the API call. Each range is its first offset
/// and the offset after its last byte.
fn ranges_of_call(transfer: &Transfer, call: u64) -> Vec<(u64, u64)> {
    let mut from = transfer.from;
    let ranges = transfer.parts.iter().filter_map(|part| {
        let begins = from;
        from = begins.saturating_add(part.bytes);
        (part.call == Some(call)).then_some((begins, from))
    });
    ranges.collect()
}

fn transfer_level(side: Side, to: Side, transfers: &[Transfer], call: u64) -> Level {
    let unit = if side == to { "read" } else { "write" };
    let block = |transfer: &Transfer| Block {
        from: transfer.from,
        to: transfer.to,
        below: None,
        name: unit.to_owned(),
        text: format!("at {}", seconds(transfer.at)),
        begun: false,
        continues: false,
        of_call: transfer.has(call),
    };
    Level { title: format!("{}'s {unit}s", side.name()), unit, blocks: transfers.iter().map(block).collect() }
}

/// Returns the protocol levels above the reads and writes. For HTTP, these are the frames or other protocol
/// units, and then the messages. For PostgreSQL, these are the messages, and then the statements that they
/// form.
fn protocol_levels(transfers: &[Transfer], call: u64) -> Vec<Level> {
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for transfer in transfers {
        let mut from = transfer.from;
        for part in &transfer.parts {
            let to = from.saturating_add(part.bytes);
            if is_content(part) {
                // The frame around the content extends over it.
                extend(&mut below, from, to);
                append(&mut above, part, from, to, call);
            } else {
                append(&mut below, part, from, to, call);
            }
            from = to;
        }
    }
    let parts = transfers.iter().flat_map(|transfer| &transfer.parts);
    let layer = parts.filter(|part| part.call == Some(call)).map(|part| part.layer).min();
    let (title, unit) = match layer {
        Some(Layer::Http1 | Layer::Sse) => ("HTTP/1.1", "part"),
        Some(Layer::Http2 | Layer::Grpc) => ("HTTP/2", "frame"),
        Some(Layer::Websocket) => ("WebSocket", "frame"),
        Some(Layer::Tls) => ("TLS", "record"),
        Some(Layer::Postgres) => ("PostgreSQL", "message"),
        Some(Layer::Unknown) | None => ("unknown", "run"),
    };
    let top = match layer {
        Some(Layer::Postgres) => level("statements", "statement", statements_of(&below)),
        _ if above.is_empty() => level("messages", "message", message_of(&below)),
        _ => level("messages", "message", above),
    };
    let mut levels = vec![level(title, unit, below), top];
    levels.retain(|level| !level.blocks.is_empty());
    levels
}

fn level(title: &str, unit: &'static str, units: Vec<Unit>) -> Level {
    let blocks = units.into_iter().map(|unit| unit.block).collect();
    Level { title: title.to_owned(), unit, blocks }
}

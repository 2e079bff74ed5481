//! Builds the levels of a map from the transfers of both ends.

use std::collections::BTreeMap;

use socket_tap::format::Side;
use socket_tap::format::text::{printable, seconds};

use super::map::{Block, Direction, Level};
use super::pair::Pair;
use super::tls::{self, Area};
use super::transfer_log::Transfer;
use crate::show::description::is_content;
use socket_dissect::{Class, Layer, Part};

/// The transfers of one end in one direction.
pub(super) struct EndTransfers {
    pub(super) side: Side,
    pub(super) to: Side,
    pub(super) transfers: Vec<Transfer>,
    /// Records that carried the transfers, for a stream above TLS.
    pub(super) pairs: Vec<Pair>,
}

/// Returns the directions in which the call has bytes, that of the request first.
pub(super) fn directions(ends: &[EndTransfers], call: u64) -> Vec<Direction> {
    [Side::Server, Side::Client].into_iter().filter_map(|to| direction(ends, to, call)).collect()
}

fn direction(ends: &[EndTransfers], to: Side, call: u64) -> Option<Direction> {
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
    let mut levels = tls_levels(&ends, call);
    levels.extend(ends.iter().map(|(end, transfers)| transfer_level(end.side, to, transfers, call)));
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

/// Returns the levels below the transfers of a stream above TLS.
fn tls_levels(ends: &[(&EndTransfers, Vec<Transfer>)], call: u64) -> Vec<Level> {
    let transfers = || ends.iter().flat_map(|(_, transfers)| transfers);
    let from = transfers().map(|transfer| transfer.from).min();
    let to = transfers().map(|transfer| transfer.to).max();
    let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
    let of_call: Vec<(u64, u64)> = transfers().flat_map(|transfer| ranges_of_call(transfer, call)).collect();
    let area = Area { from, to, of_call: &of_call };
    let raw = ends.iter().filter_map(|(end, _)| tls::transfers(end.side, end.to, &end.pairs, area));
    let records = ends.iter().rev().find_map(|(end, _)| tls::records(&end.pairs, area));
    raw.chain(records).collect()
}

/// Returns the ranges of the call's bytes in a transfer.
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

/// Returns the levels above the transfers: the frames or parts of HTTP, and the messages in them.
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
    if above.is_empty() {
        above = message_of(&below);
    }
    let parts = transfers.iter().flat_map(|transfer| &transfer.parts);
    let layer = parts.filter(|part| part.call == Some(call)).map(|part| part.layer).min();
    let (title, unit) = match layer {
        Some(Layer::Http1 | Layer::Sse) => ("HTTP/1.1", "part"),
        Some(Layer::Http2 | Layer::Grpc) => ("HTTP/2", "frame"),
        Some(Layer::Websocket) => ("WebSocket", "frame"),
        Some(Layer::Tls) => ("TLS", "record"),
        Some(Layer::Unknown) | None => ("unknown", "run"),
    };
    let level = |title: &str, unit, units: Vec<Unit>| {
        let blocks = units.into_iter().map(|unit| unit.block).collect();
        Level { title: title.to_owned(), unit, blocks }
    };
    let mut levels = vec![level(title, unit, below), level("messages", "message", above)];
    levels.retain(|level| !level.blocks.is_empty());
    levels
}

/// A block that the next part may extend.
struct Unit {
    block: Block,
    /// Number and layer of the dissected unit.
    id: (u64, Layer),
    class: Class,
}

impl Unit {
    /// Returns `true` if it is the length prefix of the message that the part starts.
    fn is_prefix_of(&self, part: &Part) -> bool {
        self.id.1 == Layer::Grpc
            && part.layer == Layer::Grpc
            && self.class == Class::Framing
            && part.begins
            && part.class == Class::Payload
    }
}

fn extend(units: &mut [Unit], from: u64, to: u64) {
    if let Some(Unit { block, .. }) = units.last_mut().filter(|unit| unit.block.to == from) {
        block.to = to;
        // The block now holds the chunk and its size.
        if block.name == "chunk size" {
            "chunk".clone_into(&mut block.name);
        }
    }
}

fn append(units: &mut Vec<Unit>, part: &Part, from: u64, to: u64, call: u64) {
    let id = (part.unit, part.layer);
    let continues = |unit: &&mut Unit| unit.block.to == from && (unit.id == id || unit.is_prefix_of(part));
    if let Some(unit) = units.last_mut().filter(continues) {
        (unit.id, unit.class, unit.block.to, unit.block.continues) = (id, part.class, to, !part.ends);
        if !part.text.is_empty() {
            unit.block.text = printable(&part.text);
        }
        return;
    }
    let text = match part.call {
        _ if !part.text.is_empty() => printable(&part.text),
        None => "of the connection".to_owned(),
        Some(other) if other != call => format!("of call {other}"),
        Some(_) => String::new(),
    };
    let block = Block {
        from,
        to,
        below: None,
        // A gRPC message includes its length prefix.
        name: if part.layer == Layer::Grpc { "message" } else { part.name }.to_owned(),
        text,
        begun: !part.begins,
        continues: !part.ends,
        of_call: part.call == Some(call),
    };
    units.push(Unit { block, id, class: part.class });
}

/// Combines the parts of the call into one message, for protocols without separate messages.
fn message_of(parts: &[Unit]) -> Vec<Unit> {
    let of_call: Vec<&Unit> = parts.iter().filter(|unit| unit.block.of_call).collect();
    let (Some(first), Some(last)) = (of_call.first(), of_call.last()) else { return Vec::new() };
    let payload = of_call.iter().find(|unit| unit.class == Class::Payload);
    let block = Block {
        from: first.block.from,
        to: last.block.to,
        below: None,
        name: "message".to_owned(),
        text: payload.unwrap_or(first).block.text.clone(),
        begun: first.block.begun,
        continues: last.block.continues,
        of_call: true,
    };
    vec![Unit { block, id: first.id, class: Class::Payload }]
}

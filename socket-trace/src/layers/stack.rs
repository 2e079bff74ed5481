//! From transfers to layers.

use std::collections::BTreeMap;

use socket_tap::format::Side;
use socket_tap::format::text::{printable, seconds};

use super::map::{Block, Level, Way};
use super::pair::Pair;
use super::tls::{self, Area};
use super::trail::Piece;
use crate::show::description::is_content;
use socket_dissect::{Class, Layer, Part};

/// The transfers of one end in one direction.
pub(super) struct Carried {
    pub(super) side: Side,
    pub(super) to: Side,
    pub(super) pieces: Vec<Piece>,
    /// What carried them, when they are above TLS.
    pub(super) pairs: Vec<Pair>,
}

/// The directions in which the call has bytes, the request's first.
pub(super) fn ways(carried: &[Carried], call: u64) -> Vec<Way> {
    [Side::Server, Side::Client].into_iter().filter_map(|to| way(carried, to, call)).collect()
}

fn way(carried: &[Carried], to: Side, call: u64) -> Option<Way> {
    let trails: Vec<&Carried> = carried.iter().filter(|trail| trail.to == to).collect();
    let of_call = || trails.iter().flat_map(|trail| &trail.pieces).filter(|piece| piece.has(call));
    let from = of_call().map(|piece| piece.from).min()?;
    let until = of_call().map(|piece| piece.to).max()?;
    let shown = |trail: &Carried| -> Vec<Piece> {
        let is_shown = |piece: &&Piece| piece.from < until && piece.to > from;
        trail.pieces.iter().filter(is_shown).cloned().collect()
    };
    // The sender's comes first: it was first.
    let mut trails: Vec<(&Carried, Vec<Piece>)> = trails.iter().map(|trail| (*trail, shown(trail))).collect();
    trails.sort_by_key(|(trail, _)| trail.side == to);
    let mut levels = below(&trails, call);
    levels.extend(trails.iter().map(|(trail, pieces)| transfers(trail.side, to, pieces, call)));
    // Both sides carry the same.
    let (_, pieces) = trails.last()?;
    levels.extend(protocols(pieces, call));
    let mut bytes = BTreeMap::new();
    for part in pieces.iter().flat_map(|piece| &piece.parts).filter(|part| part.call == Some(call)) {
        let sum: &mut u64 = bytes.entry(part.class).or_default();
        *sum = sum.saturating_add(part.bytes);
    }
    Some(Way { to, bytes, levels })
}

/// What lies below the transfers of a stream above TLS.
fn below(trails: &[(&Carried, Vec<Piece>)], call: u64) -> Vec<Level> {
    let pieces = || trails.iter().flat_map(|(_, pieces)| pieces);
    let (Some(from), Some(to)) =
        (pieces().map(|piece| piece.from).min(), pieces().map(|piece| piece.to).max())
    else {
        return Vec::new();
    };
    let of_call: Vec<(u64, u64)> = pieces().flat_map(|piece| of_call(piece, call)).collect();
    let area = Area { from, to, of_call: &of_call };
    let transfers =
        trails.iter().filter_map(|(trail, _)| tls::transfers(trail.side, trail.to, &trail.pairs, area));
    let records = trails.iter().rev().find_map(|(trail, _)| tls::records(&trail.pairs, area));
    transfers.chain(records).collect()
}

/// Where the bytes of the call are in a transfer.
fn of_call(piece: &Piece, call: u64) -> Vec<(u64, u64)> {
    let mut from = piece.from;
    let ranges = piece.parts.iter().filter_map(|part| {
        let begins = from;
        from = begins.saturating_add(part.bytes);
        (part.call == Some(call)).then_some((begins, from))
    });
    ranges.collect()
}

fn transfers(side: Side, to: Side, pieces: &[Piece], call: u64) -> Level {
    let unit = if side == to { "read" } else { "write" };
    let block = |piece: &Piece| Block {
        from: piece.from,
        to: piece.to,
        below: None,
        name: unit.to_owned(),
        text: format!("at {}", seconds(piece.at)),
        begun: false,
        goes_on: false,
        of_call: piece.has(call),
    };
    Level { title: format!("{}'s {unit}s", side.name()), unit, blocks: pieces.iter().map(block).collect() }
}

/// What lies on the transfers: the frames or parts of HTTP, and the messages in them.
fn protocols(pieces: &[Piece], call: u64) -> Vec<Level> {
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for piece in pieces {
        let mut from = piece.from;
        for part in &piece.parts {
            let to = from.saturating_add(part.bytes);
            if is_content(part) {
                // The frame around it goes on.
                extend(&mut below, from, to);
                join(&mut above, part, from, to, call);
            } else {
                join(&mut below, part, from, to, call);
            }
            from = to;
        }
    }
    if above.is_empty() {
        above = whole(&below);
    }
    let parts = pieces.iter().flat_map(|piece| &piece.parts);
    let layer = parts.filter(|part| part.call == Some(call)).map(|part| part.layer).min();
    let (title, unit) = match layer {
        Some(Layer::Http1 | Layer::Sse) => ("HTTP/1.1", "part"),
        Some(Layer::Http2 | Layer::Grpc) => ("HTTP/2", "frame"),
        Some(Layer::Websocket) => ("WebSocket", "frame"),
        Some(Layer::Tls) => ("TLS", "record"),
        Some(Layer::Unknown) | None => ("not known", "run"),
    };
    let level = |title: &str, unit, units: Vec<Unit>| {
        let blocks = units.into_iter().map(|unit| unit.block).collect();
        Level { title: title.to_owned(), unit, blocks }
    };
    let mut levels = vec![level(title, unit, below), level("messages", "message", above)];
    levels.retain(|level| !level.blocks.is_empty());
    levels
}

/// A block that may go on with the next part.
struct Unit {
    block: Block,
    /// The number and layer of its unit.
    id: (u64, Layer),
    class: Class,
}

impl Unit {
    /// Whether it is the length of the message that the part begins.
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
        // With what it is the size of.
        if block.name == "chunk size" {
            "chunk".clone_into(&mut block.name);
        }
    }
}

fn join(units: &mut Vec<Unit>, part: &Part, from: u64, to: u64, call: u64) {
    let id = (part.unit, part.layer);
    let goes_on = |unit: &&mut Unit| unit.block.to == from && (unit.id == id || unit.is_prefix_of(part));
    if let Some(unit) = units.last_mut().filter(goes_on) {
        (unit.id, unit.class, unit.block.to, unit.block.goes_on) = (id, part.class, to, !part.ends);
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
        // A message is its length and what follows.
        name: if part.layer == Layer::Grpc { "message" } else { part.name }.to_owned(),
        text,
        begun: !part.begins,
        goes_on: !part.ends,
        of_call: part.call == Some(call),
    };
    units.push(Unit { block, id, class: part.class });
}

/// Where nothing lies in the parts, together they are the message.
fn whole(parts: &[Unit]) -> Vec<Unit> {
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
        goes_on: last.block.goes_on,
        of_call: true,
    };
    vec![Unit { block, id: first.id, class: Class::Payload }]
}

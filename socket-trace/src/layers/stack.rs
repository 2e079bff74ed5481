//! From transfers to layers.

use std::collections::BTreeMap;

use socket_tap::format::Side;
use socket_tap::format::text::{printable, seconds};

use super::collect::{Carried, Piece};
use super::map::{Block, Level, Way};
use crate::dissect::{Class, Layer, Part};

/// The directions in which the call has bytes, the request's first.
pub(super) fn ways(carried: &[Carried], call: u64) -> Vec<Way> {
    [Side::Server, Side::Client].into_iter().filter_map(|to| way(carried, to, call)).collect()
}

fn way(carried: &[Carried], to: Side, call: u64) -> Option<Way> {
    let trails: Vec<&Carried> = carried.iter().filter(|trail| trail.to == to).collect();
    let of_call = |piece: &&Piece| piece.parts.iter().any(|part| part.call == Some(call));
    let pieces = || trails.iter().flat_map(|trail| &trail.pieces);
    let from = pieces().filter(of_call).map(|piece| piece.from).min()?;
    let until = pieces().filter(of_call).map(|piece| piece.to).max()?;
    let shown = |trail: &Carried| -> Vec<Piece> {
        let is_shown = |piece: &&Piece| piece.from < until && piece.to > from;
        trail.pieces.iter().filter(is_shown).cloned().collect()
    };
    // The sender's comes first: it was first.
    let mut trails: Vec<(Side, Vec<Piece>)> = trails.iter().map(|trail| (trail.side, shown(trail))).collect();
    trails.sort_by_key(|(side, _)| *side == to);
    let mut levels: Vec<Level> = trails.iter().map(|(side, pieces)| transfers(*side, to, pieces)).collect();
    // Both sides carry the same.
    let (_, pieces) = trails.last()?;
    levels.extend(protocols(pieces, call));
    let mut bytes = BTreeMap::new();
    for part in pieces.iter().flat_map(|piece| &piece.parts).filter(|part| part.call == Some(call)) {
        *bytes.entry(part.class).or_default() += part.bytes;
    }
    Some(Way { to, bytes, levels })
}

fn transfers(side: Side, to: Side, pieces: &[Piece]) -> Level {
    let (title, name) = if side == to { ("reads", "read") } else { ("writes", "write") };
    let block = |piece: &Piece| Block {
        from: piece.from,
        to: piece.to,
        name: name.to_owned(),
        text: format!("at {}", seconds(piece.at)),
        begun: false,
        goes_on: false,
        of_call: true,
    };
    Level { title: format!("{title} of the {}", side.name()), blocks: pieces.iter().map(block).collect() }
}

/// What lies on the transfers: the frames or parts of HTTP, and the messages in them.
fn protocols(pieces: &[Piece], call: u64) -> Vec<Level> {
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for piece in pieces {
        let mut from = piece.from;
        for part in &piece.parts {
            let to = from.saturating_add(part.bytes);
            if is_above(part.layer) {
                // The frame around it goes on.
                extend(&mut below, from, to);
                join(&mut above, part, from, to, call);
            } else {
                join(&mut below, part, from, to, call);
            }
            from = to;
        }
    }
    let layer = pieces
        .iter()
        .flat_map(|piece| &piece.parts)
        .find(|part| part.call == Some(call))
        .map(|part| part.layer);
    let title = match layer {
        Some(Layer::Http1 | Layer::Sse) => "HTTP/1.1",
        Some(Layer::Websocket) => "WebSocket",
        Some(Layer::Http2 | Layer::Grpc) => "HTTP/2 frames",
        Some(Layer::Unknown) | None => "not known",
    };
    if above.is_empty() {
        above = whole(&below);
    }
    let blocks = |units: Vec<Unit>| units.into_iter().map(|unit| unit.block).collect();
    let levels = [(title, blocks(below)), ("messages", blocks(above))];
    let has_blocks = |(_, blocks): &(&str, Vec<Block>)| !blocks.is_empty();
    levels
        .into_iter()
        .filter(has_blocks)
        .map(|(title, blocks)| Level { title: title.to_owned(), blocks })
        .collect()
}

/// Whether the layer lies in the frames or chunks of another one.
fn is_above(layer: Layer) -> bool {
    matches!(layer, Layer::Grpc | Layer::Sse)
}

/// A block that may go on with the next part.
struct Unit {
    block: Block,
    /// The number and layer of its unit.
    id: (u64, Layer),
    class: Class,
}

fn extend(units: &mut [Unit], from: u64, to: u64) {
    if let Some(Unit { block, .. }) = units.last_mut().filter(|unit| unit.block.to == from) {
        block.to = to;
    }
}

fn join(units: &mut Vec<Unit>, part: &Part, from: u64, to: u64, call: u64) {
    let id = (part.unit, part.layer);
    if let Some(Unit { block, .. }) = units.last_mut().filter(|unit| unit.id == id && unit.block.to == from) {
        (block.to, block.goes_on) = (to, !part.ends);
        if block.text.is_empty() || part.ends {
            block.text = printable(&part.text);
        }
        return;
    }
    let block = Block {
        from,
        to,
        name: part.name.to_owned(),
        text: printable(&part.text),
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
        name: "message".to_owned(),
        text: payload.unwrap_or(first).block.text.clone(),
        begun: first.block.begun,
        goes_on: last.block.goes_on,
        of_call: true,
    };
    vec![Unit { block, id: first.id, class: Class::Payload }]
}

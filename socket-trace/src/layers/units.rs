//! Combines dissected parts into one block for each frame, message or other protocol unit.

use socket_dissect::{Class, Layer, Part};
use socket_tap::format::text::printable;

use super::map::Block;

/// A protocol unit, such as an HTTP/2 frame or a message, with its block of the map. The block grows while
/// dissected parts of the same unit follow.
pub(super) struct Unit {
    pub(super) block: Block,
    /// Number of the protocol unit ([`Part::unit`]), and the protocol that defines the unit.
    id: (u64, Layer),
    class: Class,
}

impl Unit {
    /// Returns `true` if this unit is the length prefix of a gRPC message, and `part` is the beginning of
    /// that message.
    fn is_prefix_of(&self, part: &Part) -> bool {
        self.id.1 == Layer::Grpc
            && part.layer == Layer::Grpc
            && self.class == Class::Framing
            && part.begins
            && part.class == Class::Payload
    }
}

/// If the last block ends at offset `from`, extends it to offset `to`. This extends a DATA frame over the
/// message that it contains.
pub(super) fn extend(units: &mut [Unit], from: u64, to: u64) {
    if let Some(Unit { block, .. }) = units.last_mut().filter(|unit| unit.block.to == from) {
        block.to = to;
        // The block now holds the chunk and its size.
        if block.name == "chunk size" {
            "chunk".clone_into(&mut block.name);
        }
    }
}

/// Adds the bytes of a dissected part to the last block if both belong to the same protocol unit. Otherwise
/// appends a new block.
pub(super) fn append(units: &mut Vec<Unit>, part: &Part, from: u64, to: u64, call: u64) {
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

/// Combines the blocks of the API call into one block, the message. Used for protocols in which a head and a
/// body together form a message.
pub(super) fn message_of(parts: &[Unit]) -> Vec<Unit> {
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

/// Combines the PostgreSQL messages of the call into statements. A statement ends with the message that
/// executes it, such as `Execute`, or that states its outcome, such as `CommandComplete`. A call without such
/// a message is one statement.
pub(super) fn statements_of(messages: &[Unit]) -> Vec<Unit> {
    let of_call: Vec<&Unit> = messages.iter().filter(|unit| unit.block.of_call).collect();
    let ends = |unit: &&Unit| {
        matches!(
            unit.block.name.as_str(),
            "Query"
                | "Execute"
                | "CommandComplete"
                | "ErrorResponse"
                | "EmptyQueryResponse"
                | "PortalSuspended"
        )
    };
    let statement = |units: &[&Unit]| {
        let (first, last) = (units.first()?, units.last()?);
        let text =
            Some(last).filter(|last| ends(last)).or(units.iter().find(|unit| !unit.block.text.is_empty()));
        let block = Block {
            from: first.block.from,
            to: last.block.to,
            below: None,
            name: "statement".to_owned(),
            text: text.map(|unit| unit.block.text.clone()).unwrap_or_default(),
            begun: first.block.begun,
            continues: last.block.continues,
            of_call: true,
        };
        Some(Unit { block, id: first.id, class: Class::Payload })
    };
    // After the last end, only `Sync` or `ReadyForQuery` follows.
    let end = of_call.iter().rposition(ends).map_or(of_call.len(), |last| last + 1);
    let executed = of_call.get(..end).unwrap_or_default();
    executed.split_inclusive(ends).filter_map(statement).collect()
}

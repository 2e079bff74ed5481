//! Builds the levels of encrypted data: TLS records, and the reads, writes and TCP segments that carried them.

use socket_tap::format::Side;
use socket_tap::format::text::seconds;

use super::map::{Block, Level};
use super::pair::Pair;
use super::segments::{Segment, arrange};

/// The decrypted bytes that the map shows: the offsets `from` to `to`. `of_call` lists the parts of this
/// range that belong to the API call, each as its first offset and the offset after its last byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area<'a> {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) of_call: &'a [(u64, u64)],
}

impl Area<'_> {
    /// Returns a block for the decrypted data from offset `from` to offset `to`. `below` is the number of
    /// encrypted bytes that carried the data. Cuts the block to the range that the map shows. `None` if the map
    /// shows none of the data.
    fn block(&self, (from, to): (u64, u64), below: u64, name: String, text: String) -> Option<Block> {
        let (begin, end) = (from.max(self.from), to.min(self.to));
        (begin < end).then(|| Block {
            from: begin,
            to: end,
            below: Some(below),
            name,
            text,
            begun: begin > from,
            continues: end < to,
            of_call: self.of_call.iter().any(|(from, to)| *from < end && begin < *to),
        })
    }
}

/// Returns the protocol level that shows the TLS records. `None` if the map shows no TLS record.
pub(super) fn records(pairs: &[Pair], area: Area<'_>) -> Option<Level> {
    let blocks = pairs.iter().flat_map(|pair| {
        let placed = pair.placed_records().into_iter().map(|(record, from, to)| {
            area.block((from, to), record.to - record.from, "application_data".to_owned(), String::new())
        });
        let bytes =
            pair.records.iter().fold(0_u64, |sum, record| sum.saturating_add(record.to - record.from));
        let rough = (!pair.is_exact).then(|| {
            let text = "it is unknown which record carried which plaintext".to_owned();
            area.block((pair.from, pair.to), bytes, count(pair.records.len(), "record"), text)
        });
        placed.chain(rough).flatten().collect::<Vec<_>>()
    });
    level("TLS".to_owned(), "record", blocks.collect())
}

/// Returns the protocol level with the reads or writes of encrypted bytes on one end of the connection,
/// `side`. These are reads if `side` is the receiver, `to`, and writes otherwise.
pub(super) fn transfers(side: Side, to: Side, pairs: &[Pair], area: Area<'_>) -> Option<Level> {
    let (name, unit) = if side == to { ("read", "TCP read") } else { ("write", "TCP write") };
    let mut blocks: Vec<(u64, Block)> = Vec::new();
    for pair in pairs {
        for (transfer, from, to) in pair.placed_transfers() {
            let text = format!("at {}", seconds(transfer.at));
            let block = area.block((from, to), transfer.to - transfer.from, name.to_owned(), text);
            match (blocks.last_mut(), block) {
                // The transfer carried the data of both pairs.
                (Some((begins, last)), Some(block)) if *begins == transfer.from && last.to == block.from => {
                    (last.to, last.continues) = (block.to, block.continues);
                    last.of_call |= block.of_call;
                }
                (_, block) => blocks.extend(block.map(|block| (transfer.from, block))),
            }
        }
        if let (false, Some(first)) = (pair.is_exact, pair.transfers.first()) {
            let bytes = pair
                .transfers
                .iter()
                .fold(0_u64, |sum, transfer| sum.saturating_add(transfer.to - transfer.from));
            let text = format!("from {}", seconds(first.at));
            let block = area.block((pair.from, pair.to), bytes, count(pair.transfers.len(), name), text);
            blocks.extend(block.map(|block| (first.from, block)));
        }
    }
    level(format!("{}'s TCP", side.name()), unit, blocks.into_iter().map(|(_, block)| block).collect())
}

/// Returns the levels of the TCP segments to the side `to` that carried the data. Like the transfers, they are placed by
/// their data; segments with data whose record is unknown form one block.
pub(super) fn segments(segments: &[Segment], to: Side, pairs: &[Pair], area: Area<'_>) -> Vec<Level> {
    let segments = || segments.iter().filter(|segment| segment.to_side == to);
    let exact = segments().filter_map(|segment| {
        let data = pairs.iter().filter_map(|pair| pair.data_in(segment.from, segment.to));
        let range = data.reduce(|(from, _), (_, to)| (from, to))?;
        area.block(range, segment.to - segment.from, "segment".to_owned(), segment.text.clone())
    });
    let rough = pairs.iter().filter(|pair| !pair.is_exact).filter_map(|pair| {
        let carried: Vec<_> = segments().filter(|segment| pair.touches(segment.from, segment.to)).collect();
        let text = carried.first()?.text.clone();
        let bytes = carried.iter().map(|segment| segment.to - segment.from).fold(0, u64::saturating_add);
        area.block((pair.from, pair.to), bytes, count(carried.len(), "segment"), text)
    });
    arrange(exact.chain(rough))
}

fn count(count: usize, unit: &str) -> String {
    if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") }
}

fn level(title: String, unit: &'static str, blocks: Vec<Block>) -> Option<Level> {
    (!blocks.is_empty()).then_some(Level { title, unit, blocks })
}

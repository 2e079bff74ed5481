//! Where in the columns of a terminal bytes are.

use std::ops::Range;

use unicode_width::UnicodeWidthStr as _;

use super::map::{Block, Level};

/// A box is made no wider than this for what it says.
const WIDEST_TEXT: usize = 26;

/// Everywhere where a box begins or ends, a line may be drawn. Between two such places lies a cell.
pub(super) struct Scale<'a> {
    levels: &'a [Level],
    bounds: Vec<u64>,
    /// The width of each cell, with its left line.
    widths: Vec<usize>,
}

/// Cells that lie beside each other.
pub(super) type Cells = Range<usize>;

impl<'a> Scale<'a> {
    pub(super) fn of(levels: &'a [Level]) -> Self {
        let mut scale = Self { levels, bounds: Vec::new(), widths: Vec::new() };
        scale.bounds = scale.blocks().flat_map(|block| [block.from, block.to]).collect();
        scale.bounds.sort_unstable();
        scale.bounds.dedup();
        // Room for the number of the first byte.
        let width = |pair: &[u64]| pair.first().map_or(1, |at| at.to_string().len() + 2);
        scale.widths = scale.bounds.windows(2).map(width).collect();
        let mut blocks: Vec<(Cells, usize)> =
            scale.blocks().map(|block| (scale.cells(block), wanted(block))).collect();
        // Small boxes first: those above several of them may then be wide enough.
        blocks.sort_by_key(|(cells, _)| cells.len());
        for (cells, wanted) in blocks {
            scale.widen(&cells, wanted);
        }
        scale
    }

    fn blocks(&self) -> impl Iterator<Item = &'a Block> + use<'a> {
        self.levels.iter().flat_map(|level| &level.blocks)
    }

    pub(super) fn cells(&self, block: &Block) -> Cells {
        let find = |at| self.bounds.partition_point(|bound| *bound < at);
        find(block.from)..find(block.to)
    }

    /// The number of the first byte of a cell, or of the byte behind the last cell.
    pub(super) fn bound(&self, cell: usize) -> u64 {
        self.bounds.get(cell).copied().unwrap_or(0)
    }

    pub(super) fn width(&self, cells: &Cells) -> usize {
        self.widths.get(cells.clone()).unwrap_or_default().iter().sum()
    }

    /// The cell with the most bytes gets the room.
    fn widen(&mut self, cells: &Cells, wanted: usize) {
        let missing = wanted.saturating_sub(self.width(cells));
        let bytes = |cell: &usize| self.bound(cell + 1).saturating_sub(self.bound(*cell));
        let widest = cells.clone().max_by_key(bytes);
        if let Some(width) = widest.and_then(|cell| self.widths.get_mut(cell)) {
            *width += missing;
        }
    }

    /// Runs of cells that fit into the width, cut where the fewest boxes are. A cell that does not fit stands alone.
    pub(super) fn strips(&self, width: usize) -> Vec<Cells> {
        let (mut strips, mut from, cells) = (Vec::new(), 0, self.widths.len());
        while from < cells {
            let fits = |end: &usize| *end == from + 1 || self.width(&(from..*end)) <= width;
            let furthest = (from + 1..=cells).take_while(fits).last().unwrap_or(cells);
            let end = if furthest == cells {
                cells
            } else {
                // Not at the price of a strip that is half empty.
                let is_full = |end: &usize| *end == furthest || self.width(&(from..*end)) * 2 >= width;
                let ends = (from + 1..=furthest).rev().filter(is_full);
                ends.min_by_key(|end| self.cuts(*end)).unwrap_or(furthest)
            };
            strips.push(from..end);
            from = end;
        }
        strips
    }

    /// How many boxes a cut before the cell goes through.
    fn cuts(&self, cell: usize) -> usize {
        let at = self.bound(cell);
        self.blocks().filter(|block| block.from < at && at < block.to).count()
    }
}

/// `DATA 16 B`
pub(super) fn name(block: &Block) -> String {
    format!("{} {} B", block.name, block.bytes())
}

fn wanted(block: &Block) -> usize {
    let dots = usize::from(block.begun) + usize::from(block.goes_on);
    // With its left line, and a space on either side.
    (name(block).width() + dots).max(block.text.width().min(WIDEST_TEXT)) + 3
}

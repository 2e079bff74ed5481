//! Maps byte offsets to terminal columns.

use std::ops::Range;

use unicode_width::UnicodeWidthStr as _;

use super::map::{Block, Level};

/// Maximum numbers of columns for which a box is widened to show its text, if all boxes then fit side by side. A
/// longer text is truncated unless the box is wider anyway.
const MAX_TEXT: [usize; 5] = [120, 80, 60, 40, 26];

/// Column widths of the cells. A cell is the range between two consecutive offsets at which a box begins or
/// ends: boxes at `0-9` and `0-25` result in the cells `0-9` and `9-25`.
pub(super) struct Scale<'a> {
    levels: &'a [Level],
    bounds: Vec<u64>,
    /// Number of columns of each cell, including its left line.
    widths: Vec<usize>,
}

/// Index range of adjacent cells, such as the cells that one box covers.
pub(super) type Cells = Range<usize>;

impl<'a> Scale<'a> {
    /// Returns the scale with the widest boxes that need at most `width` columns, if there is one, and otherwise that with
    /// the narrowest.
    pub(super) fn of(levels: &'a [Level], width: usize) -> Self {
        let fits = |scale: &Self| scale.widths.iter().sum::<usize>() <= width;
        let [wider @ .., narrowest] = MAX_TEXT;
        let fitting = wider.into_iter().map(|text| Self::with_texts(levels, text, width)).find(fits);
        fitting.unwrap_or_else(|| Self::with_texts(levels, narrowest, width))
    }

    fn with_texts(levels: &'a [Level], text: usize, width: usize) -> Self {
        let mut scale = Self { levels, bounds: Vec::new(), widths: Vec::new() };
        scale.bounds = scale.blocks().flat_map(|block| [block.from, block.to]).collect();
        scale.bounds.sort_unstable();
        scale.bounds.dedup();
        // Reserve space for the offset of the first byte.
        let space = |pair: &[u64]| pair.first().map_or(1, |at| at.to_string().len() + 2);
        scale.widths = scale.bounds.windows(2).map(space).collect();
        let mut blocks: Vec<(Cells, usize)> = scale
            .blocks()
            .map(|block| (scale.cells(block), preferred_width(block, text).min(width)))
            .collect();
        // Widen small boxes first: boxes that span several of them may then be wide enough.
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

    /// Returns the offset of a cell's first byte. For the index after the last cell, returns the end offset.
    pub(super) fn bound(&self, cell: usize) -> u64 {
        self.bounds.get(cell).copied().unwrap_or(0)
    }

    pub(super) fn width(&self, cells: &Cells) -> usize {
        self.widths.get(cells.clone()).unwrap_or_default().iter().sum()
    }

    /// Widens the cells to at least `wanted` columns together. The cell with the most bytes gets all added
    /// columns.
    fn widen(&mut self, cells: &Cells, wanted: usize) {
        let missing = wanted.saturating_sub(self.width(cells));
        let bytes = |cell: &usize| self.bound(cell + 1).saturating_sub(self.bound(*cell));
        let widest = cells.clone().max_by_key(bytes);
        if let Some(width) = widest.and_then(|cell| self.widths.get_mut(cell)) {
            *width += missing;
        }
    }

    /// Splits the cells into strips of at most `width` columns, preferably at boundaries that few boxes span.
    /// A cell wider than `width` becomes a strip of its own.
    pub(super) fn strips(&self, width: usize) -> Vec<Cells> {
        let (mut strips, mut from, cells) = (Vec::new(), 0, self.widths.len());
        while from < cells {
            let fits = |end: &usize| *end == from + 1 || self.width(&(from..*end)) <= width;
            let furthest = (from + 1..=cells).take_while(fits).last().unwrap_or(cells);
            let end = if furthest == cells {
                cells
            } else {
                // Prefer fewer cuts only if the strip stays at least half full.
                let is_full = |end: &usize| *end == furthest || self.width(&(from..*end)) * 2 >= width;
                let ends = (from + 1..=furthest).rev().filter(is_full);
                ends.min_by_key(|end| self.cuts(*end)).unwrap_or(furthest)
            };
            strips.push(from..end);
            from = end;
        }
        strips
    }

    /// Returns the number of boxes that would be divided if a strip began at `cell`.
    fn cuts(&self, cell: usize) -> usize {
        let at = self.bound(cell);
        self.blocks().filter(|block| block.from < at && at < block.to).count()
    }
}

/// Formats the name and size of a block: `DATA 16 B`.
pub(super) fn name(block: &Block) -> String {
    format!("{} {} B", block.name, block.bytes())
}

fn preferred_width(block: &Block, text: usize) -> usize {
    let dots = usize::from(block.begun) + usize::from(block.continues);
    // Add the left line, and a space on either side.
    (name(block).width() + dots).max(block.text.width().min(text)) + 3
}

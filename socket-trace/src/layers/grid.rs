//! Boxes above each other, aligned where their bytes are.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::map::{Block, Level};
use crate::show::carried::cut;

/// How wide the titles of the levels are.
const TITLE: usize = 17;

/// A box is made no wider than this for what it says.
const WIDEST_TEXT: usize = 26;

/// Draws the levels, in several strips when they are wider than `width`.
pub(super) fn draw(levels: &[Level], width: usize) -> String {
    let scale = Scale::of(levels);
    let mut out = String::new();
    for cells in scale.strips(width.saturating_sub(TITLE + 1)) {
        if !out.is_empty() {
            out.push('\n');
        }
        scale.draw(levels, &cells, &mut out);
    }
    out
}

/// Where bytes are: everywhere where a box begins or ends, a line may be drawn.
struct Scale {
    bounds: Vec<u64>,
    /// The width of each cell, from one bound to the next, with its left line.
    widths: Vec<usize>,
}

type Cells = std::ops::Range<usize>;

impl Scale {
    fn of(levels: &[Level]) -> Self {
        let blocks = || levels.iter().flat_map(|level| &level.blocks);
        let mut bounds: Vec<u64> = blocks().flat_map(|block| [block.from, block.to]).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let widths =
            bounds.windows(2).map(|pair| pair.first().map_or(1, |at| at.to_string().len() + 2)).collect();
        let mut scale = Self { bounds, widths };
        let mut by_cells: Vec<(Cells, usize)> =
            blocks().map(|block| (scale.cells(block), wanted(block))).collect();
        // Small boxes first: those that hold them may then be wide enough.
        by_cells.sort_by_key(|(cells, _)| cells.len());
        for (cells, wanted) in by_cells {
            scale.widen(&cells, wanted);
        }
        scale
    }

    fn cells(&self, block: &Block) -> Cells {
        let find = |at| self.bounds.partition_point(|bound| *bound < at);
        find(block.from)..find(block.to)
    }

    /// The cell with the most bytes has the room.
    fn widen(&mut self, cells: &Cells, wanted: usize) {
        let missing = wanted.saturating_sub(self.width(cells));
        let bytes = |cell: usize| {
            let bound = |at: usize| self.bounds.get(at).copied().unwrap_or(0);
            bound(cell + 1).saturating_sub(bound(cell))
        };
        let widest = cells.clone().max_by_key(|cell| bytes(*cell));
        if let Some(width) = widest.and_then(|cell| self.widths.get_mut(cell)) {
            *width += missing;
        }
    }

    fn width(&self, cells: &Cells) -> usize {
        self.widths.get(cells.clone()).unwrap_or_default().iter().sum()
    }

    /// Runs of cells that fit into the width; at least one cell each.
    fn strips(&self, width: usize) -> Vec<Cells> {
        let (mut strips, mut from) = (Vec::new(), 0);
        for cell in 0..self.widths.len() {
            if cell > from && self.width(&(from..cell + 1)) > width {
                strips.push(from..cell);
                from = cell;
            }
        }
        strips.push(from..self.widths.len());
        strips
    }

    fn draw(&self, levels: &[Level], strip: &Cells, out: &mut String) {
        self.offsets(strip, out);
        let rows: Vec<Vec<Boxed>> = levels.iter().map(|level| self.boxes(level, strip)).collect();
        let mut above: &[Boxed] = &[];
        for (level, row) in levels.iter().zip(&rows) {
            line(above, row, out);
            words(&level.title, row, |boxed| &boxed.name, out);
            words("", row, |boxed| &boxed.text, out);
            above = row;
        }
        line(above, &[], out);
    }

    /// The number of the first byte of each cell.
    fn offsets(&self, strip: &Cells, out: &mut String) {
        let mut text = format!("{:<TITLE$}", "byte");
        let mut at = TITLE;
        for cell in strip.start..=strip.end {
            let used = text.width();
            let number = self.bounds.get(cell).map(u64::to_string).unwrap_or_default();
            if used <= at {
                let _ = write!(text, "{:pad$}{number}", "", pad = at - used);
            }
            at += self.widths.get(cell).copied().unwrap_or(0);
        }
        let _ = writeln!(out, "{text}");
    }

    fn boxes(&self, level: &Level, strip: &Cells) -> Vec<Boxed> {
        let boxed = |block: &Block| {
            let cells = self.cells(block);
            let (from, to) = (cells.start.max(strip.start), cells.end.min(strip.end));
            (from < to).then(|| {
                let (begun, goes_on) = (block.begun || from > cells.start, block.goes_on || to < cells.end);
                Boxed {
                    left: self.width(&(strip.start..from)),
                    right: self.width(&(strip.start..to)),
                    name: format!(
                        "{}{}{}",
                        if begun { "…" } else { "" },
                        name(block),
                        if goes_on { "…" } else { "" }
                    ),
                    text: block.text.clone(),
                }
            })
        };
        level.blocks.iter().filter_map(boxed).collect()
    }
}

fn name(block: &Block) -> String {
    format!("{} {} B", block.name, block.bytes())
}

fn wanted(block: &Block) -> usize {
    // With its left line, and a space on either side.
    name(block).width().max(block.text.width().min(WIDEST_TEXT))
        + 3
        + usize::from(block.begun)
        + usize::from(block.goes_on)
}

/// A box in a strip, by the columns of its lines.
struct Boxed {
    left: usize,
    right: usize,
    name: String,
    text: String,
}

/// The line between two rows of boxes.
fn line(above: &[Boxed], below: &[Boxed], out: &mut String) {
    let end = above.iter().chain(below).map(|boxed| boxed.right).max().unwrap_or(0);
    let ends_at = |row: &[Boxed], at| row.iter().any(|boxed| boxed.left == at || boxed.right == at);
    let runs_over =
        |row: &[Boxed], from: usize| row.iter().any(|boxed| boxed.left <= from && from < boxed.right);
    let runs = |from: usize| runs_over(above, from) || runs_over(below, from);
    let mut text = " ".repeat(TITLE);
    for at in 0..=end {
        let left = at > 0 && runs(at - 1);
        text.push(corner(ends_at(above, at), ends_at(below, at), left, runs(at)));
    }
    let _ = writeln!(out, "{}", text.trim_end());
}

fn corner(up: bool, down: bool, left: bool, right: bool) -> char {
    match (up, down, left, right) {
        (false, false, false, false) => ' ',
        (false, false, _, _) => '─',
        (true, true, true, true) => '┼',
        (true, true, false, true) => '├',
        (true, true, true, false) => '┤',
        (true, true, false, false) => '│',
        (false, true, true, true) => '┬',
        (false, true, false, _) => '┌',
        (false, true, true, false) => '┐',
        (true, false, true, true) => '┴',
        (true, false, false, _) => '└',
        (true, false, true, false) => '┘',
    }
}

/// A line of words in the boxes of a row.
fn words<'a>(title: &str, row: &'a [Boxed], said: impl Fn(&'a Boxed) -> &'a String, out: &mut String) {
    let mut text = format!("{title:<TITLE$}");
    let mut at = 0;
    for boxed in row {
        if at <= boxed.left {
            let _ = write!(text, "{:pad$}│", "", pad = boxed.left - at);
        }
        let room = boxed.right - boxed.left - 1;
        let said = cut(said(boxed), room.saturating_sub(2));
        let _ = write!(text, " {said}{:pad$}│", "", pad = room.saturating_sub(said.width() + 1));
        at = boxed.right + 1;
    }
    let _ = writeln!(out, "{}", text.trim_end());
}

//! Draws rows of boxes as text. The same byte has the same column in all rows.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::map::{Block, Level};
use super::scale::{Cells, Scale, name};
use crate::show::description::truncate;

/// Number of columns for the title of a protocol level, to the left of its boxes.
const TITLE: usize = 17;

/// Draws one row of boxes for each protocol level. If the rows are wider than `width` columns, they are cut
/// into parts (strips), drawn one below the other.
pub(super) fn draw(levels: &[Level], width: usize, color: bool) -> String {
    // Above the right line of the last box is the offset of its end.
    let end = levels.iter().flat_map(|level| &level.blocks).map(|block| block.to).max().unwrap_or(0);
    let width = width.saturating_sub(TITLE + end.to_string().len());
    let scale = Scale::of(levels, width);
    let mut out = String::new();
    for strip in scale.strips(width) {
        if !out.is_empty() {
            out.push('\n');
        }
        offsets(&scale, &strip, &mut out);
        let mut above = Vec::new();
        for level in levels {
            let row = boxes(&scale, level, &strip);
            if row.is_empty() {
                continue;
            }
            line(&above, &row, &mut out);
            words(&level.title, &row, |boxed| &boxed.name, color, &mut out);
            words("", &row, |boxed| &boxed.text, color, &mut out);
            above = row;
        }
        line(&above, &[], &mut out);
    }
    out
}

/// Writes a line with the byte offset at which each cell begins, above the cell's left line. A cell is the
/// space between two neighbouring vertical lines of a strip.
fn offsets(scale: &Scale<'_>, strip: &Cells, out: &mut String) {
    let mut text = format!("{:<TITLE$}", "byte");
    for cell in strip.start..=strip.end {
        let at = TITLE + scale.width(&(strip.start..cell));
        let used = text.width();
        let _ = write!(text, "{:pad$}{}", "", scale.bound(cell), pad = at.saturating_sub(used));
    }
    let _ = writeln!(out, "{text}");
}

fn boxes(scale: &Scale<'_>, level: &Level, strip: &Cells) -> Vec<DrawnBox> {
    let to_box = |block: &Block| {
        let cells = scale.cells(block);
        let (from, to) = (cells.start.max(strip.start), cells.end.min(strip.end));
        (from < to).then(|| {
            let begun = if block.begun || from > cells.start { "…" } else { "" };
            let continues = if block.continues || to < cells.end { "…" } else { "" };
            DrawnBox {
                left: scale.width(&(strip.start..from)),
                right: scale.width(&(strip.start..to)),
                name: format!("{begun}{}{continues}", name(block)),
                text: block.text.clone(),
                dim: !block.of_call,
            }
        })
    };
    level.blocks.iter().filter_map(to_box).collect()
}

/// A box to draw. `left` and `right` are the columns of its vertical lines, counted from the left line of the
/// strip.
struct DrawnBox {
    left: usize,
    right: usize,
    name: String,
    text: String,
    /// `true` if the box contains no bytes of the mapped call, so that it is drawn dimmed.
    dim: bool,
}

/// Writes the horizontal line between two rows of boxes.
fn line(above: &[DrawnBox], below: &[DrawnBox], out: &mut String) {
    let end = above.iter().chain(below).map(|boxed| boxed.right).max().unwrap_or(0);
    let ends_at = |row: &[DrawnBox], at| row.iter().any(|boxed| boxed.left == at || boxed.right == at);
    let runs_over =
        |row: &[DrawnBox], from: usize| row.iter().any(|boxed| boxed.left <= from && from < boxed.right);
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

/// Writes one line of a row: `title` to the left, and in each box the text that `field` returns.
fn words<'a>(
    title: &str,
    row: &'a [DrawnBox],
    field: impl Fn(&'a DrawnBox) -> &'a String,
    color: bool,
    out: &mut String,
) {
    let mut text = format!("{title:<TITLE$}");
    let mut at = 0;
    for boxed in row {
        if at <= boxed.left {
            let _ = write!(text, "{:pad$}│", "", pad = boxed.left - at);
        }
        let inner = boxed.right - boxed.left - 1;
        let text_in_box = truncate(field(boxed), inner.saturating_sub(2));
        let (dim, off) = if color && boxed.dim { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
        let _ = write!(
            text,
            " {dim}{text_in_box}{off}{:pad$}│",
            "",
            pad = inner.saturating_sub(text_in_box.width() + 1)
        );
        at = boxed.right + 1;
    }
    let _ = writeln!(out, "{}", text.trim_end());
}

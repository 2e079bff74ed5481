//! A comparison as text or Markdown.
//!
//! # Layout
//!
//! - `verdict`: the verdict, with its reasons
//! - `sockets`: table of socket calls
//! - `bytes`: table of byte breakdowns
//! - `calls`: table of the cost of calls
//! - `assertions`: outcomes of assertions
//! - [`page`]: the complete output
//! - `section`: the tables with their titles
//! - `grid`, `cell`: a table and its cells
//! - `markdown`: escaping for Markdown

mod assertions;
mod bytes;
mod calls;
mod cell;
mod grid;
mod markdown;
pub mod page;
mod section;
mod sockets;
mod verdict;

use socket_tap::format::Side;

use crate::compare::Comparison;
use crate::compare::align::By;
use crate::summary::Summary;
use grid::Column;

/// Formats the verdict, with its reasons or the common call patterns.
#[must_use]
pub fn verdict(comparison: &Comparison) -> String {
    verdict::text(comparison)
}

/// Formats the socket calls of each step, as recorded by one side; `None` if no trace is of that side.
#[must_use]
pub fn differences(traces: &[Summary], side: Side) -> Option<String> {
    let traces = of_side(traces, side);
    (!traces.is_empty()).then(|| sockets::grid(&traces).text())
}

/// Formats the byte breakdown of each step, as recorded by one side; `None` if no trace of that side has payload.
#[must_use]
pub fn bytes(traces: &[Summary], side: Side) -> Option<String> {
    let grid = bytes::grid(&of_side(traces, side), By::Step);
    (grid.rows() > 0).then(|| grid.text())
}

/// Returns the traces of one side. Only these are compared.
fn of_side(traces: &[Summary], side: Side) -> Vec<&Summary> {
    traces.iter().filter(|trace| trace.side == side).collect()
}

/// Returns `true` if both traces are of the same program, so that the table shows the change from the first to the
/// second.
fn is_change(traces: &[&Summary]) -> bool {
    matches!(traces, [before, after] if before.name == after.name)
}

/// Returns the column by which traces are aligned. The name of a step may be wrapped to `min_width` columns; the name
/// of an operation has no good place for a line break.
fn by_column(by: By, min_width: u16) -> Column {
    Column::Names(by.name(), if by == By::Operation { 40 } else { min_width })
}

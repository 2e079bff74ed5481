//! A comparison for the eye: on a terminal, or on a page on GitHub.
//!
//! # Layout
//!
//! - `verdict`: whether the primitives are the same, and why not
//! - `sockets`: what each step did with its sockets
//! - `bytes`: what bytes are spent on
//! - `calls`: what one call takes
//! - `assertions`: what became of assertions
//! - [`page`]: all of that
//! - `section`: the tables under their titles
//! - `grid`, `cell`: any table, and what stands in it
//! - `columns`: the traces of a table, and its first column
//! - `markdown`: text from a trace in Markdown

mod assertions;
mod bytes;
mod calls;
mod cell;
mod columns;
mod grid;
mod markdown;
pub mod page;
mod section;
mod sockets;
mod verdict;

use socket_tap::format::Side;

use crate::compare::Comparison;
use crate::compare::grouping::Grouping;
use crate::summary::Summary;
use columns::of_side;

/// The verdict with its evidence: what is the same, or why not.
#[must_use]
pub fn verdict(comparison: &Comparison) -> String {
    verdict::text(comparison)
}

/// What differs, step by step, as one side recorded it. `None` when no trace is of that side.
#[must_use]
pub fn differences(traces: &[Summary], side: Side) -> Option<String> {
    let traces = of_side(traces, side);
    (!traces.is_empty()).then(|| sockets::grid(&traces).text())
}

/// What the bytes of each step are spent on, as one side recorded it. `None` when no trace of that side has payload.
#[must_use]
pub fn bytes(traces: &[Summary], side: Side) -> Option<String> {
    let grid = bytes::grid(&of_side(traces, side), Grouping::Step);
    (grid.rows() > 0).then(|| grid.text())
}

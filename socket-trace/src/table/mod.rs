//! A comparison as text or Markdown.
//!
//! # Layout
//!
//! - `verdict`: the verdict, with its reasons
//! - `sockets`: table of socket calls
//! - `bytes`: table of bytes by class and direction
//! - `calls`: table of the cost of API calls
//! - `assertions`: outcomes of assertions
//! - [`page`]: the complete output
//! - `section`: the tables with their titles
//! - `grid`, `cell`: formats any table and its cells as text or Markdown
//! - `columns`: selection of the traces of a table, and its first column
//! - `markdown`: escaping for Markdown

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

/// Formats the verdict of a comparison, with its reasons or the common call patterns.
#[must_use]
pub fn verdict(comparison: &Comparison) -> String {
    verdict::text(comparison)
}

/// Formats the number of socket calls in each step, for the traces recorded by `side`. `None` if there are
/// none.
#[must_use]
pub fn differences(traces: &[Summary], side: Side) -> Option<String> {
    let traces = of_side(traces, side);
    (!traces.is_empty()).then(|| sockets::grid(&traces, sockets::own_steps).text())
}

/// Formats the number of socket calls in each step on the connections that the servers opened to other servers. `None` if
/// there are none.
#[must_use]
pub fn upstream(traces: &[Summary]) -> Option<String> {
    let grid = sockets::grid(&of_side(traces, Side::Server), sockets::upstream_steps);
    (grid.rows() > 0).then(|| grid.text())
}

/// Formats the bytes of each step by class, for the traces recorded by `side`. `None` if none of them has
/// payload.
#[must_use]
pub fn bytes(traces: &[Summary], side: Side) -> Option<String> {
    let grid = bytes::grid(&of_side(traces, side), Grouping::Step);
    (grid.rows() > 0).then(|| grid.text())
}

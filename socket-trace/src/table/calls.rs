//! Builds the table of the cost of API calls.

use super::bytes::Classes;
use super::cell::{Cell, Number};
use super::columns::{group_column, is_change};
use super::grid::{Column, Grid};
use crate::compare::grouping::{Grouping, unique_in_order};
use crate::summary::Summary;
use crate::summary::{CallCost, CallTotals};

/// A function that returns the totals of the first or of the later API calls.
type OfKind = fn(&CallCost) -> &CallTotals;

/// The kinds of API calls (the first call of a connection, and later calls): the name of each, and the
/// function that returns its totals.
const KINDS: [(&str, OfKind); 2] = [("first", |cost| &cost.first), ("later", |cost| &cost.later)];

/// Builds a table with a row for each step or operation, each kind of API call (first or later), and each
/// trace with payload. The column `calls` shows a count, `first byte` a median, and each other column a mean
/// per API call.
pub(super) fn grid(traces: &[&Summary], by: Grouping) -> Grid {
    let slices: Vec<_> = (traces.iter())
        .filter(|trace| trace.payload)
        .map(|trace| (trace.label.as_str(), by.call_costs(trace)))
        .collect();
    let classes = Classes::of(slices.iter().flat_map(|(_, costs)| costs).map(|(_, cost)| cost.bytes()));
    let mut columns = vec![
        group_column(by, 15),
        Column::Words("call"),
        Column::Names("trace", 24),
        Column::Numbers("calls"),
        Column::Numbers("reads"),
        Column::Numbers("writes"),
        Column::Numbers("first byte"),
    ];
    columns.extend(classes.columns());
    let mut grid = Grid::new(columns);
    for name in unique_in_order(slices.iter().flat_map(|(_, costs)| costs).map(|(name, _)| *name)) {
        for (kind, calls) in KINDS {
            let rows = slices.iter().filter_map(|(label, costs)| {
                let (_, cost) = costs.iter().find(|(other, _)| *other == name)?;
                let calls = calls(cost);
                (calls.count > 0).then(|| (*label, cells(calls, &classes)))
            });
            let keys = vec![Cell::Name(name.to_owned()), Cell::Words(kind.to_owned())];
            grid.group(keys, rows.collect(), is_change(traces));
        }
    }
    grid
}

fn cells(calls: &CallTotals, classes: &Classes) -> Vec<Cell> {
    let mean = |sum| Number::mean(sum, calls.count);
    let mut cells = vec![
        Cell::count(calls.count),
        Cell::Number(mean(calls.reads)),
        Cell::Number(mean(calls.writes)),
        Cell::time(calls.first_byte_ns),
    ];
    cells.extend(classes.cells(&calls.bytes, mean));
    cells
}

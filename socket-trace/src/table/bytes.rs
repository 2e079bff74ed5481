//! The table of what bytes are spent on.

use super::cell::{Cell, Number};
use super::grid::{Column, Grid};
use super::{by_column, is_change};
use crate::compare::align::{By, Slice, in_order};
use crate::spent::{Bytes, Spent};
use crate::summary::Summary;

/// A row for each step or operation, and trace with payload.
pub(super) fn grid(traces: &[&Summary], by: By) -> Grid {
    let slices: Vec<(&str, Vec<Slice<'_>>)> = (traces.iter())
        .filter(|trace| trace.payload)
        .map(|trace| (trace.label.as_str(), by.slices(trace)))
        .collect();
    let unknown = slices.iter().flat_map(|(_, slices)| slices).any(|slice| has_unknown(&slice.spent));
    let mut columns = vec![by_column(by, 22), Column::Names("trace", 24), Column::Numbers("calls")];
    columns.extend(class_columns(unknown));
    let mut grid = Grid::new(columns);
    for name in in_order(slices.iter().flat_map(|(_, slices)| slices).map(|slice| slice.name)) {
        let rows = slices.iter().filter_map(|(label, slices)| {
            let slice = slices.iter().find(|slice| slice.name == name)?;
            Some((*label, cells(slice, unknown)))
        });
        grid.group(vec![Cell::Name(name.to_owned())], rows.collect(), is_change(traces));
    }
    grid
}

/// How many bytes of a class.
type OfClass = fn(&Bytes) -> u64;

/// The classes that have a column in any case.
const CLASSES: [(&str, OfClass); 4] = [
    ("connection", |bytes| bytes.connection),
    ("framing", |bytes| bytes.framing),
    ("headers", |bytes| bytes.headers),
    ("payload", |bytes| bytes.payload),
];

/// The columns of what bytes are spent on.
pub(super) fn class_columns(unknown: bool) -> impl Iterator<Item = Column> {
    let names = CLASSES.iter().map(|(name, _)| *name).chain(unknown.then_some("unknown")).chain(["all"]);
    names.map(Column::Numbers)
}

pub(super) fn has_unknown(spent: &Spent) -> bool {
    spent.to_server.unknown > 0 || spent.to_client.unknown > 0
}

fn cells(slice: &Slice<'_>, unknown: bool) -> Vec<Cell> {
    let mut cells = vec![Cell::count(slice.calls)];
    cells.extend(ways(&slice.spent, unknown, Number::count));
    cells
}

/// A cell for each of those columns; `number` is what is shown of so many bytes.
pub(super) fn ways(spent: &Spent, unknown: bool, number: impl Fn(u64) -> Number) -> Vec<Cell> {
    let cell = |bytes: OfClass| Cell::Ways(number(bytes(&spent.to_server)), number(bytes(&spent.to_client)));
    let mut cells: Vec<Cell> = CLASSES.iter().map(|(_, bytes)| cell(*bytes)).collect();
    cells.extend(unknown.then(|| cell(|bytes| bytes.unknown)));
    cells.push(cell(Bytes::total));
    cells
}

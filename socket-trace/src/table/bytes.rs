//! Builds the table of bytes by class and direction.

use super::cell::{Cell, Number};
use super::columns::{group_column, is_change};
use super::grid::{Column, Grid};
use crate::compare::grouping::{Group, Grouping, unique_in_order};
use crate::summary::Summary;
use crate::summary::{ByteBreakdown, BytesByClass};

/// Builds a table of bytes by class. It has one row for each step or operation of each trace with payload.
pub(super) fn grid(traces: &[&Summary], by: Grouping) -> Grid {
    grid_of(traces, by, |trace| by.groups(trace))
}

/// Builds a table like [`grid`], but for the connections that servers opened to other servers.
pub(super) fn upstream_grid(traces: &[&Summary], by: Grouping) -> Grid {
    grid_of(traces, by, |trace| by.upstream_groups(trace))
}

fn grid_of<'a>(traces: &[&'a Summary], by: Grouping, groups: impl Fn(&'a Summary) -> Vec<Group<'a>>) -> Grid {
    let slices: Vec<(&str, Vec<Group<'_>>)> = (traces.iter())
        .filter(|trace| trace.payload)
        .map(|trace| (trace.label.as_str(), groups(trace)))
        .collect();
    let classes = Classes::of(slices.iter().flat_map(|(_, slices)| slices).map(|slice| slice.bytes));
    let mut columns = vec![group_column(by, 22), Column::Names("trace", 24), Column::Numbers("calls")];
    columns.extend(classes.columns());
    let mut grid = Grid::new(columns);
    for name in unique_in_order(slices.iter().flat_map(|(_, slices)| slices).map(|slice| slice.name)) {
        let rows = slices.iter().filter_map(|(label, slices)| {
            let slice = slices.iter().find(|slice| slice.name == name)?;
            Some((*label, cells(slice, &classes)))
        });
        grid.group(vec![Cell::Name(name.to_owned())], rows.collect(), is_change(traces));
    }
    grid
}

/// A function that returns the number of bytes of one class.
type OfClass = fn(&BytesByClass) -> u64;

/// The columns of the table, one for each byte class and one for the total of all classes. Each has a
/// heading, and a function that returns its number of bytes.
pub(super) struct Classes(Vec<(&'static str, OfClass)>);

impl Classes {
    /// Selects the columns. The classes TLS and unknown get a column only if `spent` contains bytes of them;
    /// all other classes always get one.
    pub(super) fn of(spent: impl Iterator<Item = ByteBreakdown>) -> Self {
        let mut all = ByteBreakdown::default();
        spent.for_each(|spent| all.add_all(&spent));
        let mut classes: Vec<(&'static str, OfClass)> = vec![
            ("connection", |bytes| bytes.connection),
            ("framing", |bytes| bytes.framing),
            ("headers", |bytes| bytes.headers),
            ("payload", |bytes| bytes.payload),
        ];
        let others: [(&str, OfClass); 2] = [("TLS", |bytes| bytes.tls), ("unknown", |bytes| bytes.unknown)];
        let is_there = |bytes: OfClass| bytes(&all.to_server) > 0 || bytes(&all.to_client) > 0;
        classes.extend(others.into_iter().filter(|(_, bytes)| is_there(*bytes)));
        classes.push(("all", BytesByClass::total));
        Self(classes)
    }

    /// Returns one column for each class.
    pub(super) fn columns(&self) -> impl Iterator<Item = Column> {
        self.0.iter().map(|(name, _)| Column::Numbers(name))
    }

    /// Returns one cell for each class, e.g. `85 / 1204`: 85 bytes to the server, 1204 to the client.
    /// `number` converts a sum of bytes to the value that the cell shows, such as a mean per API call.
    pub(super) fn cells(
        &self,
        spent: &ByteBreakdown,
        number: impl Fn(u64) -> Number,
    ) -> impl Iterator<Item = Cell> {
        let cell = move |bytes: OfClass| {
            Cell::Directions(number(bytes(&spent.to_server)), number(bytes(&spent.to_client)))
        };
        self.0.iter().map(move |(_, bytes)| cell(*bytes))
    }
}

fn cells(slice: &Group<'_>, classes: &Classes) -> Vec<Cell> {
    let mut cells = vec![Cell::count(slice.calls)];
    cells.extend(classes.cells(&slice.bytes, Number::count));
    cells
}

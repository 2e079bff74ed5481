//! Builds the table of socket calls.

use std::borrow::Cow;

use super::cell::Cell;
use super::columns::is_change;
use super::grid::{Column, Grid};
use crate::compare::grouping::unique_in_order;
use crate::summary::Step;
use crate::summary::Summary;

/// Builds a table of socket calls with a row for each step and trace.
pub(super) fn grid(traces: &[&Summary], steps_of: fn(&Summary) -> &[Step]) -> Grid {
    let mut grid = Grid::new(vec![
        Column::Names("step", 22),
        Column::Names("trace", 24),
        Column::Numbers("conns"),
        Column::Numbers("reads"),
        Column::Numbers("writes"),
        Column::Numbers("to server"),
        Column::Numbers("to client"),
        Column::Numbers("first byte"),
        Column::Words("spoke first"),
        Column::Names("ended by", 16),
    ]);
    for name in
        unique_in_order(traces.iter().flat_map(|trace| steps_of(trace)).map(|step| step.name.as_str()))
    {
        let steps: Vec<_> = (traces.iter())
            .filter_map(|trace| Some((trace, steps_of(trace).iter().find(|step| step.name == name)?)))
            .collect();
        let name = steps.first().map_or(Cow::Borrowed(name), |(_, step)| step.title());
        let title = match steps.iter().map(|(_, step)| step.times).max() {
            Some(times @ 2..) => format!("{name}, {times} times"),
            _ => name.into_owned(),
        };
        let rows = steps.iter().map(|(trace, step)| (trace.label.as_str(), cells(step)));
        grid.group(vec![Cell::Name(title)], rows.collect(), is_change(traces));
    }
    grid
}

/// Returns the steps of a trace, without the connections to other servers.
pub(super) fn own_steps(trace: &Summary) -> &[Step] {
    &trace.steps
}

/// Returns the steps of the connections to other servers.
pub(super) fn upstream_steps(trace: &Summary) -> &[Step] {
    trace.upstream.as_ref().map_or(&[], |upstream| &upstream.steps)
}

fn cells(step: &Step) -> Vec<Cell> {
    vec![
        Cell::count(step.connections),
        Cell::count(step.reads),
        Cell::count(step.writes),
        Cell::count(step.to_server),
        Cell::count(step.to_client),
        Cell::time(step.first_byte_ns),
        Cell::counts(&step.first_sender),
        Cell::counts(&step.ended_by),
    ]
}

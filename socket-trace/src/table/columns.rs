//! The traces of a table, and its first column.

use socket_tap::format::Side;

use super::grid::Column;
use crate::compare::grouping::Grouping;
use crate::summary::Summary;

/// Returns the traces of one side. A table never mixes both sides.
pub(super) fn of_side(traces: &[Summary], side: Side) -> Vec<&Summary> {
    traces.iter().filter(|trace| trace.side == side).collect()
}

/// Returns `true` if both traces are of the same program, so that the table shows the change from the first to the second.
pub(super) fn is_change(traces: &[&Summary]) -> bool {
    matches!(traces, [before, after] if before.name == after.name)
}

/// Returns the column with the names of the groups. The name of a step may be wrapped to `min_width` characters; that of an
/// operation has no good place for a line break.
pub(super) fn group_column(grouping: Grouping, min_width: u16) -> Column {
    Column::Names(grouping.name(), if grouping == Grouping::Operation { 40 } else { min_width })
}

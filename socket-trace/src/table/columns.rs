//! Selects the traces of a table, and defines its first column.

use socket_tap::format::Side;

use super::grid::Column;
use crate::compare::grouping::Grouping;
use crate::summary::Summary;

/// Returns the traces recorded by `side`. A table contains only servers or only clients.
pub(super) fn of_side(traces: &[Summary], side: Side) -> Vec<&Summary> {
    traces.iter().filter(|trace| trace.side == side).collect()
}

/// Returns `true` if there are exactly two traces, and their recordings have the same name. The table then
/// shows the change from the first to the second.
pub(super) fn is_change(traces: &[&Summary]) -> bool {
    matches!(traces, [before, after] if before.name == after.name)
}

/// Returns the column with the names of the steps or operations. A step's name may be wrapped, but not to
/// less than `min_width` characters. An operation's name is not wrapped, since it has no good place for a
/// line break.
pub(super) fn group_column(grouping: Grouping, min_width: u16) -> Column {
    Column::Names(grouping.name(), if grouping == Grouping::Operation { 40 } else { min_width })
}

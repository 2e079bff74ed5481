//! Draws several connections side by side, without times and data.

use socket_tap::format::Side;
use unicode_width::UnicodeWidthStr as _;

use super::call::Call;
use crate::show::description::truncate;

/// Number of columns for the socket calls of one side.
const COLUMN: usize = 15;

/// Number of columns between the two sides of a connection.
const GAP: usize = 5;

/// Number of columns of a connection.
const LANE: usize = 2 * COLUMN + GAP;

/// Separator between two connections.
const SEPARATOR: &str = " │ ";

/// Draws several connections side by side as text of at most `width` columns, each with its client on the left and its
/// server on the right. Those that do not fit are drawn below.
#[must_use]
pub fn lanes(sequences: &[(String, Vec<Call>)], width: usize) -> String {
    let fitting = (width + SEPARATOR.width()) / (LANE + SEPARATOR.width());
    let groups = sequences.chunks(fitting.max(1)).map(group);
    groups.collect::<Vec<_>>().join("\n")
}

fn group(sequences: &[(String, Vec<Call>)]) -> String {
    let heading = |(title, _): &(String, Vec<Call>)| format!("{:<LANE$}", truncate(title, LANE));
    let sides = |(_, calls): &(String, Vec<Call>)| {
        let name = |side: Side| if is_recorded(calls, side) { side.name() } else { "(not recorded)" };
        format!("{:<COLUMN$}{:GAP$}{:<COLUMN$}", name(Side::Client), "", name(Side::Server))
    };
    let rule = |_: &_| "─".repeat(LANE);
    let mut lines = vec![
        join(sequences.iter().map(heading)),
        join(sequences.iter().map(sides)),
        join(sequences.iter().map(rule)),
    ];
    let longest = sequences.iter().map(|(_, calls)| calls.len()).max().unwrap_or(0);
    for row in 0..longest {
        lines.push(join(sequences.iter().map(|(_, calls)| cell(calls, calls.get(row)))));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Returns `true` if `side` has socket calls, which means that it was recorded. If neither side has any, both
/// count as recorded.
fn is_recorded(calls: &[Call], side: Side) -> bool {
    calls.is_empty() || calls.iter().any(|call| call.side == side)
}

fn join(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(SEPARATOR)
}

fn cell(calls: &[Call], call: Option<&Call>) -> String {
    let Some(call) = call else {
        return " ".repeat(LANE);
    };
    let is_one_sided = !(is_recorded(calls, Side::Client) && is_recorded(calls, Side::Server));
    let arrow = match (call.side, call.sends) {
        (Side::Client | Side::Wire, Some(_)) => "───▶",
        (Side::Server, Some(_)) => "◀───",
        (Side::Client | Side::Wire, None) if is_one_sided && call.receives.is_some() => "◀───",
        (Side::Server, None) if is_one_sided && call.receives.is_some() => "───▶",
        (_, None) => "",
    };
    let text = truncate(&call.text, COLUMN);
    match call.side {
        Side::Client | Side::Wire => format!("{text:<COLUMN$}{arrow:<GAP$}{:COLUMN$}", ""),
        Side::Server => format!("{:COLUMN$}{arrow:<GAP$}{text:<COLUMN$}", ""),
    }
}

//! Draws the diagram as text.

use std::fmt::Write as _;

use socket_tap::format::Side;
use socket_tap::format::text::seconds;
use unicode_width::UnicodeWidthStr as _;

use super::call::Call;
use super::diagram::{Arrow, Row, lane, pause, rows};
use super::model::Sequence;
use crate::show::description::truncate;

/// Minimum number of columns of an arrow in [`diagram`].
const MIN_ARROW: usize = 28;

/// Draws one connection as text, with times and descriptions of the data.
#[must_use]
pub fn diagram(sequence: &Sequence, width: usize) -> String {
    let rows = rows(sequence);
    let (client, server) =
        (lane(Side::Client, sequence.client.as_ref()), lane(Side::Server, sequence.server.as_ref()));
    let of = |side| {
        move |row: &Row| row.call.as_ref().filter(|(of, _)| *of == side).map_or(0, |(_, text)| text.width())
    };
    let left = rows.iter().map(of(Side::Client)).max().unwrap_or(0).max(client.width());
    let right = rows.iter().map(of(Side::Server)).max().unwrap_or(0).max(server.width());
    let arrow_width = width.saturating_sub(12 + left + right + 4).max(MIN_ARROW);
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    let _ = writeln!(out, "{:12}{client:<left$}{:arrow_width$}    {server}", "", "");
    for row in &rows {
        if let Some(ns) = row.pause {
            let _ = writeln!(out, "{:>10}", format!("⋮ {}", pause(ns)));
        }
        let time = row.at.map(seconds).unwrap_or_default();
        let text = |side| row.call.as_ref().filter(|(of, _)| *of == side).map_or("", |(_, text)| text);
        let between = match (&row.arrow, &row.call) {
            (Some(arrow), _) => drawn(arrow, arrow_width),
            (None, Some((side, _))) => beside(*side, &row.carried, arrow_width),
            (None, None) => String::new(),
        };
        let (client, server) = (text(Side::Client), text(Side::Server));
        let pad = left - client.width().min(left);
        let line = format!("{time:>10}  {client}{:pad$}  {}  {server}", "", fill(&between, arrow_width));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    if sequence.more > 0 {
        let _ = writeln!(out, "{:12}… and {} more calls", "", sequence.more);
    }
    if sequence.more_packets > 0 {
        let _ = writeln!(out, "{:12}… and {} more packets", "", sequence.more_packets);
    }
    out
}

/// Formats an arrow of `width` columns: `── SYN ─────▶`. That of a dropped packet ends with a cross.
fn drawn(arrow: &Arrow, width: usize) -> String {
    let label = truncate(&arrow.label, width.saturating_sub(8));
    let label = if label.is_empty() { String::new() } else { format!(" {label} ") };
    let line = "─".repeat(width.saturating_sub(label.width() + 3));
    match (arrow.to, arrow.is_dropped) {
        (Side::Server, false) => format!("──{label}{line}▶"),
        (Side::Server, true) => format!("──{label}{line}✗"),
        (_, false) => format!("◀{line}{label}──"),
        (_, true) => format!("✗{line}{label}──"),
    }
}

/// Formats the description of a socket call's data, next to the side that made the call.
fn beside(side: Side, carried: &str, width: usize) -> String {
    let text = truncate(carried, width);
    match side {
        Side::Server => format!("{:pad$}{text}", "", pad = width.saturating_sub(text.width())),
        _ => text,
    }
}

fn fill(text: &str, width: usize) -> String {
    format!("{text}{:pad$}", "", pad = width.saturating_sub(text.width()))
}

/// Number of columns for the socket calls of one side in [`lanes`].
const COLUMN: usize = 15;

/// Number of columns between the two sides of a connection in [`lanes`].
const GAP: usize = 5;

/// Draws several connections side by side as text, each with its client on the left and its server on the
/// right.
#[must_use]
pub fn lanes(sequences: &[(String, Vec<Call>)]) -> String {
    let heading = |(title, _): &(String, Vec<Call>)| format!("{title:<width$}", width = 2 * COLUMN + GAP);
    let sides = |(_, calls): &(String, Vec<Call>)| {
        let name = |side: Side| if is_recorded(calls, side) { side.name() } else { "(not recorded)" };
        format!("{:<COLUMN$}{:GAP$}{:<COLUMN$}", name(Side::Client), "", name(Side::Server))
    };
    let rule = |_: &_| "─".repeat(2 * COLUMN + GAP);
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
    cells.collect::<Vec<_>>().join(" │ ")
}

fn cell(calls: &[Call], call: Option<&Call>) -> String {
    let Some(call) = call else {
        return " ".repeat(2 * COLUMN + GAP);
    };
    let is_one_sided = !(is_recorded(calls, Side::Client) && is_recorded(calls, Side::Server));
    let arrow = match (call.side, call.sends) {
        (Side::Client | Side::Wire, Some(_)) => "───▶",
        (Side::Server, Some(_)) => "◀───",
        (Side::Client | Side::Wire, None) if is_one_sided && call.receives.is_some() => "◀───",
        (Side::Server, None) if is_one_sided && call.receives.is_some() => "───▶",
        (_, None) => "",
    };
    let text = &call.text;
    match call.side {
        Side::Client | Side::Wire => format!("{text:<COLUMN$}{arrow:<GAP$}{:COLUMN$}", ""),
        Side::Server => format!("{:COLUMN$}{arrow:<GAP$}{text:<COLUMN$}", ""),
    }
}

//! Draws the diagram as text.
//!
//! If the terminal is wide enough, the client's calls are on the left, the server's on the right, and the arrows between
//! them. Otherwise both sides share the same columns: a call of the client begins on the left, one of the server ends on
//! the right, and an arrow takes the rest of the line.

use std::fmt::Write as _;

use socket_tap::format::Side;
use socket_tap::format::text::seconds;
use unicode_width::UnicodeWidthStr as _;

use super::diagram::{Arrow, Row, lane, pause, rows};
use super::model::Sequence;
use crate::show::description::truncate;

/// Number of columns for the time of a row.
const TIME: usize = 12;

/// Minimum number of columns of an arrow, without those that the label of a packet needs.
const MIN_ARROW: usize = 28;

/// Number of columns of an arrow that its label cannot use.
const ARROW_ENDS: usize = 8;

/// Minimum number of columns to describe data beside a call.
const MIN_BESIDE: usize = 8;

/// Draws one connection as text of `width` columns, with times and descriptions of the data.
#[must_use]
pub fn diagram(sequence: &Sequence, width: usize) -> String {
    let rows = rows(sequence);
    let layout = Layout::of(sequence, &rows, width);
    let mut out = String::new();
    for line in layout.heading(sequence) {
        push(&mut out, "", &line);
    }
    for row in &rows {
        if let Some(ns) = row.pause {
            let _ = writeln!(out, "{:>10}", format!("⋮ {}", pause(ns)));
        }
        let mut time = row.at.map(seconds).unwrap_or_default();
        for line in layout.lines(row) {
            push(&mut out, &time, &line);
            time.clear();
        }
    }
    if sequence.more > 0 {
        push(&mut out, "", &format!("… and {} more calls", sequence.more));
    }
    if sequence.more_packets > 0 {
        push(&mut out, "", &format!("… and {} more packets", sequence.more_packets));
    }
    out
}

fn push(out: &mut String, time: &str, line: &str) {
    // Writing to a `String` cannot fail.
    let _ = writeln!(out, "{}", format!("{time:>10}  {line}").trim_end());
}

/// The arrangement of calls and arrows. Numbers are columns.
#[derive(Clone, Copy, Debug)]
enum Layout {
    SideBySide { client: usize, arrow: usize },
    Stacked { width: usize },
}

impl Layout {
    fn of(sequence: &Sequence, rows: &[Row], width: usize) -> Self {
        let longest = |side: Side| {
            let calls = rows.iter().filter_map(|row| row.call.as_ref()).filter(|(of, _)| *of == side);
            calls.map(|(_, text)| text.width()).max().unwrap_or(0)
        };
        let [client, server] = heading(sequence);
        let client = longest(Side::Client).max(client.width());
        let server = longest(Side::Server).max(server.width());
        let arrow = width.saturating_sub(TIME + client + server + 4);
        let label = |row: &Row| row.arrow.as_ref().map_or(0, |arrow| arrow.label.width() + ARROW_ENDS);
        let labels = if sequence.packets.is_empty() { None } else { rows.iter().map(label).max() };
        if arrow >= labels.unwrap_or(0).max(MIN_ARROW) {
            Self::SideBySide { client, arrow }
        } else {
            Self::Stacked { width: width.saturating_sub(TIME).max(MIN_ARROW) }
        }
    }

    fn heading(self, sequence: &Sequence) -> Vec<String> {
        let [client, server] = heading(sequence);
        match self {
            Self::SideBySide { client: lane, arrow } => {
                vec![format!("{client:<lane$}{:arrow$}    {server}", "")]
            }
            Self::Stacked { width } if client.width() + 2 + server.width() <= width => {
                let gap = width - client.width() - server.width();
                vec![format!("{client}{:gap$}{server}", "")]
            }
            Self::Stacked { width } => {
                vec![truncate(&client, width), right(&truncate(&server, width), width)]
            }
        }
    }

    /// Returns the lines of a row, without its time.
    fn lines(self, row: &Row) -> Vec<String> {
        match self {
            Self::SideBySide { client, arrow } => vec![side_by_side(row, client, arrow)],
            Self::Stacked { width } => stacked(row, width),
        }
    }
}

/// Returns the names of the recordings of client and server.
fn heading(sequence: &Sequence) -> [String; 2] {
    [lane(Side::Client, sequence.client.as_ref()), lane(Side::Server, sequence.server.as_ref())]
}

fn side_by_side(row: &Row, lane: usize, width: usize) -> String {
    let text = |side| row.call.as_ref().filter(|(of, _)| *of == side).map_or("", |(_, text)| text);
    let between = match (&row.arrow, &row.call) {
        (Some(arrow), _) => drawn(arrow, width),
        (None, Some((Side::Server, _))) => right(&truncate(&row.carried, width), width),
        (None, Some(_)) => truncate(&row.carried, width),
        (None, None) => String::new(),
    };
    let (client, server) = (text(Side::Client), text(Side::Server));
    let (pad, fill) = (lane.saturating_sub(client.width()), width.saturating_sub(between.width()));
    format!("{client}{:pad$}  {between}{:fill$}  {server}", "", "")
}

fn stacked(row: &Row, width: usize) -> Vec<String> {
    let Some((side, text)) = &row.call else {
        return row.arrow.iter().map(|arrow| drawn(arrow, width)).collect();
    };
    let text = truncate(text, width);
    let rest = width.saturating_sub(text.width() + 2);
    let beside = match &row.arrow {
        Some(arrow) if rest >= MIN_ARROW => drawn(arrow, rest),
        None if rest >= MIN_BESIDE => truncate(&row.carried, rest),
        _ => String::new(),
    };
    let line = match side {
        Side::Server => right(format!("{beside}  {text}").trim_start(), width),
        _ => format!("{text}  {beside}"),
    };
    let below = row.arrow.iter().filter(|_| rest < MIN_ARROW).map(|arrow| drawn(arrow, width));
    std::iter::once(line).chain(below).collect()
}

/// Formats an arrow of `width` columns: `── SYN ─────▶`. That of a dropped packet ends with a cross.
fn drawn(arrow: &Arrow, width: usize) -> String {
    let label = truncate(&arrow.label, width.saturating_sub(ARROW_ENDS));
    let label = if label.is_empty() { String::new() } else { format!(" {label} ") };
    let line = "─".repeat(width.saturating_sub(label.width() + 3));
    match (arrow.to, arrow.is_dropped) {
        (Side::Server, false) => format!("──{label}{line}▶"),
        (Side::Server, true) => format!("──{label}{line}✗"),
        (_, false) => format!("◀{line}{label}──"),
        (_, true) => format!("✗{line}{label}──"),
    }
}

/// Aligns a text to the right.
fn right(text: &str, width: usize) -> String {
    format!("{:pad$}{text}", "", pad = width.saturating_sub(text.width()))
}

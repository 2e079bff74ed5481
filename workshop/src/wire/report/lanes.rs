//! Draws one call packet by packet: a lane for the socket calls of each end, and one for the packets between them.

use std::fmt::Write as _;

use super::style::{Style, ms};
use crate::wire::reading::one_call::OneCall;
use crate::wire::reading::rows::{Lane, Row};

/// Number of columns before the first lane: a note, the time, and the spaces after them.
const BEFORE: usize = 12;

/// Minimum numbers of columns of the lanes.
const MINIMUM: Lanes = Lanes { client: 15, wire: 37, server: 14 };

/// The numbers of columns of the lanes.
#[derive(Clone, Copy, Debug)]
struct Lanes {
    client: usize,
    wire: usize,
    server: usize,
}

impl Lanes {
    /// Divides the width of a terminal. The lanes of the two ends need less than that of the packets.
    fn of(width: usize) -> Self {
        let Self { client, wire, server } = MINIMUM;
        let spare = width.saturating_sub(BEFORE + client + 1 + wire + 1 + server);
        let end = spare / 5;
        Self { client: client + end, wire: wire + spare - 2 * end, server: server + end }
    }
}

/// Draws the rows of a call, and the notes that explain them.
pub(super) fn lanes(call: &OneCall, style: Style) -> String {
    let Lanes { client, wire, server } = Lanes::of(style.width());
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "     {:>6} {:client$} {:wire$} server",
        "time", "client", "wire (and time of arrival)"
    );
    let [time, left, middle, right] = [6, client, wire, server].map(|columns| "─".repeat(columns));
    let _ = writeln!(out, "     {time} {left} {middle} {right}");
    for row in &call.rows {
        let note = row.note.map_or_else(String::new, |note| format!("[{note}]"));
        let [left, middle, right] = match row.lane {
            Lane::Client => [row.text.clone(), String::new(), String::new()],
            Lane::Wire => [String::new(), arrow(row, wire), String::new()],
            Lane::Server => [String::new(), String::new(), row.text.clone()],
        };
        let line = format!("{note:4} {:>6} {left:client$} {middle:wire$} {right}", ms(row.at_ns));
        let line = line.trim_end();
        let line = if row.is_dropped {
            style.bad(line)
        } else if row.is_retransmission {
            style.notable(line)
        } else {
            line.to_owned()
        };
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    for (number, note) in (1..).zip(&call.notes) {
        out += &style.wrapped(&format!("[{number}] "), &note.text);
    }
    out.push('\n');
    out
}

/// Draws a packet as an arrow, with its number, that of the packet which it repeats, and the time of its arrival.
fn arrow(row: &Row, width: usize) -> String {
    let arrives = row.arrives_ns.map_or_else(String::new, ms);
    let number = row.packet.map_or_else(String::new, |number| format!("{number} "));
    let again = match row.repeats {
        Some(repeated) => format!("again {repeated}: "),
        None if row.is_retransmission => "again: ".to_owned(),
        None => String::new(),
    };
    let text = format!("{number}{again}{}", row.text);
    let space = width.saturating_sub(text.chars().count() + 10);
    let line = "─".repeat(space);
    match (row.to, row.is_dropped) {
        (Some("server"), false) => format!("{text} {line}▶ {arrives:>7}"),
        (Some("server"), true) => format!("{text} {line}✕    lost"),
        (_, false) => format!("◀{line} {text} {arrives:>7}"),
        (_, true) => format!("✕{line} {text}    lost"),
    }
}

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;

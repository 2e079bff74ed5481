//! A comparison for the eye.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use crate::compare::{Comparison, Verdict};
use crate::step::Step;
use crate::summary::Summary;

/// The verdict with its evidence: what is the same, or why not.
#[must_use]
pub fn verdict(comparison: &Comparison) -> String {
    let mut out = String::new();
    let headline = match comparison.verdict {
        Verdict::Same => "The socket primitives are the same.",
        Verdict::Different => "The socket primitives differ.",
        Verdict::Unclear => "These traces do not allow to say whether the socket primitives are the same.",
    };
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{headline}");
    for reason in &comparison.reasons {
        let _ = writeln!(out, "  {}", printable(reason));
    }
    for (role, skeletons) in &comparison.skeletons {
        for skeleton in skeletons {
            let counts: Vec<String> = (comparison.traces.iter())
                .filter_map(|trace| {
                    let seen = trace.skeletons.get(role)?.get(skeleton)?;
                    Some(format!("{} {}", printable(&trace.name), seen.sockets))
                })
                .collect();
            let (title, skeleton) = (role.title(), printable(skeleton));
            let _ = writeln!(out, "  {title:<30} {skeleton}   ({})", counts.join(", "));
        }
    }
    for trace in comparison.traces.iter().filter(|trace| trace.open > 0) {
        let (open, source) = (trace.open, &trace.source);
        let _ = match open {
            1 => writeln!(out, "  1 connection of {source} is still open and left out"),
            _ => writeln!(out, "  {open} connections of {source} are still open and left out"),
        };
    }
    out
}

/// A line under the heading, and nothing else.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::new(' ', ' ', ' '))
    .header_separator(LineStyle::new(' ', '─', ' ', ' '))
    .content_lines(ContentLineStyle::new(' ', ' ', ' '));

/// What differs, step by step, as one side recorded it. `None` when no trace is of that side.
#[must_use]
pub fn differences(traces: &[Summary], side: Side) -> Option<String> {
    let traces: Vec<&Summary> = traces.iter().filter(|trace| trace.side == side).collect();
    if traces.is_empty() {
        return None;
    }
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header([
        "step",
        "api",
        "conns",
        "reads",
        "writes",
        "to server",
        "to client",
        "first byte",
        "spoke first",
        "ended by",
    ]);
    for name in step_names(&traces) {
        let mut shown = name;
        for trace in &traces {
            if let Some(step) = trace.steps.iter().find(|step| step.name == name) {
                table.add_row(row(shown, &trace.name, step));
                shown = "";
            }
        }
    }
    for column in 2..=7 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    Some(table.trim_fmt() + "\n")
}

/// In the order of the first trace that has them.
fn step_names<'a>(traces: &[&'a Summary]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for step in traces.iter().flat_map(|trace| &trace.steps) {
        if !names.contains(&step.name.as_str()) {
            names.push(&step.name);
        }
    }
    names
}

fn row(name: &str, api: &str, step: &Step) -> Vec<String> {
    vec![
        printable(name),
        printable(api),
        step.connections.to_string(),
        step.reads.to_string(),
        step.writes.to_string(),
        step.to_server.to_string(),
        step.to_client.to_string(),
        step.first_byte_ns.map_or_else(|| "–".to_owned(), milliseconds),
        who(&step.spoke_first),
        who(&step.ended_by),
    ]
}

fn milliseconds(ns: u64) -> String {
    let us = ns / 1_000;
    format!("{}.{:03} ms", us / 1_000, us % 1_000)
}

/// `client`, or `client 3, server 1`.
fn who(counts: &BTreeMap<&'static str, u64>) -> String {
    match counts.iter().collect::<Vec<_>>().as_slice() {
        [(who, _)] => (*who).to_string(),
        several => several.iter().map(|(who, count)| format!("{who} {count}")).collect::<Vec<_>>().join(", "),
    }
}

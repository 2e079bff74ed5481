//! Formats the diagram in Mermaid's syntax, which GitHub renders.

use std::fmt::Write as _;

use socket_tap::format::Side;

use super::diagram::{Arrow, lane, pause, rows};
use super::model::Sequence;
use crate::show::description::truncate;

/// Maximum number of characters of a description on an arrow. It is limited because the widest description
/// determines the width of the diagram.
const LABEL: usize = 60;

/// Formats a connection as a Mermaid `sequenceDiagram`.
#[must_use]
pub fn diagram(sequence: &Sequence) -> String {
    let mut out = "sequenceDiagram\n".to_owned();
    for (side, recording) in [(Side::Client, &sequence.client), (Side::Server, &sequence.server)] {
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "    participant {} as {}", id(side), escaped(&lane(side, recording.as_ref())));
    }
    for row in rows(sequence) {
        if let Some(ns) = row.pause {
            let _ = writeln!(out, "    Note over C,S: {}", pause(ns));
        }
        match (row.call, row.arrow) {
            (Some((_, text)), Some(arrow)) => {
                let label = truncate(&arrow.label, LABEL);
                let label = if label.is_empty() { label } else { format!("<br/>{}", escaped(&label)) };
                let _ = writeln!(out, "    {}: {}{label}", across(&arrow), escaped(&text));
            }
            (None, Some(arrow)) => _ = writeln!(out, "    {}: {}", across(&arrow), escaped(&arrow.label)),
            (Some((side, text)), None) => {
                let carried = truncate(&row.carried, LABEL);
                let carried =
                    if carried.is_empty() { carried } else { format!("<br/>{}", escaped(&carried)) };
                let _ = writeln!(out, "    Note over {}: {}{carried}", id(side), escaped(&text));
            }
            (None, None) => {}
        }
    }
    if sequence.more > 0 {
        let _ = writeln!(out, "    Note over C,S: and {} more calls", sequence.more);
    }
    if sequence.more_packets > 0 {
        let _ = writeln!(out, "    Note over C,S: and {} more packets", sequence.more_packets);
    }
    out
}

fn id(side: Side) -> &'static str {
    match side {
        Side::Client | Side::Wire => "C",
        Side::Server => "S",
    }
}

/// Returns the Mermaid syntax for an arrow: `C->>S`, or `C-->>S` (dashed) for a segment without data. The arrow of a
/// dropped packet ends with a cross: `C-xS`.
fn across(arrow: &Arrow) -> String {
    let line = match (arrow.kernel, arrow.is_dropped) {
        (true, false) => "-->>",
        (true, true) => "--x",
        (false, false) => "->>",
        (false, true) => "-x",
    };
    match arrow.to {
        Side::Server => format!("C{line}S"),
        Side::Client | Side::Wire => format!("S{line}C"),
    }
}

/// Escapes text for Mermaid, where `;` ends a statement, `#` starts an entity, and labels are HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | ';' | '<' | '>' | '&' | '"' | '%' | ':' | '{' | '}' => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "#{};", u32::from(c));
            }
            '\n' | '\r' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

//! The diagram as a text that Mermaid draws, and so GitHub.

use std::fmt::Write as _;

use socket_tap::format::Side;

use super::diagram::{Arrow, lane, pause, rows};
use super::model::Sequence;
use crate::show::carried::cut;

/// How many letters of what was carried are shown: the diagram is as wide as its longest label.
const LABEL: usize = 60;

/// A `sequenceDiagram`.
#[must_use]
pub fn diagram(sequence: &Sequence) -> String {
    let mut out = "sequenceDiagram\n".to_owned();
    for (side, recording) in [(Side::Client, &sequence.client), (Side::Server, &sequence.server)] {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "    participant {} as {}", id(side), escaped(&lane(side, recording.as_ref())));
    }
    for row in rows(sequence) {
        if let Some(ns) = row.pause {
            let _ = writeln!(out, "    Note over C,S: {}", pause(ns));
        }
        match (row.call, row.arrow) {
            (Some((_, text)), Some(arrow)) => {
                let label = cut(&arrow.label, LABEL);
                let label = if label.is_empty() { label } else { format!("<br/>{}", escaped(&label)) };
                let _ = writeln!(out, "    {}: {}{label}", across(&arrow), escaped(&text));
            }
            (None, Some(arrow)) => _ = writeln!(out, "    {}: {}", across(&arrow), escaped(&arrow.label)),
            (Some((side, text)), None) => _ = writeln!(out, "    Note over {}: {}", id(side), escaped(&text)),
            (None, None) => {}
        }
    }
    if sequence.more > 0 {
        let _ = writeln!(out, "    Note over C,S: and {} calls more", sequence.more);
    }
    out
}

fn id(side: Side) -> &'static str {
    match side {
        Side::Client => "C",
        Side::Server => "S",
    }
}

/// Dashed for what the kernels say to each other.
fn across(arrow: &Arrow) -> String {
    let line = if arrow.kernel { "-->>" } else { "->>" };
    match arrow.to {
        Side::Server => format!("C{line}S"),
        Side::Client => format!("S{line}C"),
    }
}

/// Mermaid takes `;` for the end of a statement and `#` for the beginning of an entity, and its labels are HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | ';' | '<' | '>' | '&' | '"' | '%' | ':' | '{' | '}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "#{};", u32::from(c));
            }
            '\n' | '\r' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

//! The calls of one row, as a lane of a panel.

use std::fmt::Write as _;

use super::axis::{Axis, WIDTH};
use super::marker::marker;
use crate::wire::compare::row::Row;

/// Height of a lane, in pixels.
pub const HEIGHT: f64 = 15.0;

/// Width of a character of a note, in pixels.
const NOTE_CHARACTER: f64 = 6.2;

/// Draws a row in a lane whose left end is at (`x`, `y`): a tick for each call, longer ones for the percentiles, and a
/// marker for each outlier.
#[must_use]
pub fn lane(row: &Row, axis: &Axis, x: f64, y: f64) -> String {
    let middle = y + HEIGHT / 2.0;
    let mut out = calls(row, axis, x, y) + &percentiles(row, axis, x, y);
    for outlier in &row.outliers {
        let title = format!("call {}: {}, {}", outlier.call, ms(outlier.latency_ns), outlier.reason.text());
        out += &marker(outlier.reason, x + axis.position(outlier.latency_ns), middle, &title);
    }
    let note = note(row);
    if note.is_empty() {
        return out;
    }
    // On the side with more space.
    let first = row.latencies_ns.iter().flatten().min().map_or(WIDTH, |latency| axis.position(*latency));
    let (x, anchor) = if first > note.len() as f64 * NOTE_CHARACTER {
        (x + 4.0, "start")
    } else {
        (x + WIDTH - 4.0, "end")
    };
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\" class=\"note\">{note}</text>",
        middle + 4.0
    );
    out
}

/// Returns what the ticks do not show: calls without a latency, and whether the latencies say little.
fn note(row: &Row) -> String {
    let counted = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let overloaded = row.is_overloaded().then(|| "overloaded".to_owned());
    let parts = [overloaded, counted(row.failed, "failed"), counted(row.given_up(), "given up")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Draws a tick for each call.
fn calls(row: &Row, axis: &Axis, x: f64, y: f64) -> String {
    let position = |latency: &u64| (axis.position(*latency) * 2.0).round() / 2.0;
    let mut positions: Vec<f64> = row.latencies_ns.iter().flatten().map(position).collect();
    positions.sort_by(f64::total_cmp);
    // Further calls at the same place would not be seen.
    positions.dedup();
    if positions.is_empty() {
        return String::new();
    }
    let ticks: String = positions.iter().map(|position| format!("M{} {}v7", x + position, y + 4.0)).collect();
    format!("<path d=\"{ticks}\" stroke=\"#555\" stroke-opacity=\"0.55\" stroke-width=\"0.7\"/>\n")
}

/// Draws a longer tick for each percentile whose latency is known.
fn percentiles(row: &Row, axis: &Axis, x: f64, y: f64) -> String {
    let mut out = String::new();
    for percentile in row.percentiles.iter().filter(|percentile| !percentile.is_lower_bound) {
        let position = x + axis.position(percentile.latency_ns);
        let width = if percentile.percent == 50.0 { 2.5 } else { 1.5 };
        let _ = writeln!(
            out,
            "<path d=\"M{position:.1} {}v{}\" stroke=\"#000\" stroke-width=\"{width}\"><title>p{}: {}</title></path>",
            y + 1.0,
            HEIGHT - 2.0,
            percentile.percent,
            ms(percentile.latency_ns),
        );
    }
    out
}

fn ms(ns: u64) -> String {
    format!("{:.2} ms", ns as f64 / 1e6)
}

/// Draws the frame of a panel, and a line for each label of the axis.
#[must_use]
pub fn frame(axis: &Axis, x: f64, y: f64, height: f64) -> String {
    let mut out = String::new();
    for (position, label) in axis.labels() {
        let line = x + position;
        let _ = writeln!(out, "<path d=\"M{line:.1} {y}v{height}\" stroke=\"#e3e3e3\"/>");
        // Labels at three times a power of ten would touch their neighbours.
        if !label.starts_with('3') && !label.starts_with("0.3") && !label.starts_with("0.03") {
            let _ = writeln!(
                out,
                "<text x=\"{line:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
                y + height + 15.0
            );
        }
    }
    let _ = writeln!(
        out,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{height}\" fill=\"none\" stroke=\"#999\"/>"
    );
    out
}

//! The results as a table.

use std::fmt::Write as _;
use std::time::Duration;

use super::conditions::duration;
use super::percentiles::{MIN_BEYOND, PERMILLE, Percentile, is_carried};
use super::row::Row;
use crate::wire::report::style::Style;

/// Returns the heading of the table, and an explanation of its columns.
#[must_use]
pub fn heading(calls: usize, style: Style) -> String {
    let mut out = format!("{}\n", style.heading(&titles(calls)));
    out += &"─".repeat(titles(calls).chars().count());
    out + "\n"
}

fn titles(calls: usize) -> String {
    let mut line = format!(
        "{:>5} {:>5} {:<7} {:>5} {:>7} {:>6} {:>6}",
        "RTT", "loss", "API", "conns", "at once", "rate/s", "calls"
    );
    for permille in carried(calls) {
        let _ = write!(line, " {:>7}", name(permille));
    }
    line + &format!(" {:>7}", "max")
}

/// Returns the percentiles that a number of calls carries.
fn carried(calls: usize) -> impl Iterator<Item = usize> {
    PERMILLE.into_iter().filter(move |permille| is_carried(calls, *permille))
}

fn name(permille: usize) -> String {
    format!("p{}", permille as f64 / 10.0)
}

/// Returns the lines of one row: its conditions and latencies, then its outliers.
#[must_use]
pub fn row(row: &Row, style: Style) -> String {
    let mut out = format!(
        "{:>5} {:>5} {:<7} {:>5} {:>7} {:>6} {:>6}",
        duration(Duration::from_nanos(row.rtt_ns)),
        percent(row.loss),
        row.api.title(),
        row.connections,
        row.concurrency,
        row.rate,
        row.calls,
    );
    for percentile in row.percentiles.iter().chain(&row.max) {
        let _ = write!(out, " {:>7}", ms(percentile));
    }
    out.push('\n');
    let mut line = |text: String| _ = writeln!(out, "      {}", style.notable(&text));
    if let Some(utilization) = row.utilization.filter(|_| row.is_overloaded()) {
        line(format!(
            "overloaded: {utilization:.1} calls arrive for each that can be made, so latencies grow"
        ));
    }
    if let Some(first) = &row.first_failure {
        line(format!("failed: {}; the first: {first}", row.failed));
    }
    if row.given_up() > 0 {
        line(format!("given up without a response: {}", row.given_up()));
    }
    for (reason, outliers) in row.outliers_by_reason() {
        let latencies = outliers.iter().map(|outlier| outlier.latency_ns as f64 / 1e6);
        let (min, max) = (latencies.clone().fold(f64::INFINITY, f64::min), latencies.fold(0.0, f64::max));
        let range =
            if outliers.len() == 1 { format!("{max:.1} ms") } else { format!("{min:.1} to {max:.1} ms") };
        line(format!("{} of {}: {} ({range})", outliers.len(), row.calls, reason.text()));
    }
    out
}

/// Returns the explanation below the table.
#[must_use]
pub fn explanation() -> String {
    format!(
        "\nTimes in ms, from the scheduled arrival of a call to its complete response. > : calls\n\
         failed or were given up. A percentile is shown if at least {MIN_BEYOND} calls are beyond it. Below a row:\n\
         its outliers, with the reason for the largest part of their time, as recorded.\n"
    )
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 100.0 * 1e9).round() / 1e9)
}

fn ms(percentile: &Percentile) -> String {
    let ms = percentile.latency_ns as f64 / 1e6;
    let text = if ms < 1_000.0 { format!("{ms:.2}") } else { format!("{ms:.0}") };
    if percentile.is_lower_bound { format!(">{text}") } else { text }
}

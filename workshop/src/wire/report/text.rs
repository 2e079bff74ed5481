//! The report as text for a terminal of 80 columns.

use std::fmt::Write as _;

use super::conclusions::count;
use super::contents::Report;
use super::measurements::Measurements;
use super::style::Style;
use super::table::Table;
use crate::wire::flags::Flags;
use crate::wire::reading::one_call::OneCall;
use crate::wire::reading::rows::{Lane, Row};

/// Number of columns of a terminal.
const WIDTH: usize = 80;

/// Number of columns of the lane of the client, and of the packets.
const LANES: (usize, usize) = (15, 37);

/// Returns the report as text.
#[must_use]
pub fn text(report: &Report, flags: &Flags, style: Style) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}\n", style.heading(&network(flags)));
    let measured = &report.measured;
    if let Some(call) = &measured.one_call {
        let _ = writeln!(out, "{}\n", style.heading("One call over REST, packet by packet (ms)"));
        one_call(&mut out, call, style);
    }
    let _ = writeln!(out, "{}\n", style.heading("What each step costs"));
    out += &costs(measured);
    if !measured.kept.is_empty() {
        let _ = writeln!(out, "\n{}\n", style.heading("One call: on a new connection, and on a kept one"));
        out += &new_and_kept(measured);
    }
    if !report.conclusions.is_empty() {
        let _ = writeln!(out, "\n{}\n", style.heading("What follows"));
        for conclusion in &report.conclusions {
            out += &wrapped("- ", &conclusion.text);
        }
    }
    let traces = flags.traces.display();
    let _ = writeln!(
        out,
        "\nRecordings: {traces}. Show the packets between the socket calls:\n  \
         cargo run -p socket-trace -- show {traces}/{{rest-client,rest-server,wire}}.jsonl"
    );
    out
}

fn network(flags: &Flags) -> String {
    let mut text = format!("Network: RTT {}, loss {}", humantime::format_duration(flags.rtt), flags.loss);
    if let Some(bandwidth) = flags.bandwidth {
        let _ = write!(text, ", {bandwidth}/s");
    }
    if flags.loss.fraction() > 0.0 {
        let _ = write!(text, ", seed {}", flags.seed);
    }
    text
}

fn one_call(out: &mut String, call: &OneCall, style: Style) {
    let (client, wire) = LANES;
    let _ = writeln!(
        out,
        "     {:>6} {:client$} {:wire$} server",
        "time", "client", "wire (and time of arrival)"
    );
    let _ = writeln!(
        out,
        "     {} {} {} {}",
        "─".repeat(6),
        "─".repeat(client),
        "─".repeat(wire),
        "─".repeat(14)
    );
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
        *out += &wrapped(&format!("[{number}] "), &note.text);
    }
    out.push('\n');
}

/// Draws a packet as an arrow, with the time of its arrival.
fn arrow(row: &Row, width: usize) -> String {
    let arrives = row.arrives_ns.map_or_else(String::new, ms);
    let again = if row.is_retransmission { "again: " } else { "" };
    let text = format!("{again}{}", row.text);
    let space = width.saturating_sub(text.chars().count() + 10);
    let line = "─".repeat(space);
    match (row.to, row.is_dropped) {
        (Some("server"), false) => format!("{text} {line}▶ {arrives:>7}"),
        (Some("server"), true) => format!("{text} {line}✕    lost"),
        (_, false) => format!("◀{line} {text} {arrives:>7}"),
        (_, true) => format!("✕{line} {text}    lost"),
    }
}

fn costs(measured: &Measurements) -> String {
    let mut table =
        Table::new(&["", "conns", "round trips", "x RTT", "time ms", "packets", "bytes", "resent"]);
    let mut last = "";
    for cost in &measured.steps {
        if cost.step != last {
            table.group(&cost.step);
        }
        last = &cost.step;
        table.row([
            format!("  {}", cost.api.title()),
            cost.connections.to_string(),
            cost.round_trips.to_string(),
            ms(cost.round_trips * measured.network.rtt_ns),
            ms(cost.time_ns),
            cost.segments.to_string(),
            cost.bytes.to_string(),
            cost.retransmissions.to_string(),
        ]);
    }
    table.text(1)
        + "\nround trips: counted in the recording, until the client had read the last\n\
           response. x RTT: their time on this network, in ms. packets, bytes: in both\n\
           directions until the end, with all headers. resent: segments sent again.\n"
}

fn new_and_kept(measured: &Measurements) -> String {
    let mut table = Table::new(&["API", "connection", "round trips", "packets", "bytes", "time ms"]);
    for kept in &measured.kept {
        let new = measured
            .steps
            .iter()
            .find(|cost| cost.api == kept.api && cost.step == crate::tour::Step::Get.name());
        if let Some(new) = new {
            table.row([
                kept.api.title().to_owned(),
                "new".to_owned(),
                new.round_trips.to_string(),
                new.segments.to_string(),
                new.bytes.to_string(),
                ms(new.time_ns),
            ]);
        }
        let calls = kept.calls as f64;
        let each = |number: f64| {
            let text = format!("{:.1}", number / calls);
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        };
        table.row([
            if new.is_some() { "" } else { kept.api.title() }.to_owned(),
            format!("kept, each of {}", count(kept.calls, "call")),
            each(kept.round_trips as f64),
            each(kept.segments as f64),
            each(kept.bytes as f64),
            ms(kept.time_ns / kept.calls as u64),
        ]);
    }
    table.text(2)
}

/// Formats nanoseconds as milliseconds, with at most five significant digits.
fn ms(ns: u64) -> String {
    let ms = ns as f64 / 1e6;
    if ms < 1_000.0 { format!("{ms:.2}") } else { format!("{ms:.1}") }
}

/// Wraps a text after `first`, and indents its further lines below it.
fn wrapped(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let (mut out, mut width) = (first.to_owned(), indent);
    for (number, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if number > 0 && width + 1 + length > WIDTH {
            out += &format!("\n{}", " ".repeat(indent));
            width = indent;
        } else if number > 0 {
            out.push(' ');
            width += 1;
        }
        out += word;
        width += length;
    }
    out + "\n"
}

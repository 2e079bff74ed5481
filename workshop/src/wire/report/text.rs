//! The report as text for a terminal. Its tables need 80 columns; the lanes use more.

use std::fmt::Write as _;

use super::conclusions::count;
use super::contents::Report;
use super::lanes::lanes;
use super::measurements::Measurements;
use super::style::{Style, ms};
use super::table::Table;
use crate::wire::flags::Flags;

/// Returns the report as text.
#[must_use]
pub fn text(report: &Report, flags: &Flags, style: Style) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}\n", style.heading(&network(flags)));
    let measured = &report.measured;
    if let Some(call) = &measured.one_call {
        let _ = writeln!(out, "{}\n", style.heading("One call over REST, packet by packet (ms)"));
        out += &lanes(call, style);
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
            out += &style.wrapped("- ", &conclusion.text);
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

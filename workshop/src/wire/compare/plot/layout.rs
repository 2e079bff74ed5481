//! The panels and the legend.

use std::fmt::Write as _;

use super::axis::{Axis, WIDTH};
use super::{lane, marker};
use crate::wire::compare::conditions::Load;
use crate::wire::compare::flags::{CalledApi, Flags};
use crate::wire::compare::row::Row;
use crate::wire::lab::api::Api;

/// Width of the names of lanes, left of the panels.
const NAMES: f64 = 230.0;

/// Space between two panels, horizontally and vertically: axis labels and the next title.
const GAP: (f64, f64) = (26.0, 52.0);

/// Height of the title and the legend above the panels.
const HEADER: f64 = 96.0;

/// Height of the name of a load, above its lanes.
const LOAD_NAME: f64 = 17.0;

const STYLE: &str = "<style>text{font:12px system-ui,\"DejaVu Sans\",sans-serif;fill:#222}\
                     .title{font-size:16px;font-weight:bold}.panel{font-weight:bold}.note{font-size:11px;fill:#555;paint-order:stroke;stroke:#fff;stroke-width:4px}</style>\n";

/// Returns the plot as an SVG document. The columns are the loss rates, the rows are the round-trip times.
#[must_use]
pub fn svg(rows: &[Row], flags: &Flags) -> String {
    let (loads, apis) = (flags.loads(), flags.apis());
    let panel_height = loads.len() as f64 * (LOAD_NAME + apis.len() as f64 * lane::HEIGHT) + 6.0;
    let (columns, lines) = (flags.networks().len() / distinct(&flags.rtt), distinct(&flags.rtt));
    let width = NAMES + columns as f64 * (WIDTH + GAP.0) + 14.0;
    let width = width.max(marker::LEGEND + 100.0);
    let height = HEADER + lines as f64 * (panel_height + GAP.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         {STYLE}{}<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        marker::definitions()
    );
    let _ = writeln!(
        out,
        "<text x=\"14\" y=\"26\" class=\"title\">Latency of a call, from its scheduled arrival to its response</text>"
    );
    let _ = writeln!(
        out,
        "<text x=\"14\" y=\"47\">{} calls per second over each API, {} calls in each lane, seed {}. A tick is a call; long \
         ticks are {}.</text>",
        flags.rate,
        flags.calls,
        flags.seed,
        percentiles(rows)
    );
    let _ = writeln!(out, "<text x=\"14\" y=\"69\">Outliers:</text>{}", marker::legend(84.0, 69.0));
    let latencies = rows.iter().flat_map(|row| row.latencies_ns.iter().flatten().copied());
    let axis = Axis::of(latencies);
    for (number, network) in flags.networks().iter().enumerate() {
        let x = NAMES + (number % columns) as f64 * (WIDTH + GAP.0);
        let y = HEADER + (number / columns) as f64 * (panel_height + GAP.1) + 10.0;
        let _ = writeln!(out, "<text x=\"{x}\" y=\"{}\" class=\"panel\">{network}</text>", y - 5.0);
        out += &lane::frame(&axis, x, y, panel_height);
        for (lane_y, load, api) in lanes(&loads, &apis, y) {
            let row = rows.iter().find(|row| {
                row.rtt_ns == network.rtt.as_nanos() as u64
                    && row.loss == network.loss.fraction()
                    && row.connections == load.connections
                    && row.concurrency == load.concurrency
                    && row.api == api.into()
            });
            out += &row.map_or_else(String::new, |row| lane::lane(row, &axis, x, lane_y));
        }
        if number.is_multiple_of(columns) {
            out += &names(&loads, &apis, y);
        }
    }
    out + "</svg>\n"
}

/// Returns the lanes of a panel with their positions.
fn lanes<'a>(
    loads: &'a [Load],
    apis: &'a [CalledApi],
    top: f64,
) -> impl Iterator<Item = (f64, Load, CalledApi)> + 'a {
    let load_height = LOAD_NAME + apis.len() as f64 * lane::HEIGHT;
    loads.iter().enumerate().flat_map(move |(number, load)| {
        let first = top + number as f64 * load_height + LOAD_NAME;
        apis.iter().enumerate().map(move |(number, api)| (first + number as f64 * lane::HEIGHT, *load, *api))
    })
}

/// Writes the names of the lanes, left of the first panel of a line.
fn names(loads: &[Load], apis: &[CalledApi], top: f64) -> String {
    let mut out = String::new();
    for (y, load, api) in lanes(loads, apis, top) {
        if Some(&api) == apis.first() {
            let _ = writeln!(out, "<text x=\"14\" y=\"{}\" class=\"panel\">{}</text>", y - 4.0, short(load));
        }
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            NAMES - 8.0,
            y + 11.5,
            Api::from(api).title()
        );
    }
    out
}

fn short(load: Load) -> String {
    load.to_string().replace("a new connection for each call", "new connections")
}

fn distinct<T: PartialEq>(values: &[T]) -> usize {
    values.iter().enumerate().filter(|(number, value)| !values[..*number].contains(value)).count()
}

/// Returns the names of the percentiles.
fn percentiles(rows: &[Row]) -> String {
    let longest = rows.iter().map(|row| &row.percentiles).max_by_key(|percentiles| percentiles.len());
    let names: Vec<String> =
        longest.into_iter().flatten().map(|percentile| format!("p{}", percentile.percent)).collect();
    if names.is_empty() { "omitted".to_owned() } else { names.join(", ") }
}

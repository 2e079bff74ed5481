//! Benchmarks the REST, GraphQL and gRPC servers under load in several variants, such as with and without the
//! tap. `bench/README.md` explains how to run it; `socket-tap/BENCHMARKS.md` has results.
//!
//! All variants of a server run at the same time on one machine. In each round the benchmark puts one variant
//! after the other under load, and compares the measurements of each variant with those of the base variant
//! in the same round.
//!
//! # Layout
//!
//! - `api`: the servers' APIs and the load for each
//! - `variant`: the variants of a server and how to start them
//! - `process`: a running server and its processor time
//! - `report`: medians, as Markdown and as JSON

#![forbid(unsafe_code)]

mod api;
mod process;
mod report;
mod variant;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::api::{Api, Pace};
use crate::report::{Lost, Results, Sample};
use crate::variant::Variant;

/// Benchmarks the REST, GraphQL and gRPC servers under load.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Flags {
    /// Number of times that each variant is put under load
    #[arg(long, default_value_t = 40)]
    rounds: usize,

    /// Duration of each load, in seconds
    #[arg(long, default_value_t = 1)]
    seconds: u64,

    /// Requests per second; by default, as many as the server can handle
    #[arg(long, value_name = "REQUESTS")]
    rate: Option<u64>,

    /// API to measure, by default all; can be repeated
    #[arg(long, value_enum, value_name = "API")]
    api: Vec<Api>,

    /// Variant to measure in addition to the base, by default all; can be repeated
    #[arg(long, value_enum, value_name = "VARIANT")]
    variant: Vec<Variant>,

    /// Variant that the others are compared with
    #[arg(long, value_enum, value_name = "VARIANT", default_value = "no-tap")]
    base: Variant,

    /// File to write all measurements to, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Folder for temporary files and traces; traces are removed after the run
    #[arg(long, value_name = "FOLDER", default_value = "target/bench")]
    scratch: PathBuf,
}

fn main() -> ExitCode {
    match run(&Flags::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(flags: &Flags) -> io::Result<()> {
    std::fs::create_dir_all(&flags.scratch)?;
    let selected = |api: &Api| flags.api.is_empty() || flags.api.contains(api);
    let mut results = Results::new(flags.base);
    for api in Api::ALL.into_iter().filter(selected) {
        measure(flags, api, &mut results)?;
    }
    if let Some(path) = &flags.json {
        std::fs::write(path, serde_json::to_string_pretty(&results)?)?;
    }
    report::print(&results)
}

/// Measures one API: starts every selected variant of its server, checks a response of each, and puts them
/// under load in turn.
fn measure(flags: &Flags, api: Api, results: &mut Results) -> io::Result<()> {
    let selected = |it: &Variant| *it == flags.base || flags.variant.is_empty() || flags.variant.contains(it);
    let mut servers = Vec::new();
    for variant in Variant::ALL.into_iter().filter(selected) {
        let server = variant.start(api, &flags.scratch)?;
        api.check(server.address)?;
        api.load(server.address, Pace { seconds: 1, rate: flags.rate }, &flags.scratch)?;
        servers.push((variant, server));
    }
    for round in 0..flags.rounds {
        eprintln!("{}: round {} of {}", api.name(), round + 1, flags.rounds);
        for (variant, server) in round_order(&servers, round) {
            let before = server.cpu_seconds()?;
            let pace = Pace { seconds: flags.seconds, rate: flags.rate };
            let load = api.load(server.address, pace, &flags.scratch)?;
            let cpu_per_million = (server.cpu_seconds()? - before) * 1e6 / load.requests;
            let requests_per_second = load.per_second;
            let variant = *variant;
            results.samples.push(Sample { api, variant, round, requests_per_second, cpu_per_million });
        }
    }
    for (variant, server) in servers {
        server.stop()?;
        results.lost.extend(variant.lost(&flags.scratch)?.map(|lost| Lost { api, variant, lost }));
        variant.clean(&flags.scratch);
    }
    Ok(())
}

/// Returns the variants in the order in which this round puts them under load. The order changes every round,
/// so that each variant runs first, last and in between equally often. Other load on the machine then affects
/// all variants alike.
fn round_order<T>(all: &[T], round: usize) -> Vec<&T> {
    let mut order: Vec<&T> = all.iter().collect();
    let rotation = round / 2 % order.len();
    order.rotate_left(rotation);
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::round_order;

    #[test]
    fn rounds_cycle_through_all_orders_of_variants() {
        let orders: Vec<String> =
            (0..6).map(|round| round_order(&["a", "b", "c"], round).into_iter().copied().collect()).collect();
        assert_eq!(orders, ["abc", "cba", "bca", "acb", "cab", "bac"]);
    }
}

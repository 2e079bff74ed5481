//! Measures the three servers under load: without the tap, with it, bare, and with other ways to record.
//! `bench/README.md` and `socket-tap/BENCHMARKS.md` have the results.
//!
//! All variants of a server run at the same time on one machine. They are loaded one after the other, round by round, and
//! each result is compared with the base variant's of the same round.
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

/// Measures the servers under load.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Flags {
    /// Number of loads per variant
    #[arg(long, default_value_t = 40)]
    rounds: usize,

    /// Duration of a load
    #[arg(long, default_value_t = 1)]
    seconds: u64,

    /// Requests per second, instead of as many as the server can handle
    #[arg(long, value_name = "REQUESTS")]
    rate: Option<u64>,

    /// API to measure, instead of all; can be repeated
    #[arg(long, value_enum, value_name = "API")]
    api: Vec<Api>,

    /// Variant to measure beside the base, instead of all; can be repeated
    #[arg(long, value_enum, value_name = "VARIANT")]
    variant: Vec<Variant>,

    /// Variant to compare the others with
    #[arg(long, value_enum, value_name = "VARIANT", default_value = "no-tap")]
    base: Variant,

    /// File for all measurements, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Folder for traces, which are removed after the run
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

/// Measures one API: starts the server in each variant, checks a response of each, and loads them in turn.
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

/// Returns the variants in the order of a round. Each takes each place in turn, and each order is followed by its
/// reverse, so that the machine's other load affects all variants alike.
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
    fn variants_take_each_place_in_both_directions() {
        let orders: Vec<String> =
            (0..6).map(|round| round_order(&["a", "b", "c"], round).into_iter().copied().collect()).collect();
        assert_eq!(orders, ["abc", "cba", "bca", "acb", "cab", "bac"]);
    }
}

//! The three servers under load, as processes of their own: without the tap, with it, and with what else could stand
//! in its place or beside it. `socket-tap/BENCHMARKS.md` says how to run it and what came out.
//!
//! One machine, one run, interleaved: all variants of a server run at the same time and are loaded one after the other,
//! round by round. What counts is the ratio to the server without a tap in the same round.
//!
//! # Layout
//!
//! - `api`: the three servers, and the load for each
//! - `variant`: what watches the server, and how it is started
//! - `process`: a running server, its processor time, its end
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

/// Measures the servers with and without the tap, and with what else could stand in its place.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Flags {
    /// Load each variant this often
    #[arg(long, default_value_t = 40)]
    rounds: usize,

    /// For this long each time
    #[arg(long, default_value_t = 1)]
    seconds: u64,

    /// Send so many requests a second, instead of as many as the server takes
    #[arg(long, value_name = "REQUESTS")]
    rate: Option<u64>,

    /// Only this API; can be given more than once
    #[arg(long, value_enum, value_name = "API")]
    api: Vec<Api>,

    /// Only this variant and the one without a tap; can be given more than once
    #[arg(long, value_enum, value_name = "VARIANT")]
    variant: Vec<Variant>,

    /// Write every measurement to this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Where traces are written during a run; they are removed after it
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
    let chosen = |api: &Api| flags.api.is_empty() || flags.api.contains(api);
    let mut results = Results::default();
    for api in Api::ALL.into_iter().filter(chosen) {
        measure(flags, api, &mut results)?;
    }
    if let Some(path) = &flags.json {
        std::fs::write(path, serde_json::to_string_pretty(&results)?)?;
    }
    report::print(&results)
}

/// Starts the server of an API once for each variant, sees that each answers right, and loads one after the other: what
/// is compared was measured seconds apart.
fn measure(flags: &Flags, api: Api, results: &mut Results) -> io::Result<()> {
    let variants: Vec<Variant> = Variant::ALL
        .into_iter()
        .filter(|it| *it == Variant::NoTap || flags.variant.is_empty() || flags.variant.contains(it))
        .collect();
    let mut servers = Vec::new();
    for variant in &variants {
        let server = variant.start(api, &flags.scratch)?;
        api.check(server.address)?;
        api.load(server.address, Pace { seconds: 1, rate: flags.rate }, &flags.scratch)?;
        servers.push((*variant, server));
    }
    for round in 0..flags.rounds {
        eprintln!("{}: round {} of {}", api.name(), round + 1, flags.rounds);
        for (variant, server) in in_turn(&servers, round) {
            let before = server.cpu()?;
            let pace = Pace { seconds: flags.seconds, rate: flags.rate };
            let load = api.load(server.address, pace, &flags.scratch)?;
            let cpu_per_million = (server.cpu()? - before) * 1e6 / load.requests;
            let requests_per_second = load.per_second;
            results.samples.push(Sample {
                api,
                variant: *variant,
                round,
                requests_per_second,
                cpu_per_million,
            });
        }
    }
    for (variant, server) in servers {
        server.stop()?;
        results.lost.extend(variant.lost(&flags.scratch)?.map(|lost| Lost { api, variant, lost }));
        variant.clean(&flags.scratch);
    }
    Ok(())
}

/// What else the machine does comes and goes: each variant takes each place in turn, and each round is followed by the
/// same one backwards.
fn in_turn<T>(all: &[T], round: usize) -> Vec<&T> {
    let mut order: Vec<&T> = all.iter().collect();
    let turn = round / 2 % order.len();
    order.rotate_left(turn);
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::in_turn;

    #[test]
    fn each_takes_each_place_and_each_round_comes_back() {
        let orders: Vec<String> =
            (0..6).map(|round| in_turn(&["a", "b", "c"], round).into_iter().copied().collect()).collect();
        assert_eq!(orders, ["abc", "cba", "bca", "acb", "cab", "bac"]);
    }
}

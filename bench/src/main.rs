//! The three servers under load, as processes of their own: without the tap, with it, and with what else could stand
//! in its place or beside it. `socket-tap/BENCHMARKS.md` says how to run it and what came out.
//!
//! One machine, one run, interleaved: each round runs every variant once, and what counts is the ratio to the run
//! without a tap in the same round.
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
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use crate::api::Api;
use crate::report::Sample;
use crate::variant::Variant;

/// Measures the servers with and without the tap, and with what else could stand in its place.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Flags {
    /// Run each variant this often
    #[arg(long, default_value_t = 15)]
    rounds: usize,

    /// Measure for this long each time, after one second to warm up
    #[arg(long, default_value_t = 2)]
    seconds: u64,

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
    let variants: Vec<Variant> = Variant::ALL
        .into_iter()
        .filter(|it| *it == Variant::NoTap || flags.variant.is_empty() || flags.variant.contains(it))
        .collect();
    let mut samples = Vec::new();
    for round in 0..flags.rounds {
        for api in Api::ALL.into_iter().filter(chosen) {
            let mut order = variants.clone();
            // Whoever comes first finds a cooler machine, and what else the machine does comes and goes: each variant
            // takes each place in turn, and each round is followed by the same one backwards.
            let turn = round / 2 % order.len();
            order.rotate_left(turn);
            if round % 2 == 1 {
                order.reverse();
            }
            for variant in order {
                eprintln!("round {} of {}: {} {}", round + 1, flags.rounds, api.name(), variant.name());
                samples.push(measure(api, variant, round, flags.seconds, &flags.scratch)?);
            }
        }
    }
    if let Some(path) = &flags.json {
        std::fs::write(path, serde_json::to_string_pretty(&samples)?)?;
    }
    report::print(&samples)
}

/// Starts the server, sees that it answers right, warms it up, and measures it under load.
fn measure(api: Api, variant: Variant, round: usize, seconds: u64, scratch: &Path) -> io::Result<Sample> {
    let server = variant.start(api, scratch)?;
    api.check(server.address)?;
    api.load(server.address, 1, scratch)?;
    let before = server.cpu()?;
    let load = api.load(server.address, seconds, scratch)?;
    let cpu = server.cpu()? - before;
    server.stop()?;
    let lost = variant.lost(scratch)?;
    variant.clean(scratch);
    Ok(Sample {
        api,
        variant,
        round,
        requests_per_second: load.per_second,
        cpu_per_million: cpu * 1e6 / load.requests,
        lost,
    })
}

//! The flags of the command.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::conditions::{Concurrency, Connections, Load, Network};
use crate::wire::lab::api::Api;
use crate::wire::values::{Share, parse_rtt};

/// The flags of the command.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Flags {
    /// Round-trip times, separated by commas
    #[arg(long, value_name = "DURATION", value_delimiter = ',', value_parser = parse_rtt)]
    #[arg(default_value = "0ms,10ms,50ms,150ms")]
    pub rtt: Vec<Duration>,

    /// Shares of the packets that are dropped in each direction, separated by commas
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', default_value = "0%,0.1%,2%")]
    pub loss: Vec<Share>,

    /// Calls that arrive in a second over each API, evenly spaced, whatever the responses do
    #[arg(long, value_name = "NUMBER", value_parser = parse_rate, default_value = "40")]
    pub rate: f64,

    /// Number of calls in each row. A percentile is shown if at least ten calls are beyond it: 100 calls carry p90,
    /// 200 p95, 1000 p99
    #[arg(long, value_name = "NUMBER", value_parser = parse_calls, default_value = "200")]
    pub calls: usize,

    /// Open connections that the calls use, separated by commas; new opens one for each call
    #[arg(long, value_name = "NUMBER", value_delimiter = ',', default_value = "1,8,new")]
    pub connections: Vec<Connections>,

    /// Most calls at once, separated by commas; many sets no limit. Combinations with more connections than calls at
    /// once are omitted
    #[arg(long, value_name = "NUMBER", value_delimiter = ',', default_value = "1,many")]
    pub concurrency: Vec<Concurrency>,

    /// APIs, separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "rest,graphql,grpc")]
    pub api: Vec<CalledApi>,

    /// Time after the last arrival at which calls without a response are given up
    #[arg(long, value_name = "DURATION", value_parser = parse_give_up, default_value = "5s")]
    pub give_up: Duration,

    /// Seed of the loss: the networks of runs with the same seed drop the packets with the same numbers
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// Print the rows as JSON, with every outlier
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,

    /// Print the rows as CSV
    #[arg(long)]
    pub csv: bool,

    /// Also write a plot of the rows to this file, as SVG
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Directory for the recordings, with a folder for each network
    #[arg(long, value_name = "DIR", default_value = "traces/wire-compare")]
    pub traces: PathBuf,
}

/// An API that the command can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CalledApi {
    /// REST over HTTP/1.1.
    Rest,
    /// GraphQL over HTTP/1.1.
    Graphql,
    /// gRPC over HTTP/2.
    Grpc,
}

impl CalledApi {
    /// Returns `true` if a connection carries several calls at once.
    #[must_use]
    pub fn shares_connections(self) -> bool {
        self == Self::Grpc
    }
}

impl From<CalledApi> for Api {
    fn from(api: CalledApi) -> Self {
        match api {
            CalledApi::Rest => Self::Rest,
            CalledApi::Graphql => Self::Graphql,
            CalledApi::Grpc => Self::Grpc,
        }
    }
}

impl Flags {
    /// Returns the networks, in the order of the table.
    #[must_use]
    pub fn networks(&self) -> Vec<Network> {
        let of_rtt = |rtt: &Duration| {
            let rtt = *rtt;
            self.loss.iter().map(move |loss| Network { rtt, loss: *loss })
        };
        without_repetitions(self.rtt.iter().flat_map(of_rtt))
    }

    /// Returns how calls are made, in the order of the table.
    #[must_use]
    pub fn loads(&self) -> Vec<Load> {
        without_repetitions(Load::combinations(&self.connections, &self.concurrency).into_iter())
    }

    /// Returns the APIs, in the order of the table.
    #[must_use]
    pub fn apis(&self) -> Vec<CalledApi> {
        without_repetitions(self.api.iter().copied())
    }
}

fn without_repetitions<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.1..=1_000.0).contains(rate));
    rate.ok_or_else(|| "expected a number of calls per second from 0.1 to 1000".to_owned())
}

fn parse_calls(text: &str) -> Result<usize, String> {
    let calls = text.parse().ok().filter(|calls| (1..=100_000).contains(calls));
    calls.ok_or_else(|| "expected a number of calls from 1 to 100000".to_owned())
}

fn parse_give_up(text: &str) -> Result<Duration, String> {
    let range = Duration::from_millis(100)..=Duration::from_secs(600);
    let time = humantime::parse_duration(text).ok().filter(|time| range.contains(time));
    time.ok_or_else(|| "expected a duration with a unit from 100ms to 10m, such as 5s".to_owned())
}

const EXAMPLES: &str = "Examples:\n  \
    cargo run -- wire compare                              the complete matrix, about six minutes\n  \
    cargo run -- wire compare --rtt 50ms --loss 2%         one network\n  \
    cargo run -- wire compare --api grpc --connections 1   one API on one connection\n  \
    cargo run -- wire compare --calls 1000 --rate 100      enough calls for p99\n  \
    cargo run -- wire compare -o latencies.svg             also a plot\n  \
    cargo run -- wire compare --json | jq '.rows[].outliers'\n\n\
    Exit codes: 0 all rows are printed; 1 an error occurred, or Ctrl-C was pressed: the complete\n\
    rows are printed; 2 invalid usage, or this machine cannot run the network.";

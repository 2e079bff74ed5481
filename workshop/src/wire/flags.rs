//! The flags of the command.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::calls::lab_step::LabStep;
use super::compare;
use super::values::{Bandwidth, Share, parse_rtt};

/// The flags of the command.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Flags {
    /// Another job than the report.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Round-trip time of the network; each direction delays packets by half of it
    #[arg(long, value_name = "DURATION", value_parser = parse_rtt, default_value = "40ms")]
    pub rtt: Duration,

    /// Share of the packets that are dropped, in each direction
    #[arg(long, value_name = "PERCENT", default_value = "0%")]
    pub loss: Share,

    /// Transmission rate of each direction, in bits per second; unlimited by default
    #[arg(long, value_name = "RATE")]
    pub bandwidth: Option<Bandwidth>,

    /// Seed of the loss: runs with the same seed drop the packets with the same numbers
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// Make only this step; can be given several times. Steps that it needs are made, too
    #[arg(long, value_name = "NAME", value_parser = LabStep::parser())]
    pub step: Vec<LabStep>,

    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,

    /// Width of the report in columns, from 80 to 1000 [default: that of the terminal, or 80 if there is none]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(80..=1_000))]
    pub width: Option<u16>,

    /// Directory for the recordings, which replace those of the previous run
    #[arg(long, value_name = "DIR", default_value = "traces/wire")]
    pub traces: PathBuf,
}

/// Another job than the report.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Compare the latencies of the APIs at a fixed arrival rate, on networks with several round-trip times and loss rates
    ///
    /// Each row of the table has its conditions: the network, the API, the connections, the calls at once, and the rate.
    /// Calls arrive at that rate whatever the responses do, and a latency counts from the scheduled arrival (open loop).
    /// Below each row are its outliers, with the reason that the recording shows.
    Compare(compare::flags::Flags),
}

impl Flags {
    /// Returns the steps to make.
    #[must_use]
    pub fn steps(&self) -> Vec<LabStep> {
        LabStep::plan(if self.step.is_empty() { &LabStep::DEFAULT } else { &self.step })
    }
}

const EXAMPLES: &str = "Examples:\n  \
    cargo run -- wire                             a round trip of 40 ms, no loss\n  \
    cargo run -- wire --rtt 150ms                 the distance between continents\n  \
    cargo run -- wire --rtt 50ms --loss 5%        a bad radio link: look for retransmissions\n  \
    cargo run -- wire --bandwidth 512kbit         each packet takes time to send\n  \
    cargo run -- wire --step 'one lost segment'   what one lost segment stalls\n  \
    cargo run -- wire --json | jq .steps          the table for programs\n  \
    cargo run -- wire compare                     percentiles of the latencies, on twelve networks\n\n\
    Exit codes: 0 the report is printed; 1 an error occurred, or Ctrl-C was pressed;\n\
    2 invalid usage, or this machine cannot run the network.";

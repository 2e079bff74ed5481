//! The flags of a server command.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::Resettable;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser};

use crate::bind;
use crate::limit_flags::LimitFlags;
use crate::program::Program;
use crate::sample_interval::SampleInterval;
use crate::store::StoreFlags;
use crate::trace_limit::TraceLimit;

/// The command-line flags of a server. `L` is the set of flags for its limits.
#[derive(Clone, Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Flags<L: Args = LimitFlags> {
    /// Listen on this address, or on this port of 127.0.0.1; port 0 lets the kernel choose one
    #[arg(long, value_name = "ADDR", value_parser = bind::parse_address)]
    pub listen: SocketAddr,

    /// Record to this file (JSON Lines) instead of printing each socket call
    #[arg(long, value_name = "FILE", conflicts_with = "no_tap")]
    pub trace: Option<PathBuf>,

    /// Keep the first BYTES of each read and write in the trace, including headers, cookies and tokens; by default none
    /// are kept
    #[arg(long, value_name = "BYTES", default_value_t = 0, requires = "trace")]
    pub capture: usize,

    /// Limit the trace to SIZE on disk, such as 256MiB: four files, FILE and FILE with a number in its name, of which the
    /// oldest is deleted; 0, the default, means no limit
    #[arg(long, value_name = "SIZE", default_value_t, hide_default_value = true, requires = "trace")]
    pub trace_limit: TraceLimit,

    /// Record the peer's SYN with each accept: TTL, window, MSS and the other TCP options (Linux only)
    #[arg(long, conflicts_with = "no_tap")]
    pub save_syn: bool,

    /// Sample the kernel's state of each open connection at this interval, such as 100ms (Linux only)
    #[arg(long, value_name = "INTERVAL", conflicts_with = "no_tap")]
    pub tcp_info: Option<SampleInterval>,

    /// Record nothing
    #[arg(long)]
    pub no_tap: bool,

    /// Print neither socket calls nor example commands; errors are still printed
    #[arg(long)]
    pub quiet: bool,

    /// The flags that choose where the books are stored.
    #[command(flatten)]
    pub store: StoreFlags,

    /// The flags of the server's limits.
    #[command(flatten)]
    pub limits: L,
}

impl<L: Args> Flags<L> {
    /// Parses the command line. Exits the process for `--help`, `--version` and invalid flags.
    #[must_use]
    pub fn parse_for(program: &Program) -> Self {
        let matches = Self::command()
            .name(program.name)
            .about(program.about)
            .after_help(program.examples)
            // The help has one line for each limit; only the documentation gives the reasons.
            .mut_args(|arg| arg.long_help(Resettable::Reset))
            .mut_arg("listen", |listen| listen.required(false).default_value(program.listen))
            .get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

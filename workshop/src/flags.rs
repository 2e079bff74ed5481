//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use server_kit::TraceLimit;
use server_kit::bind::parse_address;

/// Starts a REST, a GraphQL and a gRPC server of the same tiny service, runs the same tour over each through real
/// clients, and shows from the recordings of their sockets what is the same and what differs
#[derive(Clone, Debug, Parser)]
#[command(name = "workshop", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Flags {
    /// End after the tour, instead of serving until Ctrl-C
    #[arg(long)]
    pub once: bool,

    /// Print the comparison as JSON, and nothing else on standard output
    #[arg(long)]
    pub json: bool,

    /// Where the REST server listens; port 0 lets the kernel choose
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:3000")]
    pub rest: SocketAddr,

    /// Where the GraphQL server listens
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:4000")]
    pub graphql: SocketAddr,

    /// Where the gRPC server listens
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:50051")]
    pub grpc: SocketAddr,

    /// Where the same service is over bare sockets, UDP and TCP; not with --once
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:6000")]
    pub plain: SocketAddr,

    /// Where the page is, on which all that happens is seen live
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:8080")]
    pub page: SocketAddr,

    /// Serve no page
    #[arg(long, conflicts_with = "page")]
    pub no_page: bool,

    /// Where the recordings go; those of the last run are replaced
    #[arg(long, value_name = "DIR", default_value = "traces")]
    pub traces: PathBuf,

    /// Use at most SIZE of the disk for each recording: it is cut into four files, of which the oldest is deleted. There
    /// are ten recordings; 0 sets no limit
    #[arg(long, value_name = "SIZE", default_value = "256MiB")]
    pub trace_limit: TraceLimit,

    /// Keep the first BYTES of each read and write in the recordings; 0 keeps no payload
    #[arg(long, value_name = "BYTES", default_value_t = 16_384)]
    pub capture: usize,
}

impl Flags {
    /// Where the page is to be, when there is to be one.
    #[must_use]
    pub fn page(&self) -> Option<SocketAddr> {
        (!self.once && !self.no_page).then_some(self.page)
    }
}

const EXAMPLES: &str = "Examples:\n  \
    cargo run --release                             the tour, then serve until Ctrl-C\n  \
    cargo run --release -- --once                   the tour only\n  \
    cargo run --release -- --once --json | jq .verdict\n  \
    cargo run --release -- --rest 3001              when port 3000 is taken\n\n\
    Exit codes: 0 the primitives are the same; 1 they differ, or something failed; 2 wrong usage, or\n\
    the recordings do not allow to say.";

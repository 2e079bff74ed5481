//! The flags of the `workshop` command.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use hardening_http::Limits;
use server_kit::bind::parse_address;
use server_kit::{StoreFlags, TraceLimit};

use crate::descriptors;
use crate::recordings::TraceFiles;

/// Requests per second of one participant.
const PARTICIPANT_RATE: u32 = 5;

/// One of so many descriptors is for the connections of an API in a room.
const API_DESCRIPTORS: u32 = 6;

/// Minimum capture for a room: as much as the head of a request by curl or grpcurl.
const MIN_ROOM_CAPTURE: usize = 1_024;

/// Starts a REST, a GraphQL and a gRPC server for the same small service, makes the same calls over each with real
/// clients (the tour), and compares the recorded socket calls
#[derive(Clone, Debug, Parser)]
#[command(name = "workshop", version, max_term_width = 100, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Flags {
    /// Another job than the tour.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Exit after the tour instead of serving until Ctrl-C
    #[arg(long)]
    pub once: bool,

    /// Print only the comparison, as JSON, on standard output
    #[arg(long)]
    pub json: bool,

    /// Address of the REST server; with port 0 the kernel chooses a port
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:3000")]
    pub rest: SocketAddr,

    /// Address of the GraphQL server
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:4000")]
    pub graphql: SocketAddr,

    /// Address of the gRPC server
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:50051")]
    pub grpc: SocketAddr,

    /// Address of the same service without an API, over UDP and TCP; unused with --once
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:6000")]
    pub plain: SocketAddr,

    /// Address of the live page; unused with --once. The page requires the token in the URL that the workshop prints, or
    /// in the environment variable WORKSHOP_TOKEN
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value = "127.0.0.1:8080")]
    pub page: SocketAddr,

    /// Do not serve the live page
    #[arg(long, conflicts_with = "page")]
    pub no_page: bool,

    /// Let participants follow on their own devices: print a URL and a QR code, and let page and API servers listen on
    /// every interface instead of on loopback addresses. Everyone in the same network can call the servers, and the
    /// calls are recorded
    #[arg(long, conflicts_with_all = ["once", "no_page"])]
    pub room: bool,

    /// Additional host name of this machine for participants; may be repeated
    #[arg(long, value_name = "NAME", requires = "room")]
    pub room_host: Vec<String>,

    /// Directory for the recordings, which replace those of the previous run
    #[arg(long, value_name = "DIR", default_value = "traces")]
    pub traces: PathBuf,

    /// Maximum disk space for each of the ten recordings. A recording is split into four files, and the oldest is
    /// deleted first. 0 removes the limit
    #[arg(long, value_name = "SIZE", default_value = "256MiB")]
    pub trace_limit: TraceLimit,

    /// Number of bytes to record of each read and write, including headers, cookies and tokens; 0 records none
    #[arg(long, value_name = "BYTES", default_value_t = 16_384)]
    pub capture: usize,

    /// The store of the books, which all servers share.
    #[command(flatten)]
    pub store: StoreFlags,
}

/// Another job than the tour.
#[derive(Clone, Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "the command line is parsed once")]
pub enum Command {
    /// Make the calls over a network that can be slow and lossy, and show every packet
    ///
    /// The network is inside the process. Both ends are TCP stacks of the kernel, in two network namespaces, and the
    /// workshop carries the packets from one to the other.
    ///
    /// First it prints one call packet by packet, between the socket calls of client and server. Then a table counts the
    /// round trips, packets and bytes of each API. The last part says in words what follows from them.
    ///
    /// Needs Linux, user namespaces and /dev/net/tun, but no root. Nothing leaves the process, and the interfaces of this
    /// machine are not touched.
    Wire(crate::wire::flags::Flags),

    /// Run a scenario of the live page and print it as JSON
    #[command(hide = true)]
    WireScenario(crate::wire::scenario::command::Flags),
}

impl Flags {
    /// Returns the address of the live page, or `None` if the flags disable it.
    #[must_use]
    pub fn page(&self) -> Option<SocketAddr> {
        (!self.once && !self.no_page).then_some(self.page)
    }

    /// Replaces loopback addresses of the page and of the API servers by unspecified ones, if there is a room.
    ///
    /// # Errors
    /// If the recordings would not contain the names of participants.
    pub fn open_room(&mut self) -> Result<(), String> {
        if !self.room {
            return Ok(());
        }
        if self.capture < MIN_ROOM_CAPTURE {
            let why = "the names of participants are in the headers of their requests";
            return Err(format!("--room requires --capture {MIN_ROOM_CAPTURE} or more, because {why}"));
        }
        for address in [&mut self.rest, &mut self.graphql, &mut self.grpc, &mut self.page] {
            match address.ip() {
                IpAddr::V4(ip) if ip.is_loopback() => address.set_ip(Ipv4Addr::UNSPECIFIED.into()),
                IpAddr::V6(ip) if ip.is_loopback() => address.set_ip(Ipv6Addr::UNSPECIFIED.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns the limits of the API servers. In a room, a participant in a loop must not drown out the others, or use all
    /// descriptors.
    #[must_use]
    pub fn limits(&self) -> Limits {
        match self.room {
            true => Limits { client_rate: Some(PARTICIPANT_RATE), ..descriptors::limits(API_DESCRIPTORS) },
            false => Limits::default(),
        }
    }

    /// Returns the additional host names of the room; `None` without a room.
    #[must_use]
    pub fn room_hosts(&self) -> Option<&[String]> {
        self.room.then_some(&*self.room_host)
    }

    /// Returns where and how recordings are written.
    #[must_use]
    pub fn trace_files(&self) -> TraceFiles {
        TraceFiles { directory: self.traces.clone(), limit: self.trace_limit, capture: self.capture }
    }
}

const EXAMPLES: &str = "Examples:\n  \
    cargo run                                  run the tour, then serve until Ctrl-C\n  \
    cargo run -- --once                        run the tour and exit\n  \
    cargo run -- --once --json | jq .verdict   print the verdict only\n  \
    cargo run -- --rest 3001                   use another port if 3000 is in use\n  \
    cargo run -- --room                        let participants follow on their own devices\n  \
    cargo run -- wire --rtt 40ms               show every packet of the calls, on a slow network\n  \
    cargo run --features postgres -- --store postgres://user@localhost/bookshelf   keep the books in PostgreSQL\n\n\
    Exit codes: 0 all APIs use the same socket calls; 1 the socket calls differ, or an error occurred;\n\
    2 invalid usage, an unusable database, or the comparison is inconclusive.";

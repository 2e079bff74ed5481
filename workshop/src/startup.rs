//! Checks the addresses and starts the servers.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;

use hardening_http::Shutdown;
use plain_server::Sockets;
use server_kit::Program;
use server_kit::bind::check;

use crate::api_instance::ApiInstance;
use crate::flags::Flags;
use crate::gated_stdout::GatedStdout;
use crate::live::token::Token;
use crate::live::{LivePage, live_page};
use crate::plain_instance::{self, PlainInstance};
use crate::recordings::Recordings;
use crate::shelves::Shelves;

type Error = Box<dyn std::error::Error>;

/// Checks that all addresses can be bound.
///
/// Called before the recordings start, so that a failed start keeps the recordings of the previous run.
///
/// # Errors
/// If an address cannot be bound, or two servers have the same address.
pub fn check_addresses(flags: &Flags) -> io::Result<()> {
    check_distinct(flags)?;
    let programs = [&rest_server::PROGRAM, &graphql_server::PROGRAM, &grpc_server::PROGRAM];
    for (program, address) in programs.into_iter().zip([flags.rest, flags.graphql, flags.grpc]) {
        check(address, program.name, &format!("--{}", program.api))?;
    }
    if !flags.once {
        Sockets::check(flags.plain, plain_instance::FLAG)?;
    }
    flags.page().map_or(Ok(()), |address| check(address, live_page::NAME, live_page::FLAG))
}

/// Returns an error if two flags contain the same address. Binding one address at a time would not detect
/// this.
fn check_distinct(flags: &Flags) -> io::Result<()> {
    let apis = [("--rest", flags.rest), ("--graphql", flags.graphql), ("--grpc", flags.grpc)];
    let extras = [(plain_instance::FLAG, Some(flags.plain)), (live_page::FLAG, flags.page())];
    let extras =
        extras.into_iter().filter(|_| !flags.once).filter_map(|(flag, address)| Some((flag, address?)));
    let mut flag_of: HashMap<SocketAddr, &str> = HashMap::new();
    for (flag, address) in apis.into_iter().chain(extras).filter(|(_, address)| address.port() != 0) {
        if let Some(other) = flag_of.insert(address, flag) {
            let why =
                format!("{other} and {flag} both specify {address}; choose another address for one of them");
            return Err(io::Error::new(io::ErrorKind::AddrInUse, why));
        }
    }
    Ok(())
}

/// Starts the recordings and the servers of the three APIs.
///
/// # Errors
/// If a trace file cannot be created, an address cannot be bound, or the database cannot be used.
pub async fn apis(
    flags: &Flags,
    shutdown: &Shutdown,
    live_output: &GatedStdout,
    shelves: &Shelves<'_>,
    recordings: &mut Vec<Recordings>,
) -> Result<[ApiInstance; 3], Error> {
    let [rest, graphql, grpc] = [&rest_server::PROGRAM, &graphql_server::PROGRAM, &grpc_server::PROGRAM];
    let mut record = |program: &Program| record(program.api, flags, live_output, recordings);
    let [rest_traces, graphql_traces, grpc_traces] = [record(rest)?, record(graphql)?, record(grpc)?];
    let (token, limits) = (|| shutdown.clone(), || flags.limits());
    let shelf = shelves.open(&rest_traces.server, rest.name).await?;
    let serve = |listener, shelf| rest_server::serve_with(listener, shelf, token(), limits());
    let rest = ApiInstance::start("REST", rest, flags.rest, rest_traces, shelf, serve).await?;
    let shelf = shelves.open(&graphql_traces.server, graphql.name).await?;
    let serve = |listener, shelf| graphql_server::serve_with(listener, shelf, token(), limits());
    let graphql = ApiInstance::start("GraphQL", graphql, flags.graphql, graphql_traces, shelf, serve).await?;
    let shelf = shelves.open(&grpc_traces.server, grpc.name).await?;
    let serve = |listener, shelf| grpc_server::serve_with(listener, shelf, token(), limits());
    let grpc = ApiInstance::start("gRPC", grpc, flags.grpc, grpc_traces, shelf, serve).await?;
    Ok([rest, graphql, grpc])
}

/// Starts the recordings of an API and adds them to `recordings`.
fn record(
    api: &'static str,
    flags: &Flags,
    live_output: &GatedStdout,
    recordings: &mut Vec<Recordings>,
) -> io::Result<Recordings> {
    // With a page, its feed prints the lines, with the numbers of connections that the page shows.
    let live_output = flags.page().is_none().then_some(live_output);
    let started = Recordings::start(api, &flags.trace_files(), live_output)?;
    recordings.push(started.clone());
    Ok(started)
}

/// Servers that start only without `--once`: the plain server and the live page.
#[derive(Debug)]
pub struct Extras {
    /// The plain server, which offers the service over UDP and TCP without an API.
    pub plain: PlainInstance,
    /// The live page; `None` if the flags disable it.
    pub page: Option<LivePage>,
}

impl Extras {
    /// Starts the plain server and binds the page's address, for a page with this token. Returns `None` with `--once`.
    ///
    /// Connections to the page wait in the kernel's backlog until the workshop has made the calls of its tour.
    ///
    /// # Errors
    /// If a trace file cannot be created, an address cannot be bound, or the database cannot be used.
    pub async fn start(
        flags: &Flags,
        token: Token,
        shutdown: &Shutdown,
        live_output: &GatedStdout,
        shelves: &Shelves<'_>,
        recordings: &mut Vec<Recordings>,
    ) -> Result<Option<Self>, Error> {
        if flags.once {
            return Ok(None);
        }
        let mut record = |api| record(api, flags, live_output, recordings);
        let (udp, tcp) = (record("udp")?, record("tcp")?);
        let shelf = shelves.open(&tcp.server, plain_server::PROGRAM.name).await?;
        let plain = PlainInstance::start(flags.plain, udp, tcp, shelf, shutdown).await?;
        let page = match flags.page() {
            Some(address) => Some(LivePage::bind(address, token, flags.room_hosts()).await?),
            None => None,
        };
        Ok(Some(Self { plain, page }))
    }
}

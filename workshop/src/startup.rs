//! All that is started, and where: first it is seen whether each address can be had.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;

use hardening_http::Shutdown;
use plain_server::Sockets;
use server_kit::Program;
use server_kit::bind::{bind, check};
use socket_tap::{Tap, TapListener};

use crate::api_instance::{Curtain, Lane, Recordings};
use crate::flags::Flags;
use crate::plain_instance::{self, Plain};

/// For messages about its address.
const PAGE: &str = "page";
const PAGE_FLAG: &str = "--page";

/// To be asked before a recording is begun: a start that fails leaves the recordings of the last run as they are.
///
/// # Errors
/// When an address cannot be bound, or two are the same.
pub fn check_ports(flags: &Flags) -> io::Result<()> {
    check_apart(flags)?;
    let programs = [&rest_server::PROGRAM, &graphql_server::PROGRAM, &grpc_server::PROGRAM];
    for (program, address) in programs.into_iter().zip([flags.rest, flags.graphql, flags.grpc]) {
        check(address, program.name, &format!("--{}", program.api))?;
    }
    if !flags.once {
        Sockets::check(flags.plain, plain_instance::FLAG)?;
    }
    flags.page().map_or(Ok(()), |address| check(address, PAGE, PAGE_FLAG))
}

/// Each may be free, and yet not be for two.
fn check_apart(flags: &Flags) -> io::Result<()> {
    let api = [("--rest", flags.rest), ("--graphql", flags.graphql), ("--grpc", flags.grpc)];
    let more = [(plain_instance::FLAG, Some(flags.plain)), (PAGE_FLAG, flags.page())];
    let more = more.into_iter().filter(|_| !flags.once).filter_map(|(flag, address)| Some((flag, address?)));
    let mut taken: HashMap<SocketAddr, &str> = HashMap::new();
    for (flag, address) in api.into_iter().chain(more).filter(|(_, address)| address.port() != 0) {
        if let Some(other) = taken.insert(address, flag) {
            let why =
                format!("{address} cannot be for both {other} and {flag}: choose another for one of them");
            return Err(io::Error::new(io::ErrorKind::AddrInUse, why));
        }
    }
    Ok(())
}

/// Starts the three servers.
///
/// # Errors
/// When a trace cannot be written, or an address not be bound.
pub async fn lanes(
    flags: &Flags,
    shutdown: &Shutdown,
    curtain: &Curtain,
    recordings: &mut Vec<Recordings>,
) -> io::Result<[Lane; 3]> {
    let mut record = |program: &Program| record(program.api, flags, curtain, recordings);
    let (rest, graphql, grpc) = (&rest_server::PROGRAM, &graphql_server::PROGRAM, &grpc_server::PROGRAM);
    let token = || shutdown.clone();
    Ok([
        Lane::start("REST", rest, flags.rest, record(rest)?, |listener, shelf| {
            rest_server::serve(listener, shelf, token())
        })
        .await?,
        Lane::start("GraphQL", graphql, flags.graphql, record(graphql)?, |listener, shelf| {
            graphql_server::serve(listener, shelf, token())
        })
        .await?,
        Lane::start("gRPC", grpc, flags.grpc, record(grpc)?, |listener, shelf| {
            grpc_server::serve(listener, shelf, token())
        })
        .await?,
    ])
}

/// Begins the recordings of an API.
fn record(
    api: &'static str,
    flags: &Flags,
    curtain: &Curtain,
    recordings: &mut Vec<Recordings>,
) -> io::Result<Recordings> {
    let recording = Recordings::start(api, flags, curtain)?;
    recordings.push(recording.clone());
    Ok(recording)
}

/// What is there beside the tour, for those who stay.
#[derive(Debug)]
pub struct Extras {
    /// The same service over bare sockets.
    pub plain: Plain,
    /// Where the page is to be served.
    pub page: Option<TapListener>,
}

impl Extras {
    /// Starts the plain server, and takes the page's address. Whoever comes before the tour is over waits for its end.
    ///
    /// # Errors
    /// As [`lanes`].
    pub async fn start(
        flags: &Flags,
        shutdown: &Shutdown,
        curtain: &Curtain,
        recordings: &mut Vec<Recordings>,
    ) -> io::Result<Option<Self>> {
        if flags.once {
            return Ok(None);
        }
        let mut record = |api| record(api, flags, curtain, recordings);
        let plain = Plain::start(flags.plain, record("udp")?, record("tcp")?, shutdown).await?;
        let page = match flags.page() {
            Some(address) => Some(bind(&Tap::off(), address, PAGE, PAGE_FLAG).await?),
            None => None,
        };
        Ok(Some(Self { plain, page }))
    }
}

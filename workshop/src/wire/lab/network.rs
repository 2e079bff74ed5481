//! The lab: a network with the servers on one side and the clients on the other, all recorded.
//!
//! ```no_run
//! // Not run: a doctest can share its process with others, so it cannot enter a namespace.
//! use std::time::Duration;
//!
//! use clients::{Client as _, Rest};
//! use wire::{Impairments, Options};
//! use workshop::recordings::TraceFiles;
//! use workshop::wire::lab::Lab;
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! ::wire::enter()?; // First in `main`, before any thread starts.
//! let files = TraceFiles { directory: "traces/wire".into(), limit: Default::default(), capture: 16_384 };
//! let lab = Lab::start(Options::new(), Impairments::delay(Duration::from_millis(20)), &files)?;
//! let rest = lab.api(0);
//! lab.mark(&rest.recordings, "get a book");
//! let book = lab.client().run(async move {
//!     let mut client = Rest::connect(&rest.recordings.client, rest.address).await?;
//!     let book = client.book(1).await;
//!     client.close().await;
//!     book
//! })??;
//! lab.finish()?;
//! # drop(book);
//! # Ok(()) }
//! ```

use std::io;
use std::sync::Arc;
use std::time::Duration;

use clients::{Client, Failure};
use hardening_http::Shutdown;
use socket_tap::format::End;
use socket_trace::sockets::{Filter, Proto, Row, State, table_without_processes};
use tokio::task::JoinError;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use wire::{Direction, Impairments, Options, Side, Stats, Wire};

use super::packet_trace::PacketTrace;
use super::servers::{LabPlain, LabRecordings, LabServers};
use crate::api_instance::ApiInstance;
use crate::recordings::{Recordings, TraceFiles};

/// Time between two looks at the kernel's sockets.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The reason why a lab failed.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The network cannot be started, or an option is invalid.
    #[error(transparent)]
    Wire(#[from] wire::Error),
    /// A server, a recording or a table of the kernel failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A client could not connect.
    #[error("a client in the lab could not connect: {0}")]
    Connect(#[from] Failure),
    /// A task panicked.
    #[error("a task in the lab ended early: {0}")]
    Task(#[from] JoinError),
}

/// A network with the servers on one side and the clients on the other, all recorded.
///
/// The functions that block are named as such: do not call them in asynchronous tasks.
#[derive(Debug)]
pub struct Lab {
    wire: Wire,
    servers: LabServers,
    packets: PacketTrace,
    recordings: LabRecordings,
    impairments: Impairments,
    shutdown: Shutdown,
}

/// The totals of a finished lab.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finished {
    /// Counts of all packets.
    pub packets: Stats,
    /// Number of recorded events.
    pub events: u64,
    /// Number of events that the recorders dropped.
    pub lost: u64,
}

impl Lab {
    /// Starts the network, the recordings and the servers. Both directions have the given impairments. The process must
    /// be in a user namespace of its own: see [`wire::enter`]. Blocks.
    ///
    /// # Errors
    /// If the network cannot be started, or a trace file cannot be created.
    pub fn start(options: Options, impairments: Impairments, files: &TraceFiles) -> Result<Self, LabError> {
        let mut wire = Wire::start(options.both(impairments))?;
        let recordings = LabRecordings::start(files)?;
        let records = wire.take_records().ok_or_else(|| io::Error::other("the packets are not recorded"))?;
        let packets = PacketTrace::start(records, files)?;
        let shutdown = Shutdown::new();
        let servers = LabServers::start(wire.server().ipv4(), recordings.clone(), shutdown.clone());
        let servers = wire.server().run(servers)??;
        Ok(Self { wire, servers, packets, recordings, impairments, shutdown })
    }

    /// Returns the side of the clients.
    #[must_use]
    pub fn client(&self) -> &Side {
        self.wire.client()
    }

    /// Returns the side of the servers.
    #[must_use]
    pub fn server(&self) -> &Side {
        self.wire.server()
    }

    /// Returns the network, for example to add a rule for one packet.
    #[must_use]
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Returns the server of REST (0), GraphQL (1) or gRPC (any other number).
    #[must_use]
    pub fn api(&self, number: usize) -> Arc<ApiInstance> {
        let [rest, graphql, grpc] = &self.servers.apis;
        Arc::clone(match number {
            0 => rest,
            1 => graphql,
            _ => grpc,
        })
    }

    /// Returns the server without an API.
    #[must_use]
    pub fn plain(&self) -> &LabPlain {
        &self.servers.plain
    }

    /// Returns the recordings of all servers and clients.
    #[must_use]
    pub fn recordings(&self) -> &LabRecordings {
        &self.recordings
    }

    /// Begins a named step in the recordings of a server and its clients, and in that of the packets.
    pub fn mark(&self, recordings: &Recordings, step: &'static str) {
        recordings.mark(step);
        self.packets.mark(step);
    }

    /// Begins a named step in the recording of the packets only.
    pub fn mark_packets(&self, step: &str) {
        self.packets.mark(step);
    }

    /// Makes calls on the side of the clients. Dropping the returned handle drops the future, which closes its sockets.
    pub fn call<F>(&self, calls: F) -> AbortOnDropHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        AbortOnDropHandle::new(self.client().spawn(calls))
    }

    /// Connects a client to the server of an API.
    ///
    /// # Errors
    /// If the connection fails.
    pub async fn connect<C: Client>(&self, api: &ApiInstance) -> Result<C, LabError> {
        let (tap, address) = (api.recordings.client.clone(), api.address);
        let connected = self.call(async move { C::connect(&tap, address).await });
        Ok(connected.await??)
    }

    /// Returns the impairments that the network started with.
    #[must_use]
    pub fn impairments(&self) -> Impairments {
        self.impairments
    }

    /// Sets the impairments of both directions.
    ///
    /// # Errors
    /// If a value is outside its range.
    pub fn set(&self, impairments: Impairments) -> Result<(), LabError> {
        Ok(Direction::BOTH.into_iter().try_for_each(|direction| self.wire.set(direction, impairments))?)
    }

    /// Waits until both kernels have ended all TCP connections, so that no packet is in flight. Returns the client
    /// side's sockets in TIME_WAIT, and the server side's.
    ///
    /// # Errors
    /// If the kernel's table of sockets cannot be read.
    pub async fn settle(&self) -> Result<[Vec<Row>; 2], LabError> {
        Ok([self.client().spawn(time_wait()).await??, self.server().spawn(time_wait()).await??])
    }

    /// Ends the servers, the network and the recordings. Blocks.
    ///
    /// # Errors
    /// If a server failed or a recording is incomplete.
    pub fn finish(self) -> Result<Finished, LabError> {
        let Self { wire, servers, packets, recordings, shutdown, .. } = self;
        shutdown.cancel();
        let ended = wire.server().run(servers.ended());
        // Drops the remaining tasks, so that the recordings contain the close of their sockets.
        let stats = wire.finish();
        let mut finished = Finished { packets: stats, events: 0, lost: 0 };
        let add = |finished: &mut Finished, end: &End| {
            (finished.events, finished.lost) = (finished.events + end.events, finished.lost + end.lost);
        };
        for recording in recordings.all() {
            recording.finish()?.iter().for_each(|end| add(&mut finished, end));
        }
        add(&mut finished, &packets.finish()?);
        ended??;
        Ok(finished)
    }
}

/// Waits until all connections of the calling thread's network have ended. Returns its sockets in TIME_WAIT.
async fn time_wait() -> io::Result<Vec<Row>> {
    loop {
        let mut rows = table_without_processes(&Filter::default())?;
        rows.retain(|row| matches!(row.proto, Proto::Tcp | Proto::Tcp6) && row.state != Some(State::Listen));
        if rows.iter().all(|row| row.state == Some(State::TimeWait)) {
            return Ok(rows);
        }
        sleep(POLL_INTERVAL).await;
    }
}

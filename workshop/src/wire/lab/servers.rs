//! The servers in the lab, on the server side of its network.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bookshelf::Shelf;
use hardening_http::Shutdown;
use plain_server::{Limits, Sockets};
use tokio::task::JoinHandle;

use crate::api_instance::ApiInstance;
use crate::plain_instance;
use crate::recordings::{Recordings, TraceFiles};

/// Ports of the servers: those that they have on a real machine.
pub(super) const PORTS: [u16; 3] = [3000, 4000, 50_051];

/// Port of the plain server, over UDP and TCP.
pub(super) const PLAIN_PORT: u16 = 6000;

/// The servers in the lab, which share one shelf in memory.
#[derive(Debug)]
pub struct LabServers {
    /// The servers of REST, GraphQL and gRPC, with the recordings of both ends.
    pub apis: [Arc<ApiInstance>; 3],
    /// The plain server.
    pub plain: LabPlain,
}

/// The plain server in the lab: the service without an API, over UDP and TCP.
#[derive(Debug)]
pub struct LabPlain {
    /// Address of the UDP socket and of the TCP listener.
    pub address: SocketAddr,
    /// Recordings of the UDP sockets.
    pub udp: Recordings,
    /// Recordings of the TCP sockets.
    pub tcp: Recordings,
    server: JoinHandle<io::Result<()>>,
}

/// The recordings of all servers and clients in the lab.
#[derive(Clone, Debug)]
pub struct LabRecordings {
    /// Recordings of REST, GraphQL and gRPC.
    pub apis: [Recordings; 3],
    /// Recordings of the plain UDP sockets.
    pub udp: Recordings,
    /// Recordings of the plain TCP sockets.
    pub tcp: Recordings,
}

impl LabRecordings {
    /// Starts all recordings.
    ///
    /// # Errors
    /// If a trace file cannot be created.
    pub fn start(files: &TraceFiles) -> io::Result<Self> {
        let start = |api| Recordings::start(api, files, None);
        let [rest, graphql, grpc] = [&rest_server::PROGRAM, &graphql_server::PROGRAM, &grpc_server::PROGRAM];
        let apis = [start(rest.api)?, start(graphql.api)?, start(grpc.api)?];
        Ok(Self { apis, udp: start("udp")?, tcp: start("tcp")? })
    }

    /// Returns the recordings of the three APIs, of UDP and of TCP, in this order.
    pub fn all(&self) -> impl Iterator<Item = &Recordings> {
        self.apis.iter().chain([&self.udp, &self.tcp])
    }
}

impl LabServers {
    /// Starts the servers. Call this on the server side of the network.
    ///
    /// # Errors
    /// If an address cannot be bound.
    pub async fn start(ip: IpAddr, recordings: LabRecordings, shutdown: Shutdown) -> io::Result<Self> {
        let shelf = Shelf::seeded();
        let address = |port| SocketAddr::new(ip, port);
        let [rest, graphql, grpc] = [&rest_server::PROGRAM, &graphql_server::PROGRAM, &grpc_server::PROGRAM];
        let [rest_traces, graphql_traces, grpc_traces] = recordings.apis;
        let [rest_address, graphql_address, grpc_address] = PORTS.map(address);

        let token = shutdown.clone();
        let serve = |listener, shelf| rest_server::serve(listener, shelf, token);
        let rest = ApiInstance::start("REST", rest, rest_address, rest_traces, shelf.clone(), serve).await?;
        let token = shutdown.clone();
        let serve = |listener, shelf| graphql_server::serve(listener, shelf, token);
        let graphql =
            ApiInstance::start("GraphQL", graphql, graphql_address, graphql_traces, shelf.clone(), serve)
                .await?;
        let token = shutdown.clone();
        let serve = |listener, shelf| grpc_server::serve(listener, shelf, token);
        let grpc = ApiInstance::start("gRPC", grpc, grpc_address, grpc_traces, shelf.clone(), serve).await?;

        let (udp, tcp, address) = (recordings.udp, recordings.tcp, address(PLAIN_PORT));
        let sockets = Sockets::bind(&udp.server, &tcp.server, address, plain_instance::FLAG).await?;
        let server = tokio::spawn(plain_server::serve(sockets, shelf, shutdown, Limits::default()));
        let plain = LabPlain { address, udp, tcp, server };
        Ok(Self { apis: [rest, graphql, grpc].map(Arc::new), plain })
    }

    /// Waits until the servers have ended. Call this after their shutdown has begun.
    ///
    /// # Errors
    /// The error that ended a server.
    pub async fn ended(self) -> io::Result<()> {
        for api in self.apis {
            // A client that still uses the instance has been interrupted, and ends with the network.
            if let Some(api) = Arc::into_inner(api) {
                api.ended().await?;
            }
        }
        self.plain.server.await.map_err(io::Error::other)?
    }
}

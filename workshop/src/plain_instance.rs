//! The same service over bare sockets, with no API on top: for the page, and for whoever has `nc`.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU64;

use bookshelf::Shelf;
use hardening_http::Shutdown;
use plain_server::{Limits, Relay, Sockets};
use tokio::task::JoinHandle;

use crate::api_instance::Recordings;

/// For messages about its address.
pub const FLAG: &str = "--plain";

/// The network that loses datagrams loses each third of them, each way.
const LOST: NonZeroU64 = NonZeroU64::new(3).unwrap();

/// A UDP socket and a TCP socket at one address.
#[derive(Debug)]
pub struct Plain {
    /// Where the server is.
    pub address: SocketAddr,
    /// The same over a network that loses datagrams.
    pub lossy: SocketAddr,
    /// The recordings of the datagrams.
    pub udp: Recordings,
    /// The recordings of the connections.
    pub tcp: Recordings,
    server: JoinHandle<io::Result<()>>,
}

impl Plain {
    /// Binds `address`, and starts the server and the network that loses datagrams.
    ///
    /// # Errors
    /// When an address cannot be bound.
    pub async fn start(
        address: SocketAddr,
        udp: Recordings,
        tcp: Recordings,
        shutdown: &Shutdown,
    ) -> io::Result<Self> {
        let sockets = Sockets::bind(&udp.server, &tcp.server, address, FLAG).await?;
        let address = sockets.local_addr()?;
        let reachable = server_kit::bind::reachable(address);
        let relay = Relay::bind((reachable.ip(), 0).into(), reachable, LOST).await?;
        let lossy = relay.local_addr()?;
        tokio::spawn(relay.run(shutdown.clone()));
        let served = plain_server::serve(sockets, Shelf::seeded(), shutdown.clone(), Limits::default());
        Ok(Self { address, lossy, udp, tcp, server: tokio::spawn(served) })
    }

    /// Waits for the server to end.
    ///
    /// # Errors
    /// Those of the server.
    pub async fn ended(self) -> io::Result<()> {
        self.server.await.map_err(io::Error::other)?
    }
}

//! A running plain server, which offers the bookshelf over UDP and TCP sockets without an API.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU64;

use bookshelf::Shelf;
use hardening_http::Shutdown;
use plain_server::{Limits, Relay, Sockets};
use tokio::task::JoinHandle;

use crate::recordings::Recordings;

/// Command-line flag for the server's address.
pub const FLAG: &str = "--plain";

/// The simulated lossy network drops every third datagram in each direction.
const LOSS_INTERVAL: NonZeroU64 = NonZeroU64::new(3).unwrap();

/// A running server with a UDP socket and a TCP socket at one address.
#[derive(Debug)]
pub struct PlainInstance {
    /// Address of the server.
    pub address: SocketAddr,
    /// Address of the relay that simulates a lossy network in front of the server.
    pub lossy_address: SocketAddr,
    /// Recordings of the UDP sockets.
    pub udp: Recordings,
    /// Recordings of the TCP sockets.
    pub tcp: Recordings,
    shelf: Shelf,
    server: JoinHandle<io::Result<()>>,
}

impl PlainInstance {
    /// Binds `address` and starts the server and the lossy relay.
    ///
    /// # Errors
    /// If an address cannot be bound.
    pub async fn start(
        address: SocketAddr,
        udp: Recordings,
        tcp: Recordings,
        shelf: Shelf,
        shutdown: &Shutdown,
    ) -> io::Result<Self> {
        let sockets = Sockets::bind(&udp.server, &tcp.server, address, FLAG).await?;
        let address = sockets.local_addr()?;
        let reachable = server_kit::bind::reachable(address);
        let relay = Relay::bind((reachable.ip(), 0).into(), reachable, LOSS_INTERVAL).await?;
        let lossy_address = relay.local_addr()?;
        tokio::spawn(relay.run(shutdown.clone()));
        let served = plain_server::serve(sockets, shelf.clone(), shutdown.clone(), Limits::default());
        Ok(Self { address, lossy_address, udp, tcp, shelf, server: tokio::spawn(served) })
    }

    /// Waits until the server has ended, and closes its shelf.
    ///
    /// # Errors
    /// The error that ended the server.
    pub async fn ended(self) -> io::Result<()> {
        let ended = self.server.await.map_err(io::Error::other);
        self.shelf.close().await;
        ended?
    }
}

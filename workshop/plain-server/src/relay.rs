//! A simulated network that loses datagrams, because loopback loses none.
//!
//! The relay works like a router with network address translation: the server sees one socket of the relay for each
//! client. It records nothing, because it stands for the network.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hardening_http::Shutdown;
use tokio::net::UdpSocket;
use tokio_util::task::AbortOnDropHandle;

use crate::sockets::local_address_for;

/// Maximum number of clients with a return path. A further client replaces the one that was idle longest.
const MAX_CLIENTS: usize = 64;

/// Maximum size of a datagram in bytes.
const MAX_DATAGRAM: usize = 65_535;

/// Pause after a failed receive, so that a persistent error does not keep a processor busy.
const ERROR_PAUSE: Duration = Duration::from_millis(50);

/// A relay between UDP clients and one server.
#[derive(Debug)]
pub struct Relay {
    network: Arc<Network>,
    server: SocketAddr,
    /// Clients, ordered from the one that was idle longest to the most recent.
    clients: VecDeque<Client>,
}

/// State that both directions share.
#[derive(Debug)]
struct Network {
    /// Socket that faces the clients.
    front: UdpSocket,
    loss_interval: NonZeroU64,
    to_server: AtomicU64,
    to_clients: AtomicU64,
}

#[derive(Debug)]
struct Client {
    address: SocketAddr,
    /// Socket that faces the server and receives the responses.
    back: Arc<UdpSocket>,
    _responses: AbortOnDropHandle<()>,
}

/// Number of datagrams that a relay has received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests.
    pub to_server: Direction,
    /// Responses.
    pub to_clients: Direction,
}

/// Number of datagrams in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Direction {
    /// Datagrams that the relay received, including dropped ones.
    pub sent: u64,
    /// Datagrams that the relay dropped.
    pub lost: u64,
}

impl Relay {
    /// Binds `address` for the clients.
    ///
    /// The relay drops every `loss_interval`th datagram of each direction. The directions are counted separately:
    /// requests and responses alternate, so a common count might always drop the same kind.
    ///
    /// # Errors
    /// As [`UdpSocket::bind`].
    pub async fn bind(
        address: SocketAddr,
        server: SocketAddr,
        loss_interval: NonZeroU64,
    ) -> io::Result<Self> {
        let front = UdpSocket::bind(address).await?;
        let (to_server, to_clients) = (AtomicU64::default(), AtomicU64::default());
        let network = Network { front, loss_interval, to_server, to_clients };
        Ok(Self { network: Arc::new(network), server, clients: VecDeque::new() })
    }

    /// Returns the address that clients use instead of the server's.
    ///
    /// # Errors
    /// As [`UdpSocket::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.network.front.local_addr()
    }

    /// Forwards datagrams until the shutdown and returns the number of datagrams.
    pub async fn run(mut self, shutdown: Shutdown) -> Traffic {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = self.forward_requests() => {}
        }
        self.network.traffic()
    }

    async fn forward_requests(&mut self) {
        let network = Arc::clone(&self.network);
        let mut datagram = vec![0; MAX_DATAGRAM];
        loop {
            let Ok((length, from)) = network.front.recv_from(&mut datagram).await else {
                tokio::time::sleep(ERROR_PAUSE).await;
                continue;
            };
            if network.drops_next(&network.to_server) {
                continue;
            }
            // A datagram that cannot be forwarded is lost, as on any network.
            if let Ok(back) = self.back_socket(from).await {
                let _ = back.send(datagram.get(..length).unwrap_or_default()).await;
            }
        }
    }

    /// Returns the socket that faces the server for this client.
    async fn back_socket(&mut self, address: SocketAddr) -> io::Result<Arc<UdpSocket>> {
        let position = self.clients.iter().position(|client| client.address == address);
        let client = match position.and_then(|position| self.clients.remove(position)) {
            Some(client) => client,
            None => Client::new(&self.network, address, self.server).await?,
        };
        let back = Arc::clone(&client.back);
        if self.clients.len() == MAX_CLIENTS {
            self.clients.pop_front();
        }
        self.clients.push_back(client);
        Ok(back)
    }
}

impl Client {
    async fn new(network: &Arc<Network>, address: SocketAddr, server: SocketAddr) -> io::Result<Self> {
        let back = Arc::new(UdpSocket::bind(local_address_for(server)).await?);
        back.connect(server).await?;
        let responses = tokio::spawn(forward_responses(Arc::clone(network), Arc::clone(&back), address));
        Ok(Self { address, back, _responses: AbortOnDropHandle::new(responses) })
    }
}

async fn forward_responses(network: Arc<Network>, back: Arc<UdpSocket>, client: SocketAddr) {
    let mut datagram = vec![0; MAX_DATAGRAM];
    loop {
        match back.recv(&mut datagram).await {
            Ok(_) if network.drops_next(&network.to_clients) => {}
            Ok(length) => {
                let _ = network.front.send_to(datagram.get(..length).unwrap_or_default(), client).await;
            }
            // ECONNREFUSED: no server is running at the moment.
            Err(_) => tokio::time::sleep(ERROR_PAUSE).await,
        }
    }
}

impl Network {
    /// Counts a datagram and returns `true` if the relay drops it.
    fn drops_next(&self, count: &AtomicU64) -> bool {
        (count.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(self.loss_interval.get())
    }

    fn traffic(&self) -> Traffic {
        let direction = |count: &AtomicU64| {
            let sent = count.load(Ordering::Relaxed);
            Direction { sent, lost: sent / self.loss_interval }
        };
        Traffic { to_server: direction(&self.to_server), to_clients: direction(&self.to_clients) }
    }
}

#[cfg(test)]
#[path = "relay_tests.rs"]
mod tests;

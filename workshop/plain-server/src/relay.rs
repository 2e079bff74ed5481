//! A relay that simulates a lossy network, because loopback loses no datagrams.
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

/// Maximum number of clients for which the relay keeps a socket. For a further client, it drops the socket of
/// the client that has been idle longest.
const MAX_CLIENTS: usize = 64;

/// Time without a request after which the relay closes the sockets of its clients, as routers do. They would stay in the list
/// of sockets otherwise.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Maximum size of a datagram in bytes.
const MAX_DATAGRAM: usize = 65_535;

/// Pause after a failed receive, so that a persistent error does not keep a processor busy.
const ERROR_PAUSE: Duration = Duration::from_millis(50);

/// A relay between UDP clients and one server, which drops some datagrams.
#[derive(Debug)]
pub struct Relay {
    network: Arc<Network>,
    server: SocketAddr,
    /// Clients, ordered from the one that was idle longest to the most recent.
    clients: VecDeque<Client>,
}

/// Socket and counters that the tasks of both directions share.
#[derive(Debug)]
struct Network {
    /// Socket that the clients send to, and from which they receive the server's responses.
    front: UdpSocket,
    loss_interval: NonZeroU64,
    to_server: AtomicU64,
    to_clients: AtomicU64,
}

#[derive(Debug)]
struct Client {
    address: SocketAddr,
    /// Socket that the server sees instead of this client: it sends the client's requests and receives the
    /// responses.
    back: Arc<UdpSocket>,
    _responses: AbortOnDropHandle<()>,
}

/// Numbers of datagrams that a relay received and dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Datagrams from clients to the server.
    pub to_server: Direction,
    /// Datagrams from the server to clients.
    pub to_clients: Direction,
}

/// Numbers of datagrams that a relay received and dropped in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Direction {
    /// Number of datagrams sent to the relay in this direction, including those that the relay dropped.
    pub sent: u64,
    /// Number of datagrams that the relay dropped.
    pub lost: u64,
}

impl Relay {
    /// Creates a relay that listens on `address` and forwards to `server`.
    ///
    /// The relay drops every `loss_interval`th datagram of each direction. The directions are counted
    /// separately: requests and responses alternate, so a common count could drop only requests or only
    /// responses.
    ///
    /// # Errors
    /// Returns the same errors as [`UdpSocket::bind`].
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
    /// Returns the same errors as [`UdpSocket::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.network.front.local_addr()
    }

    /// Forwards datagrams until the shutdown. Returns the numbers of datagrams in each direction.
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
            let request = network.front.recv_from(&mut datagram);
            let received = if self.clients.is_empty() {
                request.await
            } else if let Ok(received) = tokio::time::timeout(IDLE_TIMEOUT, request).await {
                received
            } else {
                self.clients.clear();
                continue;
            };
            let Ok((length, from)) = received else {
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

    /// Returns the socket that sends requests of the client at `address` to the server. Creates one for a new
    /// client.
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

//! A network that loses datagrams, between clients and a server on one machine, where otherwise none is ever lost.
//!
//! It stands between them as a router with address translation does: the server sees one socket of the relay for each
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

use crate::sockets::facing;

/// How many clients it knows the way back to. For one more it forgets the one that has been silent for longest.
const MAX_CLIENTS: usize = 64;

/// The longest datagram there is.
const MAX_DATAGRAM: usize = 65_535;

/// As for the server: a receive that fails for ever must not keep a processor busy.
const PAUSE: Duration = Duration::from_millis(50);

/// The relay.
#[derive(Debug)]
pub struct Relay {
    network: Arc<Network>,
    server: SocketAddr,
    /// The clients, the one that was silent for longest first.
    clients: VecDeque<Client>,
}

/// What both ways share.
#[derive(Debug)]
struct Network {
    /// The clients send to it, and it sends to them.
    front: UdpSocket,
    every: NonZeroU64,
    to_server: AtomicU64,
    to_clients: AtomicU64,
}

#[derive(Debug)]
struct Client {
    address: SocketAddr,
    /// Where the server sends the answers to.
    back: Arc<UdpSocket>,
    _answers: AbortOnDropHandle<()>,
}

/// What a relay was given to carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Questions.
    pub to_server: Way,
    /// Answers.
    pub to_clients: Way,
}

/// The datagrams that went one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// All of them.
    pub sent: u64,
    /// Those that were thrown away.
    pub lost: u64,
}

impl Relay {
    /// Binds `address`, for clients to send to. Of the datagrams to the server every `every`th is thrown away, and so is
    /// every `every`th of those to the clients, each counted for itself: so both questions and answers get lost. Counted
    /// together, with a question and an answer by turns, it would always hit the same kind.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn bind(address: SocketAddr, server: SocketAddr, every: NonZeroU64) -> io::Result<Self> {
        let front = UdpSocket::bind(address).await?;
        let network =
            Network { front, every, to_server: AtomicU64::default(), to_clients: AtomicU64::default() };
        Ok(Self { network: Arc::new(network), server, clients: VecDeque::new() })
    }

    /// Where clients send to instead of to the server.
    ///
    /// # Errors
    /// As [`UdpSocket::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.network.front.local_addr()
    }

    /// Forwards until the shutdown, and says what it has carried.
    pub async fn run(mut self, shutdown: Shutdown) -> Traffic {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = self.forward_questions() => {}
        }
        self.network.traffic()
    }

    async fn forward_questions(&mut self) {
        let network = Arc::clone(&self.network);
        let mut datagram = vec![0; MAX_DATAGRAM];
        loop {
            let Ok((length, from)) = network.front.recv_from(&mut datagram).await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            if network.loses(&network.to_server) {
                continue;
            }
            // What cannot be sent on is lost, too.
            if let Ok(back) = self.way_back(from).await {
                let _ = back.send(datagram.get(..length).unwrap_or_default()).await;
            }
        }
    }

    /// The socket on which the answers to this client come.
    async fn way_back(&mut self, address: SocketAddr) -> io::Result<Arc<UdpSocket>> {
        let known = self.clients.iter().position(|client| client.address == address);
        let client = match known.and_then(|at| self.clients.remove(at)) {
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
        let back = Arc::new(UdpSocket::bind(facing(server)).await?);
        back.connect(server).await?;
        let answers = tokio::spawn(forward_answers(Arc::clone(network), Arc::clone(&back), address));
        Ok(Self { address, back, _answers: AbortOnDropHandle::new(answers) })
    }
}

async fn forward_answers(network: Arc<Network>, back: Arc<UdpSocket>, client: SocketAddr) {
    let mut datagram = vec![0; MAX_DATAGRAM];
    loop {
        match back.recv(&mut datagram).await {
            Ok(_) if network.loses(&network.to_clients) => {}
            Ok(length) => {
                let _ = network.front.send_to(datagram.get(..length).unwrap_or_default(), client).await;
            }
            // There is no server at the moment.
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

impl Network {
    /// Counts a datagram, and tells whether it gets lost.
    fn loses(&self, way: &AtomicU64) -> bool {
        (way.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(self.every.get())
    }

    fn traffic(&self) -> Traffic {
        let way = |way: &AtomicU64| {
            let sent = way.load(Ordering::Relaxed);
            Way { sent, lost: sent / self.every }
        };
        Traffic { to_server: way(&self.to_server), to_clients: way(&self.to_clients) }
    }
}

#[cfg(test)]
#[path = "relay_tests.rs"]
mod tests;

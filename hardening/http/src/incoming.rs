//! Accepts connections until the shutdown, and limits the number of open ones.

use std::io;

use futures_util::Stream;
use socket_tap::{TapListener, TapStream};
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::networks::{Admission, Networks};
use crate::shutdown::with_grace_period;
use crate::slots::Slots;
use crate::{Limits, Shutdown};

/// Maximum number of connections to accept after the shutdown begins: as many as the kernel's backlog can
/// hold.
const MAX_LATE_ACCEPTS: u32 = 1024;

/// An acceptor of connections on a [`TapListener`]. It limits the number of open connections.
#[derive(Debug)]
pub struct Incoming {
    listener: TapListener,
    slots: Slots,
    networks: Networks,
    limits: Limits,
    shutdown: Shutdown,
    /// Remaining number of connections to accept after the shutdown begins.
    late_accepts_left: u32,
}

impl Incoming {
    /// Creates a value that accepts the connections of `listener` until the shutdown.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[must_use]
    pub fn new(listener: TapListener, limits: Limits, shutdown: Shutdown) -> Self {
        let slots = Slots::new(limits.max_connections);
        let networks = Networks::new(limits.max_per_network, limits.max_connections);
        Self { listener, slots, networks, limits, shutdown, late_accepts_left: MAX_LATE_ACCEPTS }
    }

    /// Accepts the next connection. Closes those of networks that have too many.
    ///
    /// At the maximum number of connections, waits until one closes. Meanwhile, new clients wait in the
    /// kernel's backlog; they see a delay, but no error.
    ///
    /// Returns `None` once the shutdown has begun and the backlog is empty. After the shutdown has begun, it
    /// still accepts the connections in the backlog, because closing the listener would reset them. Cancel
    /// safe.
    pub async fn next(&mut self) -> Option<Connection> {
        let slot = tokio::select! {
            biased;
            slot = self.slots.acquire() => slot?,
            () = self.shutdown.cancelled() => return None,
        };
        let backlog_empty = async {
            self.shutdown.cancelled().await;
            // The runtime polls the kernel for readiness before it resumes this task.
            tokio::task::yield_now().await;
        };
        let (stream, admission) = tokio::select! {
            biased;
            accepted = accept_admitted(&self.listener, &self.networks) => accepted,
            () = backlog_empty => return None,
        };
        if self.shutdown.is_cancelled() {
            self.late_accepts_left = self.late_accepts_left.checked_sub(1)?;
        }
        Some(Connection::new(stream, &self.limits, &self.shutdown, (slot, admission)))
    }

    /// Serves all connections concurrently with `serve_connection` until the shutdown. Then waits for the
    /// open connections, at most for the grace period.
    pub async fn for_each<F>(mut self, serve_connection: impl Fn(Connection) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                // Frees the tasks of closed connections.
                Some(_) = connections.join_next() => {}
                connection = self.next() => match connection {
                    Some(connection) => _ = connections.spawn(serve_connection(connection)),
                    None => break,
                },
            }
        }
        let Self { listener, limits, shutdown, .. } = self;
        // Refuses new clients while the open connections finish.
        drop(listener);
        let finished = async { while connections.join_next().await.is_some() {} };
        with_grace_period(finished, limits.grace, &shutdown).await;
        connections.shutdown().await;
    }

    /// Returns the connections as a stream, for tonic's `serve_with_incoming_shutdown`.
    pub fn into_stream(self) -> impl Stream<Item = io::Result<Connection>> {
        futures_util::stream::unfold(self, |mut incoming| async {
            let connection = incoming.next().await?;
            Some((Ok(connection), incoming))
        })
    }
}

/// Accepts the next connection of a network that has not too many. Cancel safe.
async fn accept_admitted(listener: &TapListener, networks: &Networks) -> (TapStream, Option<Admission>) {
    loop {
        let (stream, peer) = listener.accept_next().await;
        if let Ok(admission) = networks.admit(peer.ip()) {
            return (stream, admission);
        }
    }
}

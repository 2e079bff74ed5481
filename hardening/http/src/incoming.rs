//! The connections of a server, as many at once as the limits allow, until the shutdown.

use std::io;

use futures_util::Stream;
use socket_tap::TapListener;
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::shutdown::with_grace_period;
use crate::slots::Slots;
use crate::{Limits, Shutdown};

/// How many connections are still taken after the signal: as many as the backlog may hold.
const LAST: u32 = 1024;

/// The connections of a [`TapListener`].
#[derive(Debug)]
pub struct Incoming {
    listener: TapListener,
    slots: Slots,
    limits: Limits,
    shutdown: Shutdown,
    /// How many more are taken after the signal.
    last: u32,
}

impl Incoming {
    /// Those that `listener` takes, until the shutdown.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[must_use]
    pub fn new(listener: TapListener, limits: Limits, shutdown: Shutdown) -> Self {
        let slots = Slots::new(limits.max_connections);
        Self { listener, slots, limits, shutdown, last: LAST }
    }

    /// The next one. While there are too many, it waits until one ends; the kernel's backlog holds those that come
    /// meanwhile, and their clients notice nothing but the time.
    ///
    /// `None` once the shutdown has begun and those that the kernel had already connected are taken: they would be
    /// reset when the listener closes. Cancel safe.
    pub async fn next(&mut self) -> Option<Connection> {
        let slot = tokio::select! {
            biased;
            slot = self.slots.take() => slot?,
            () = self.shutdown.cancelled() => return None,
        };
        let none_left = async {
            self.shutdown.cancelled().await;
            // The runtime asks the kernel for news before it comes back here.
            tokio::task::yield_now().await;
        };
        let stream = tokio::select! {
            biased;
            (stream, _) = self.listener.accept_next() => stream,
            () = none_left => return None,
        };
        if self.shutdown.is_cancelled() {
            self.last = self.last.checked_sub(1)?;
        }
        Some(Connection::new(stream, &self.limits, &self.shutdown, slot))
    }

    /// Converses with each of them, all at the same time, until the shutdown. Those that are under way then may go on for
    /// as long as the limits allow.
    pub async fn for_each<F>(mut self, converse: impl Fn(Connection) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                // Lets go of the connections that have ended.
                Some(_) = connections.join_next() => {}
                connection = self.next() => match connection {
                    Some(connection) => _ = connections.spawn(converse(connection)),
                    None => break,
                },
            }
        }
        let Self { listener, limits, shutdown, .. } = self;
        // Nobody can connect any more while the last ones finish.
        drop(listener);
        let finished = async { while connections.join_next().await.is_some() {} };
        with_grace_period(finished, limits.grace, &shutdown).await;
        connections.shutdown().await;
    }

    /// The same as a stream, for tonic's `serve_with_incoming_shutdown`.
    pub fn into_stream(self) -> impl Stream<Item = io::Result<Connection>> {
        futures_util::stream::unfold(self, |mut incoming| async {
            let connection = incoming.next().await?;
            Some((Ok(connection), incoming))
        })
    }
}

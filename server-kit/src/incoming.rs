//! The connections of a server, as many at once as the limits allow, until the shutdown.

use std::io;
use std::sync::Arc;

use futures_util::Stream;
use socket_tap::TapListener;
use tokio::sync::Semaphore;

use crate::connection::Connection;
use crate::{Limits, Shutdown};

/// The connections of a [`TapListener`].
#[derive(Debug)]
pub struct Incoming {
    listener: TapListener,
    slots: Arc<Semaphore>,
    limits: Limits,
    shutdown: Shutdown,
}

impl Incoming {
    /// Those that `listener` takes, until the shutdown.
    #[must_use]
    pub fn new(listener: TapListener, limits: Limits, shutdown: Shutdown) -> Self {
        let slots = Arc::new(Semaphore::new(limits.max_connections as usize));
        Self { listener, slots, limits, shutdown }
    }

    /// The next one. While there are too many, it waits until one ends; the kernel's backlog holds those that come
    /// meanwhile, and their clients notice nothing but the time. `None` once the shutdown has begun and those that the
    /// kernel had already connected are taken: closing the listener would reset them. Cancel safe.
    pub async fn next(&self) -> Option<Connection> {
        let slots = Arc::clone(&self.slots);
        let slot = tokio::select! {
            biased;
            slot = slots.acquire_owned() => slot.ok()?,
            () = self.shutdown.cancelled() => return None,
        };
        tokio::select! {
            biased;
            (stream, _) = self.listener.accept_next() => {
                Some(Connection::new(stream, &self.limits, &self.shutdown, slot))
            }
            () = self.shutdown.cancelled() => None,
        }
    }

    /// The same as a stream, for tonic's `serve_with_incoming_shutdown`.
    pub fn into_stream(self) -> impl Stream<Item = io::Result<Connection>> {
        futures_util::stream::unfold(self, |incoming| async {
            let connection = incoming.next().await?;
            Some((Ok(connection), incoming))
        })
    }
}

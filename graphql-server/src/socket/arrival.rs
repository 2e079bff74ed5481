//! Messages that are on their way.
//!
//! The transport below gives whole messages and says nothing of the frames it has of another one: that shows only in the
//! bytes that have come.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::AsyncRead;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::io::InspectReader;

/// The head of a client's control frame: two bytes, and four of its mask (RFC 6455, section 5.2).
const CONTROL_HEAD: u64 = 6;

/// How much has come in, and how much of that was given as messages.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    read: Arc<AtomicU64>,
    given: u64,
    /// Whether a message was on its way when that was last asked.
    was_partial: bool,
}

impl Arrival {
    /// Counts what is read from the stream.
    pub(super) fn watch<S: AsyncRead>(&self, stream: S) -> InspectReader<S, impl FnMut(&[u8]) + use<S>> {
        let read = Arc::clone(&self.read);
        InspectReader::new(stream, move |bytes| {
            read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        })
    }

    /// The transport has given a message.
    pub(super) fn given(&mut self, message: &Message) {
        let read = self.read.load(Ordering::Relaxed);
        if matches!(message, Message::Ping(_) | Message::Pong(_)) {
            // These may come between the frames of a message, and do not end it.
            self.given = read.min(self.given + CONTROL_HEAD + message.len() as u64);
        } else {
            self.given = read;
            self.was_partial = false;
        }
    }

    /// Whether one and the same message has been on its way since this was last asked.
    pub(super) fn is_stuck(&mut self) -> bool {
        let is_partial = self.read.load(Ordering::Relaxed) > self.given;
        std::mem::replace(&mut self.was_partial, is_partial) && is_partial
    }
}

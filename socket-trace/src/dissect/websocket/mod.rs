//! WebSocket, RFC 6455.
//!
//! # Layout
//!
//! - `frame`: the head of a frame
//! - `reader`: one direction, frame by frame

mod frame;
mod reader;

use super::chunk::Chunk;
use super::graphql;
use super::protocol::{Context, Outcome};
use super::way::{Way, Ways};
use reader::Reader;

/// One connection that speaks WebSocket, after its handshake.
#[derive(Debug)]
pub(super) struct WebSocket {
    readers: Ways<Reader>,
    /// The operations of GraphQL, when that is its subprotocol.
    subscriptions: Option<graphql::Subscriptions>,
}

impl WebSocket {
    /// With the subprotocol that the server has chosen.
    pub(super) fn new(protocol: Option<graphql::Protocol>) -> Self {
        let subscriptions = protocol.map(|_| graphql::Subscriptions::default());
        Self { readers: Ways::default(), subscriptions }
    }

    /// Says what the bytes are.
    pub(super) fn carry(&mut self, way: Way, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Outcome {
        let reader = self.readers.get_mut(way);
        match reader.carry(way, chunk, &mut self.subscriptions, context) {
            Ok(()) => Outcome::Done,
            Err(why) => Outcome::Lost(why),
        }
    }
}

#[cfg(test)]
mod tests;

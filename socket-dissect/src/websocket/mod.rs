//! WebSocket, RFC 6455.
//!
//! # Layout
//!
//! - `frame`: the head of a frame
//! - `reader`: one direction, frame by frame

mod frame;
mod reader;

use super::chunk::Chunk;
use super::graphql::{Owner, Subscriptions};
use super::protocol::{Context, Outcome};
use super::way::{Way, Ways};
use reader::Reader;

/// One connection that speaks WebSocket, after its handshake.
#[derive(Debug)]
pub(super) struct WebSocket {
    readers: Ways<Reader>,
    /// The operations of GraphQL, when that is its subprotocol.
    subscriptions: Option<Subscriptions>,
}

impl WebSocket {
    /// All that it carries belongs to the call that it began with.
    pub(super) fn new(call: Option<u64>) -> Self {
        let reader = || Reader::new(call.map_or(Owner::Unknown, Owner::Call));
        Self { readers: Ways { to_server: reader(), to_client: reader() }, subscriptions: None }
    }

    /// It carries operations of GraphQL, each of which is a call.
    pub(super) fn with_graphql() -> Self {
        Self { subscriptions: Some(Subscriptions::default()), ..Self::new(None) }
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

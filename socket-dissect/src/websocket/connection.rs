//! Dissects both directions of a WebSocket connection.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::PerDirection;
use super::super::graphql::{Operations, Owner};
use super::super::outcome::Outcome;
use super::deflate::{Deflate, Inflater};
use super::reader::Reader;

/// A WebSocket connection after its handshake.
#[derive(Debug)]
pub(in super::super) struct WebSocket {
    readers: PerDirection<Reader>,
    /// The open GraphQL operations; `None` if the subprotocol is not GraphQL.
    operations: Option<Operations>,
}

impl WebSocket {
    /// Returns a connection on which all messages belong to `call`, the call of the handshake.
    /// `deflate` is `None` if messages are not compressed.
    pub(in super::super) fn new(call: Option<u64>, deflate: Option<Deflate>) -> Self {
        let reader = |no_context: fn(Deflate) -> bool| {
            let inflater = deflate.map(|deflate| Inflater::new(!no_context(deflate)));
            Reader::new(call.map_or(Owner::Unknown, Owner::Call), inflater)
        };
        let readers = PerDirection {
            to_server: reader(|deflate| deflate.client_no_context),
            to_client: reader(|deflate| deflate.server_no_context),
        };
        Self { readers, operations: None }
    }

    /// Returns a connection on which each GraphQL operation is a call.
    pub(in super::super) fn with_graphql(deflate: Option<Deflate>) -> Self {
        Self { operations: Some(Operations::default()), ..Self::new(None, deflate) }
    }

    /// Dissects the next bytes of a direction into parts of frames and messages.
    pub(in super::super) fn dissect(
        &mut self,
        data: &mut TransferData<'_>,
        context: &mut Context<'_>,
    ) -> Outcome {
        let reader = self.readers.get_mut(context.direction);
        match reader.dissect(data, &mut self.operations, context) {
            Ok(()) => Outcome::Done,
            Err(reason) => Outcome::Lost(reason),
        }
    }
}

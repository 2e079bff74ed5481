//! Finds the participant to whom a connection belongs, and describes the connection for that participant.
//!
//! A command line of a participant has the name in its `User-Agent`, so participants behind one address are distinguished. A
//! connection without a name belongs to the only participant at its address. It may come from someone else behind the same
//! address, so its description contains no data.
//!
//! - `visibility`: who may see an event
//! - `described_connection`: a connection as its participant sees it

mod described_connection;
mod visibility;

use std::collections::HashMap;
use std::sync::Arc;

use socket_tap::event::Op;
use socket_tap::format::Side;
use socket_trace::timeline::connections::{Connection, Socket};
use socket_trace::timeline::{AnnotatedEvent, Recording};

use super::Room;
use crate::live::feed::listeners::{Listeners, socket_of};
use described_connection::DescribedConnection;
pub(crate) use visibility::Visibility;

/// Maximum number of open connections that are described. Further ones belong to nobody.
const MAX_OPEN: usize = 2_000;

/// Describes the connections of the API servers for participants.
#[derive(Debug)]
pub(crate) struct Attribution {
    room: Arc<Room>,
    open: HashMap<Socket, DescribedConnection>,
    /// The listening sockets of the API servers.
    listeners: Listeners,
    /// `true` if participants have made calls since the room was published.
    has_new_calls: bool,
}

impl Attribution {
    pub(crate) fn new(room: Arc<Room>) -> Self {
        Self { room, open: HashMap::new(), listeners: Listeners::default(), has_new_calls: false }
    }

    /// Returns the listening sockets of the API servers.
    pub(crate) fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    /// Returns `true` if every participant may see an event with this visibility. Call it after the events that follow,
    /// as far as they are known: then it is known which sockets are listening.
    pub(crate) fn is_visible(&self, visibility: Visibility) -> bool {
        match visibility {
            Visibility::Everyone => true,
            Visibility::IfListening(socket) => self.listeners.contains(socket),
            Visibility::PresenterOnly => false,
        }
    }

    /// Processes an event, whose JSON is `item`, and returns who may see it.
    pub(crate) fn observe(
        &mut self,
        event: &AnnotatedEvent,
        recordings: &[Recording],
        item: &str,
    ) -> Visibility {
        let Some(recording) = recordings.get(event.timed.recording) else { return Visibility::PresenterOnly };
        let (name, side) = (recording.header.name.as_str(), recording.header.side);
        // Anyone may send datagrams to the plain server, and they belong to no connection.
        if !["rest", "graphql", "grpc"].contains(&name) {
            return Visibility::PresenterOnly;
        }
        let socket = socket_of(event);
        // A close ends the listening.
        let was_listening = socket.is_some_and(|socket| self.listeners.contains(socket));
        self.listeners.observe(event, recordings, item);
        match (side, event.connection.as_deref()) {
            (Side::Client, _) => Visibility::Everyone,
            (Side::Server, None) => match socket {
                _ if was_listening => Visibility::Everyone,
                Some(socket) => Visibility::IfListening(socket),
                None if matches!(event.timed.event.op, Op::Mark { .. }) => Visibility::Everyone,
                None => Visibility::PresenterOnly,
            },
            (Side::Server, Some(connection)) if connection.side == Side::Server => {
                // The other end is in the recording of the workshop's own clients.
                if connection.other.is_some() {
                    return Visibility::Everyone;
                }
                self.describe(event, connection, name);
                Visibility::PresenterOnly
            }
            _ => Visibility::PresenterOnly,
        }
    }

    /// Shows the presenter how many calls the participants have made, if there are new ones. Call it once for many events:
    /// each time all participants are sent.
    pub(crate) fn publish_new_calls(&mut self) {
        if std::mem::take(&mut self.has_new_calls) {
            self.room.publish();
        }
    }

    fn describe(&mut self, event: &AnnotatedEvent, connection: &Connection, api: &str) {
        let Some(sock) = event.timed.event.sock else { return };
        let socket = Socket { recording: event.timed.recording, sock };
        if matches!(event.timed.event.op, Op::Accept { .. }) && self.open.len() < MAX_OPEN {
            self.open.insert(socket, DescribedConnection::new(connection, api, event.timed.at));
        }
        let Some(described) = self.open.get_mut(&socket) else { return };
        let calls = described.add(event);
        let is_owner_new = described.owner.is_none() && described.find_owner(event, &self.room);
        let is_changed = calls > 0 || is_owner_new || described.is_closed;
        if let (true, Some(owner)) = (is_changed, described.owner) {
            let json = described.to_json();
            // Calls that ended before the owner was known count, too.
            let calls = if is_owner_new { described.calls.len() as u64 } else { calls };
            self.room.participants.update(owner, described.connection, json, calls);
            self.has_new_calls |= calls > 0;
        }
        if described.is_closed {
            self.open.remove(&socket);
        }
    }
}

#[cfg(test)]
mod tests;

//! Finds the participant to whom a connection belongs, and describes the connection for that participant.
//!
//! A command line of a participant has the name in its `User-Agent`, so participants behind one address are distinguished. A
//! connection without a name belongs to the only participant at its address. It may come from someone else behind the same
//! address, so its description contains no data.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde::Serialize;
use socket_tap::event::{Addr, Op};
use socket_tap::format::Side;
use socket_trace::show::description::describe;
use socket_trace::timeline::connections::{Connection, Socket};
use socket_trace::timeline::{AnnotatedEvent, Recording};

use super::Room;
use super::name::Name;
use super::participants::Id;
use crate::live::feed::listeners::{Listeners, socket_of};

/// Maximum number of open connections that are described. Further ones belong to nobody.
const MAX_OPEN: usize = 2_000;

/// Maximum number of socket calls in a description.
const MAX_EVENTS: usize = 40;

/// Maximum number of API calls in a description.
const MAX_CALLS: usize = 20;

/// Describes the connections of the API servers for participants.
#[derive(Debug)]
pub(crate) struct Attribution {
    room: Arc<Room>,
    open: HashMap<Socket, Described>,
    /// The listening sockets of the API servers.
    listeners: Listeners,
}

/// A connection as its participant sees it.
#[derive(Debug, Serialize)]
struct Described {
    connection: u64,
    api: String,
    from: String,
    /// `true` if the `User-Agent` has the participant's name.
    is_named: bool,
    events: Vec<DescribedEvent>,
    calls: Vec<DescribedCall>,
    /// Number of events and calls that are not listed.
    omitted: usize,
    is_closed: bool,
    /// Key of the first name in a `User-Agent` of the connection.
    #[serde(skip)]
    name_key: Option<String>,
    #[serde(skip)]
    owner: Option<Id>,
    #[serde(skip)]
    ip: Option<IpAddr>,
    /// Time of the first event.
    #[serde(skip)]
    began: u64,
}

#[derive(Debug, Serialize)]
struct DescribedEvent {
    op: String,
    /// Nanoseconds since the first event of the connection.
    after: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    eof: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    says: String,
}

#[derive(Debug, Serialize)]
struct DescribedCall {
    operation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    to_server: u64,
    to_client: u64,
    ns: u64,
}

/// Whose an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// The workshop's own: every participant may see it.
    Everyone,
    /// Every participant may see it if the socket is found to be a listening one. `socket` is called before `bind` and
    /// `listen`, and a server also creates sockets for its connections to the database.
    IfListening(Socket),
    /// It belongs to a client outside of the workshop, or to the database. So does every call on a socket whose `accept`
    /// is unknown, because the feed has missed trace files.
    PresenterOnly,
}

impl Attribution {
    pub(crate) fn new(room: Arc<Room>) -> Self {
        Self { room, open: HashMap::new(), listeners: Listeners::default() }
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

    fn describe(&mut self, event: &AnnotatedEvent, connection: &Connection, api: &str) {
        let Some(sock) = event.timed.event.sock else { return };
        let socket = Socket { recording: event.timed.recording, sock };
        if matches!(event.timed.event.op, Op::Accept { .. }) && self.open.len() < MAX_OPEN {
            self.open.insert(socket, Described::new(connection, api, event.timed.at));
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
            if calls > 0 {
                self.room.publish();
            }
        }
        if described.is_closed {
            self.open.remove(&socket);
        }
    }
}

impl Described {
    fn new(connection: &Connection, api: &str, began: u64) -> Self {
        let (from, ip) = match &connection.peer {
            Some(Addr::Ip(peer)) => (peer.to_string(), Some(peer.ip().to_canonical())),
            _ => (String::new(), None),
        };
        Self {
            connection: connection.number,
            api: api.to_owned(),
            from,
            is_named: false,
            events: Vec::new(),
            calls: Vec::new(),
            omitted: 0,
            is_closed: false,
            name_key: None,
            owner: None,
            ip,
            began,
        }
    }

    /// Adds an event and the API calls that ended with it. Returns the number of these calls.
    fn add(&mut self, event: &AnnotatedEvent) -> u64 {
        let op = &event.timed.event.op;
        let (bytes, eof) = match op {
            Op::Read(transfer) | Op::Write(transfer) => (Some(transfer.bytes), transfer.eof),
            _ => (None, false),
        };
        self.is_closed = matches!(op, Op::Close(_) | Op::Release(_));
        if self.events.len() < MAX_EVENTS {
            let says = describe(&event.parts);
            let after = event.timed.at.saturating_sub(self.began);
            self.events.push(DescribedEvent { op: op.name().to_owned(), after, bytes, eof, says });
        } else {
            self.omitted += 1;
        }
        for call in &event.ended {
            if self.calls.len() < MAX_CALLS {
                self.calls.push(DescribedCall {
                    operation: call.operation.clone(),
                    status: call.status.clone(),
                    to_server: call.to_server.total(),
                    to_client: call.to_client.total(),
                    ns: call.ended.saturating_sub(call.began),
                });
            } else {
                self.omitted += 1;
            }
        }
        event.ended.len() as u64
    }

    /// Looks for the owner by the name in the `User-Agent`. A connection without a name belongs, after its first API call, to
    /// the only participant at the peer's address. Returns `true` if there is an owner.
    fn find_owner(&mut self, event: &AnnotatedEvent, room: &Room) -> bool {
        if self.name_key.is_none() {
            self.name_key = event.user_agent.as_deref().and_then(Name::key_in);
        }
        self.is_named = self.name_key.is_some();
        self.owner = match &self.name_key {
            Some(key) => room.participants.of_key(key),
            None if !event.ended.is_empty() || self.is_closed => {
                self.ip.filter(|ip| !ip.is_loopback()).and_then(|ip| room.participants.only_at(ip))
            }
            None => None,
        };
        self.owner.is_some()
    }

    fn to_json(&self) -> String {
        let mut json = serde_json::json!(self);
        if !self.is_named {
            for list in ["events", "calls"] {
                for entry in
                    json[list].as_array_mut().into_iter().flatten().filter_map(|entry| entry.as_object_mut())
                {
                    entry.remove("says");
                    entry.remove("operation");
                }
            }
        }
        json.to_string()
    }
}

#[cfg(test)]
#[path = "attribution_tests.rs"]
mod tests;

//! A connection with its socket calls and API calls, as its participant sees it.

use std::net::IpAddr;

use serde::Serialize;
use socket_tap::event::{Addr, Op};
use socket_trace::show::description::describe;
use socket_trace::timeline::AnnotatedEvent;
use socket_trace::timeline::connections::Connection;

use crate::live::room::Room;
use crate::live::room::name::Name;
use crate::live::room::participants::Id;

/// Maximum number of socket calls in a description.
const MAX_EVENTS: usize = 40;

/// Maximum number of API calls in a description.
const MAX_CALLS: usize = 20;

/// A connection as its participant sees it.
#[derive(Debug, Serialize)]
pub(super) struct DescribedConnection {
    pub(super) connection: u64,
    api: String,
    from: String,
    /// `true` if the `User-Agent` has the participant's name.
    is_named: bool,
    events: Vec<DescribedEvent>,
    pub(super) calls: Vec<DescribedCall>,
    /// Number of events and calls that are not listed.
    omitted: usize,
    pub(super) is_closed: bool,
    /// Key of the first name in a `User-Agent` of the connection.
    #[serde(skip)]
    name_key: Option<String>,
    #[serde(skip)]
    pub(super) owner: Option<Id>,
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
pub(super) struct DescribedCall {
    operation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    to_server: u64,
    to_client: u64,
    ns: u64,
}

impl DescribedConnection {
    pub(super) fn new(connection: &Connection, api: &str, began: u64) -> Self {
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
    pub(super) fn add(&mut self, event: &AnnotatedEvent) -> u64 {
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
    pub(super) fn find_owner(&mut self, event: &AnnotatedEvent, room: &Room) -> bool {
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

    pub(super) fn to_json(&self) -> String {
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

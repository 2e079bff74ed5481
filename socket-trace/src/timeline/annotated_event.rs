//! An event with its connection, its step and the dissected parts of its data.

use std::sync::Arc;

use socket_dissect::{Call, Part};
use socket_tap::event::Op;

use super::connections::{Connection, is_same};
use super::packets::NumberedPacket;
use super::timed_event::TimedEvent;

/// An event with its connection, its step and the dissected parts of its data.
#[derive(Debug)]
pub struct AnnotatedEvent {
    /// The event, with its time on the time line.
    pub timed: TimedEvent,
    /// The connection to which the event's socket or packet belongs, if any.
    pub connection: Option<Arc<Connection>>,
    /// Name of the step (the time from one mark to the next) in which the event happened, if any.
    pub step: Option<Arc<str>>,
    /// The number of a packet on its connection, and the packet that it repeats. `None` for a socket call, and for a packet
    /// without a connection.
    pub packet: Option<NumberedPacket>,
    /// The dissected parts of the data that the event transferred; empty for a recording without payload. A packet has
    /// parts if the time line has only packets: those that its receiver could read with it, also of packets that came before
    /// their predecessors.
    pub parts: Vec<Part>,
    /// The API calls that ended with the event, such as the call whose response it transferred completely.
    pub ended: Vec<Call>,
    /// The `User-Agent` of the client of the event's connection, once it is known. `None` for events without data.
    pub user_agent: Option<Arc<str>>,
}

impl AnnotatedEvent {
    /// Returns `true` for a packet from the client to the server of its connection.
    #[must_use]
    pub fn is_to_server(&self) -> bool {
        let client = self.connection.as_ref().and_then(|connection| connection.local.as_ref());
        matches!((&self.timed.event.op, client), (Op::Packet(packet), Some(client)) if is_same(&packet.from, client))
    }
}

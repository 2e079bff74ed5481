//! The summary of one end of a connection, as a row of a table.

use std::collections::BTreeMap;

use serde::Serialize;
use socket_dissect::Class;
use socket_tap::close::EndedBy;
use socket_tap::event::{Event, Op, SockId};

use crate::timeline::AnnotatedEvent;

/// The summary of one end of a connection, over the events that pass the filter.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Label of the recording that contains this end of the connection, if several recordings are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// Number of the connection on the common time line, if several recordings are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// Number of the socket in its recording.
    pub sock: SockId,
    /// Address of the peer. `None` if the peer has no address, or the opening of the connection was not
    /// recorded.
    pub peer: Option<String>,
    /// Time of the connection's first event, in nanoseconds on the time line.
    pub began: u64,
    /// Time of the connection's last event, in nanoseconds on the time line.
    pub ended: u64,
    /// Number of bytes received.
    pub rx: u64,
    /// Number of bytes sent.
    pub tx: u64,
    /// Number of API calls on the connection.
    pub calls: u64,
    /// Number of bytes of each class, such as headers or payload, in both directions together.
    pub bytes: BTreeMap<Class, u64>,
    /// Cause of the connection's end: `the peer`, `us`, `a reset` or `an error`; `None` while it is open.
    pub ended_by: Option<&'static str>,
    #[serde(skip)]
    first_call: Option<u64>,
}

impl Row {
    pub(super) fn new(recording: Option<String>, sock: SockId, began: u64) -> Self {
        Self {
            recording,
            connection: None,
            sock,
            peer: None,
            began,
            ended: began,
            rx: 0,
            tx: 0,
            calls: 0,
            bytes: BTreeMap::new(),
            ended_by: None,
            first_call: None,
        }
    }

    /// Adds an event of the connection. If `is_single` is `true`, only one recording is shown, and the row
    /// gets no connection number.
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent, is_single: bool) {
        let event = &annotated.timed.event;
        self.ended = annotated.timed.at;
        if let Some(connection) = &annotated.connection {
            self.connection = (!is_single).then_some(connection.number);
            self.peer = connection.peer.as_ref().map(ToString::to_string);
        }
        if let Some((received, bytes)) = transferred(event) {
            let sum = if received { &mut self.rx } else { &mut self.tx };
            *sum = sum.saturating_add(bytes);
        }
        for part in &annotated.parts {
            let sum = self.bytes.entry(part.class).or_default();
            *sum = sum.saturating_add(part.bytes);
            if let Some(call) = part.call {
                let first = *self.first_call.get_or_insert(call);
                self.calls = self.calls.max(call.saturating_sub(first).saturating_add(1));
            }
        }
        if let Op::Close(close) = &event.op {
            self.ended_by = Some(match close.ended_by {
                Some(EndedBy::Peer) => "the peer",
                Some(EndedBy::Local) | None => "us",
                Some(EndedBy::Reset) => "a reset",
                Some(EndedBy::Error) => "an error",
                Some(other) => other.name(),
            });
        }
    }
}

/// Returns the direction and the number of the bytes that the event transferred: `true` for received, `false`
/// for sent. `None` for any other event.
pub(super) fn transferred(event: &Event) -> Option<(bool, u64)> {
    match &event.op {
        _ if event.error.is_some() => None,
        Op::Read(transfer) => Some((true, transfer.bytes)),
        Op::Write(transfer) => Some((false, transfer.bytes)),
        Op::RecvFrom(datagram) => Some((true, datagram.bytes)),
        Op::SendTo(datagram) => Some((false, datagram.bytes)),
        _ => None,
    }
}

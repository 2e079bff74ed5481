//! The API calls of recordings: those in progress, and the latest finished ones.

use std::collections::{HashMap, VecDeque};

use socket_dissect::{Call, Layer, Part};
use socket_tap::event::Op;
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::call_row::{CallId, CallRow, protocol};
use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::{Connection, Socket};

/// Maximum number of calls. The oldest is dropped first.
const MAX_CALLS: usize = 2_000;

/// Maximum number of connections of which the last dropped call is known. That whose call was dropped first is forgotten
/// first.
const MAX_DROPPED: usize = 1_024;

/// The API calls in the order in which they began.
#[derive(Debug, Default)]
pub struct Calls {
    rows: VecDeque<CallRow>,
    /// Position of each call, counted from the first one that ever was.
    positions: HashMap<CallId, u64>,
    dropped: u64,
    /// For each connection, the highest number of a dropped call, and the number of calls that were dropped until then.
    last_dropped: HashMap<u64, (u64, u64)>,
}

impl Calls {
    /// Returns the number of calls that are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns `true` if there is no call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the number of calls that are no longer kept.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Returns the calls, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &CallRow> {
        self.rows.iter()
    }

    /// Returns a call that is still kept.
    #[must_use]
    pub fn get(&self, id: CallId) -> Option<&CallRow> {
        self.rows.get(self.index(id)?)
    }

    /// Returns the position of a call among those that are kept.
    #[must_use]
    pub fn index(&self, id: CallId) -> Option<usize> {
        usize::try_from(self.positions.get(&id)?.checked_sub(self.dropped)?).ok()
    }

    /// Processes the bytes that an event transferred. `operation` returns the operation of a call in progress.
    pub(super) fn observe(
        &mut self,
        annotated: &AnnotatedEvent,
        operation: impl Fn(Socket, u64) -> Option<String>,
    ) {
        let (Some(connection), Some(sock)) = (&annotated.connection, annotated.timed.event.sock) else {
            return;
        };
        let recording = annotated.timed.recording;
        let is_write = matches!(annotated.timed.event.op, Op::Write(_));
        let is_to_server = is_write == (connection.side == Side::Client);
        for part in &annotated.parts {
            let Some(row) = part.call.and_then(|number| self.row(annotated, connection, part, number)) else {
                continue;
            };
            let bytes = if is_to_server { &mut row.to_server } else { &mut row.to_client };
            *bytes = bytes.saturating_add(part.bytes);
            row.last = annotated.timed.at;
            if matches!(part.layer, Layer::Grpc | Layer::Websocket | Layer::Sse) {
                row.protocol = protocol(part.layer);
            }
            if let Some(operation) = operation(Socket { recording, sock }, row.id.number) {
                row.set_operation(&operation);
            }
        }
        for call in &annotated.ended {
            self.end(call, annotated, connection);
        }
    }

    /// Returns the row of a call, which begins with this part if it is unknown. `None` if another recording describes it,
    /// or it was dropped.
    fn row(
        &mut self,
        annotated: &AnnotatedEvent,
        connection: &Connection,
        part: &Part,
        number: u64,
    ) -> Option<&mut CallRow> {
        let id = CallId { connection: connection.number, number };
        let (recording, at) = (annotated.timed.recording, annotated.timed.at);
        if !self.positions.contains_key(&id) {
            if self.was_dropped(id) {
                return None;
            }
            self.add(CallRow {
                id,
                recording,
                protocol: protocol(part.layer),
                operation: String::new(),
                status: None,
                began: at,
                last: at,
                has_ended: false,
                to_server: 0,
                to_client: 0,
            });
        }
        let index = self.index(id)?;
        self.rows.get_mut(index).filter(|row| row.recording == recording)
    }

    fn add(&mut self, row: CallRow) {
        self.positions.insert(row.id, self.dropped + self.rows.len() as u64);
        self.rows.push_back(row);
        if self.rows.len() > MAX_CALLS
            && let Some(oldest) = self.rows.pop_front()
        {
            self.positions.remove(&oldest.id);
            self.dropped += 1;
            self.remember_dropped(oldest.id);
        }
    }

    /// Returns `true` if the row of the call was dropped. The calls of a connection are numbered as they begin, and the
    /// oldest is dropped first.
    fn was_dropped(&self, id: CallId) -> bool {
        self.last_dropped.get(&id.connection).is_some_and(|(number, _)| id.number <= *number)
    }

    fn remember_dropped(&mut self, id: CallId) {
        let (number, at) = self.last_dropped.entry(id.connection).or_default();
        (*number, *at) = (id.number.max(*number), self.dropped);
        if self.last_dropped.len() > MAX_DROPPED {
            let oldest = self.last_dropped.iter().min_by_key(|(_, (_, at))| *at);
            if let Some(connection) = oldest.map(|(connection, _)| *connection) {
                self.last_dropped.remove(&connection);
            }
        }
    }

    fn end(&mut self, call: &Call, annotated: &AnnotatedEvent, connection: &Connection) {
        let index = self.index(CallId { connection: connection.number, number: call.number });
        let row = index.and_then(|index| self.rows.get_mut(index));
        if let Some(row) = row.filter(|row| row.recording == annotated.timed.recording) {
            row.has_ended = true;
            row.status = call.status.as_deref().map(printable);
            row.set_operation(&call.operation);
        }
    }
}

//! Selects one API call in complete recordings, and collects the reads and writes that transferred its bytes.

use std::collections::HashMap;

use socket_tap::event::{Op, SockId};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::map::Map;
use super::segments::SegmentLog;
use super::stack::{self, EndTransfers};
use super::tls_streams::TlsStreams;
use super::transfer_log::{TransferLog, direction_and_bytes};
use crate::client_step::is_named;
use crate::reader::Error;
use crate::timeline::Recording;
use crate::timeline::connections::Socket;
use crate::timeline::{AnnotatedEvent, AnnotatedEvents};
use socket_dissect::{Class, Expansion, Layer, Part};

/// Conditions that select an API call: the first call that meets all conditions is selected. A field that is
/// `None` sets no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The API call is on the socket with this number in the server's recording, or in the client's if no
    /// server was recorded.
    pub sock: Option<SockId>,
    /// The API call has this index on its connection, from 0.
    pub call: Option<u64>,
    /// The API call begins in the step with this name: between its mark and the next mark.
    pub step: Option<String>,
}

/// Reads the recordings, and returns the map of the first API call that meets the conditions of `selection`.
/// `None` if no call meets them.
///
/// # Errors
/// A trace cannot be read.
pub fn collect(events: &mut AnnotatedEvents, selection: &Selection) -> Result<Option<Map>, Error> {
    let sides = events.timeline().recordings().iter().map(|recording| recording.header.side).collect();
    let (logs, tls) = (HashMap::new(), TlsStreams::default());
    let segments = SegmentLog::default();
    let mut collector = Collector { selection, sides, selected: None, logs, tls, segments, more: 0 };
    while let Some(annotated) = events.next_event()? {
        let selected = collector.selected.as_ref().map(|selected| selected.connection);
        collector.segments.observe(&annotated, selected);
        let Some(sock) = annotated.timed.event.sock else { continue };
        let socket = Socket { recording: annotated.timed.recording, sock };
        if collector.observe(annotated, socket, events.expansion(socket)) {
            collector.set_operation(|call| events.operation(socket, call));
        }
    }
    Ok(collector.finish(events.timeline().recordings()))
}

struct Collector<'a> {
    selection: &'a Selection,
    /// For each recording, the side that made it: client or server.
    sides: Vec<Side>,
    selected: Option<SelectedCall>,
    /// The reads or writes, by socket and by the side that receives the bytes: `Side::Server` for the reads of
    /// a server's socket, and `Side::Client` for its writes. Once an API call is selected, reads and writes of
    /// other connections are no longer added.
    logs: HashMap<(Socket, Side), TransferLog>,
    tls: TlsStreams,
    segments: SegmentLog,
    more: u64,
}

struct SelectedCall {
    connection: u64,
    call: u64,
    operation: String,
    /// `true` once `operation` was read from a complete request head, or from a complete message that names it.
    is_known: bool,
}

impl Collector<'_> {
    /// Processes an event of `socket`. Returns `true` if it transferred bytes of the selected API call.
    /// `expansion` is the number of bytes that TLS adds to each record of the connection, if known.
    fn observe(&mut self, annotated: AnnotatedEvent, socket: Socket, expansion: Option<Expansion>) -> bool {
        let event = &annotated.timed.event;
        let Some(connection) = annotated.connection.clone() else { return false };
        if self.selected.as_ref().is_some_and(|selected| selected.connection != connection.number) {
            return false;
        }
        if let Some((to, bytes)) = direction_and_bytes(event, connection.side) {
            let is_of_call = self.is_of_call(&annotated, connection.number, socket);
            let (end, transfer) = ((socket, to), (annotated.timed.at, bytes));
            self.tls.transferred(end, transfer, &annotated.parts, expansion, self.selected.is_some());
            let new = || TransferLog::new(connection.number, connection.side);
            let log = self.logs.entry((socket, to)).or_insert_with(new);
            self.more += log.add(annotated.timed.at, bytes, annotated.parts, is_of_call);
            return is_of_call;
        }
        if let Op::Adopt { on: Some(below), .. } = event.op {
            self.tls.adopt(socket, Socket { sock: below, ..socket }, connection.side);
        }
        if self.selected.is_none() && matches!(event.op, Op::Close(_) | Op::Release(_)) {
            self.tls.closed(socket);
            for to in [Side::Server, Side::Client] {
                self.logs.remove(&(socket, to));
            }
        }
        false
    }

    /// Sets the operation of the selected API call to the name that `operation` returns for the index of the
    /// call. Needed for GraphQL, which names the operation in the request body. Does nothing before the request
    /// head is complete.
    fn set_operation<'b>(&mut self, operation: impl FnOnce(u64) -> Option<&'b str>) {
        if let Some(selected) = self.selected.as_mut().filter(|selected| selected.is_known)
            && let Some(operation) = operation(selected.call)
        {
            selected.operation = printable(operation);
        }
    }

    /// Returns `true` if the event transferred bytes of the selected API call. If no call is selected yet,
    /// first selects one: the first call that meets the conditions, among those whose bytes the event
    /// transferred.
    fn is_of_call(&mut self, annotated: &AnnotatedEvent, connection: u64, socket: Socket) -> bool {
        if self.selected.is_none() {
            self.selected = self.select(annotated, connection, socket);
        }
        let Some(selected) = &mut self.selected else { return false };
        selected.update_operation(&annotated.parts);
        annotated.parts.iter().any(|part| part.call == Some(selected.call))
    }

    fn select(&self, annotated: &AnnotatedEvent, connection: u64, socket: Socket) -> Option<SelectedCall> {
        let Selection { sock, call, step } = self.selection;
        let numbered = if self.sides.contains(&Side::Server) { Side::Server } else { Side::Client };
        let is_numbered = self.sides.get(socket.recording) == Some(&numbered);
        let matches = sock.is_none_or(|sock| sock == socket.sock && is_numbered)
            && step
                .as_deref()
                .is_none_or(|name| annotated.step.as_deref().is_some_and(|step| is_named(step, name)));
        let mut calls = annotated.parts.iter().filter_map(|part| part.call);
        let call = calls.find(|number| matches && call.is_none_or(|call| call == *number))?;
        Some(SelectedCall { connection, call, operation: String::new(), is_known: false })
    }

    fn finish(mut self, recordings: &[Recording]) -> Option<Map> {
        let SelectedCall { connection, call, operation, .. } = self.selected?;
        let mut logs: Vec<((Socket, Side), TransferLog)> = self.logs.into_iter().collect();
        logs.retain(|(_, log)| log.connection == connection && log.carries(call));
        logs.sort_by_key(|((socket, _), log)| (log.side != Side::Client, socket.recording, socket.sock));
        let mut ends: Vec<String> = (logs.iter())
            .filter_map(|((socket, _), _)| {
                let label = &recordings.get(socket.recording)?.label;
                Some(format!("{} #{}", printable(label), socket.sock))
            })
            .collect();
        ends.dedup();
        let transfers: Vec<EndTransfers> = (logs.into_iter())
            .map(|((socket, to), log)| {
                let pairs = self.tls.take(socket, to);
                EndTransfers { side: log.side, to, transfers: log.transfers(), pairs }
            })
            .collect();
        let directions = stack::directions(&transfers, &self.segments.take(connection), call);
        Some(Map { ends, call, operation, directions, more: self.more })
    }
}

impl SelectedCall {
    /// Sets the operation of the selected API call from the first part that names it: the request head, or a
    /// WebSocket or PostgreSQL message. Does nothing once the operation is known.
    fn update_operation(&mut self, parts: &[Part]) {
        let names_operation = |part: &&Part| {
            let is_first =
                part.class == Class::Headers || matches!(part.layer, Layer::Websocket | Layer::Postgres);
            part.call == Some(self.call) && is_first && !part.text.is_empty()
        };
        if let Some(head) = parts.iter().find(names_operation).filter(|_| !self.is_known) {
            self.operation = printable(&head.text);
            self.is_known = head.ends;
        }
    }
}

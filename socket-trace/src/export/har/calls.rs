//! Follows the connections of a time line, and exports their calls.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use socket_dissect::{Contracts, Layer, Part};
use socket_tap::event::Op;

use super::body::Capacity;
use super::build::{self, Ending};
use super::connection::Connection;
use super::exchange::Exchange;
use super::file::File;
use super::message::Kind;
use super::started::Started;
use crate::export::Error;
use crate::timeline::connections::Socket;
use crate::timeline::{AnnotatedEvent, Recording};

/// Maximum number of closed connections that are remembered because their other end may still appear.
const MAX_EXPORTED: usize = 65_536;

/// The calls of a time line, and the file to which they are exported.
pub(super) struct Calls<'a> {
    file: File,
    contracts: &'a Contracts,
    /// Label, side and start of each recording.
    recordings: Vec<(Recording, Started)>,
    connections: HashMap<Socket, Connection>,
    /// The end whose recording is exported, by the number of the connection: the one with the first request, which is the
    /// client if both were recorded.
    exported: BTreeMap<u64, Socket>,
    capacity: Capacity,
    /// Number of connections with bytes that could not be read as HTTP.
    unreadable: u64,
}

impl<'a> Calls<'a> {
    pub(super) fn new(
        recordings: &[Recording],
        contracts: &'a Contracts,
        out: Box<dyn Write>,
    ) -> Result<Self, Error> {
        let recordings =
            recordings.iter().map(|recording| (recording.clone(), Started::of(&recording.header)));
        Ok(Self {
            file: File::begin(out)?,
            contracts,
            recordings: recordings.collect(),
            connections: HashMap::new(),
            exported: BTreeMap::new(),
            capacity: Capacity::default(),
            unreadable: 0,
        })
    }

    /// Processes the next event.
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent) -> Result<(), Error> {
        let event = &annotated.timed.event;
        let Some(sock) = event.sock.filter(|_| event.error.is_none()) else { return Ok(()) };
        let socket = Socket { recording: annotated.timed.recording, sock };
        if let Some(connection) = self.connections.get_mut(&socket) {
            connection.note_fin(&event.op);
        }
        let data = match &event.op {
            Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { .. } => {
                self.open(socket, annotated);
                return Ok(());
            }
            Op::Close(_) | Op::Release(_) => return self.close(socket, event.t),
            Op::Read(transfer) | Op::Write(transfer) => transfer.data.as_deref().unwrap_or_default(),
            _ => return Ok(()),
        };
        if annotated.parts.is_empty() {
            return Ok(());
        }
        let mut connection =
            self.connections.remove(&socket).unwrap_or_else(|| self.connection(socket, annotated));
        let to_server = matches!(event.op, Op::Write(_)) == connection.is_client;
        let mut at = 0;
        for part in &annotated.parts {
            let end = usize::try_from(part.bytes).unwrap_or(usize::MAX).saturating_add(at).min(data.len());
            let recorded = data.get(at..end).unwrap_or_default();
            at = end;
            self.part(socket, &mut connection, (part, recorded), (to_server, event.t));
        }
        for call in &annotated.ended {
            let is_websocket = |exchange: &Exchange| exchange.is_websocket() && exchange.stream.is_none();
            if connection.exchanges.get(&call.number).is_some_and(is_websocket) {
                // It ends with the connection.
                continue;
            }
            if let Some(exchange) = connection.exchanges.remove(&call.number) {
                self.entry(socket, &connection, &exchange, Ending { is_complete: true, t: event.t })?;
            }
        }
        self.connections.insert(socket, connection);
        Ok(())
    }

    fn connection(&self, socket: Socket, annotated: &AnnotatedEvent) -> Connection {
        let Some((recording, _)) = self.recordings.get(socket.recording) else {
            return Connection::default();
        };
        let side = annotated.connection.as_ref().map_or(recording.header.side, |connection| connection.side);
        let number = annotated.connection.as_ref().map(|connection| connection.number);
        let name = format!("{} #{}", recording.label, socket.sock);
        Connection::new(name, side, number).with_server(annotated.connection.as_deref())
    }

    fn open(&mut self, socket: Socket, annotated: &AnnotatedEvent) {
        let mut connection = self.connection(socket, annotated);
        connection.open(&annotated.timed.event);
        if let Op::Adopt { on: Some(below), domain, .. } = &annotated.timed.event.op {
            connection.is_tls = domain.as_str().eq_ignore_ascii_case("tls");
            if let Some(below) = self.connections.get(&Socket { sock: *below, ..socket }) {
                connection.lie_on(below);
                connection.is_tls |= below.is_tls;
            }
        }
        self.connections.insert(socket, connection);
    }

    /// Adds a part of a read or write to its call.
    fn part(
        &mut self,
        socket: Socket,
        connection: &mut Connection,
        (part, recorded): (&Part, &[u8]),
        (to_server, t): (bool, u64),
    ) {
        connection.is_tls |= part.layer == Layer::Tls;
        if part.layer == Layer::Unknown && !connection.is_unreadable {
            connection.is_unreadable = true;
            self.unreadable += 1;
        }
        if part.layer == Layer::Websocket {
            let websocket =
                connection.exchanges.values_mut().find(|it| it.stream == part.stream && it.is_websocket());
            if let (Some(exchange), Some(content)) = (websocket, &part.content) {
                exchange.add_message(content, (to_server, t), &mut self.capacity);
            }
            return;
        }
        let Some(call) = part.call else { return };
        let begins = to_server && Kind::of(part) == Kind::Head && self.is_exported(socket, connection.number);
        if begins && !connection.exchanges.contains_key(&call) {
            let connect = connection.take_connect();
            connection.exchanges.insert(call, Exchange::new(part, t, connect));
        }
        if let Some(exchange) = connection.exchanges.get_mut(&call) {
            exchange.add(part, recorded, (to_server, t), &mut self.capacity);
        }
    }

    /// Returns `true` if the calls of the connection are exported as this end saw them.
    fn is_exported(&mut self, socket: Socket, number: Option<u64>) -> bool {
        let Some(number) = number else { return true };
        let end = *self.exported.entry(number).or_insert(socket);
        if self.exported.len() > MAX_EXPORTED {
            self.exported.pop_first();
        }
        end == socket
    }

    /// Exports the calls in progress on a socket that is closed.
    fn close(&mut self, socket: Socket, t: u64) -> Result<(), Error> {
        let Some(mut connection) = self.connections.remove(&socket) else { return Ok(()) };
        for exchange in std::mem::take(&mut connection.exchanges).into_values() {
            self.entry(socket, &connection, &exchange, Ending { is_complete: false, t })?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        socket: Socket,
        connection: &Connection,
        exchange: &Exchange,
        ending: Ending,
    ) -> Result<(), Error> {
        exchange.release(&mut self.capacity);
        let Some((_, started)) = self.recordings.get(socket.recording) else { return Ok(()) };
        let entry = build::entry(exchange, connection, (started, self.contracts), ending);
        Ok(self.file.entry(&entry)?)
    }

    /// Exports the calls that the recordings do not see to their end, and completes the file.
    pub(super) fn finish(mut self) -> Result<Vec<String>, Error> {
        let mut sockets: Vec<Socket> = self.connections.keys().copied().collect();
        sockets.sort_by_key(|socket| (socket.recording, socket.sock));
        for socket in sockets {
            let exchanges = self.connections.get(&socket).into_iter().flat_map(|it| it.exchanges.values());
            let last = exchanges.map(|exchange| exchange.times.ended).max().unwrap_or(0);
            self.close(socket, last)?;
        }
        let mut notes = Vec::new();
        for (recording, started) in &self.recordings {
            if !started.is_known() {
                notes.push(format!(
                    "{} does not say when it began (`started` of its header), so its times of day begin in 1970",
                    recording.label
                ));
            }
            if recording.header.capture == 0 {
                notes.push(format!(
                    "{} has no payload, so none of its calls can be exported; record with payload (`--capture BYTES`, or \
                     `capture` of the tap)",
                    recording.label
                ));
            }
        }
        if self.unreadable > 0 {
            notes.push(format!(
                "connections of which not all bytes can be read as HTTP: {}; their calls may be missing or incomplete",
                self.unreadable
            ));
        }
        if self.file.entries() == 0 {
            notes.push("the recordings contain no readable HTTP call, so the file has no entries".to_owned());
        }
        self.file.end()?;
        Ok(notes)
    }
}

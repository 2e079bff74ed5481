//! The sockets on which servers wait for clients, with the calls that opened them.

use std::collections::HashSet;

use socket_tap::event::{Op, SocketKind};
use socket_tap::format::Side;
use socket_trace::timeline::connections::Socket;
use socket_trace::timeline::{AnnotatedEvent, Recording};

/// Maximum number of calls that are kept. A server opens its sockets at its start, with a few calls each.
const MAX_CALLS: usize = 256;

/// The open sockets on which servers wait for clients: those that are bound, and do not connect to another server.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    /// The calls on sockets without a connection, as JSON, in the order of the time line.
    calls: Vec<(Socket, String)>,
    bound: HashSet<Socket>,
}

/// Returns the socket of an event.
pub(crate) fn socket_of(event: &AnnotatedEvent) -> Option<Socket> {
    let sock = event.timed.event.sock?;
    Some(Socket { recording: event.timed.recording, sock })
}

impl Listeners {
    /// Processes an event, whose JSON is `item`.
    pub(crate) fn observe(&mut self, event: &AnnotatedEvent, recordings: &[Recording], item: &str) {
        let Some(socket) = socket_of(event) else { return };
        let side = recordings.get(socket.recording).map(|recording| recording.header.side);
        let is_bound = match &event.timed.event.op {
            Op::Connect { .. } | Op::Close(_) | Op::Release(_) => return self.remove(socket),
            Op::Socket { .. } | Op::Option { .. } => false,
            Op::Bind { .. } | Op::Listen { .. } => true,
            Op::Adopt { kind, .. } if *kind == SocketKind::Listener => true,
            _ => return,
        };
        let is_of_server = side == Some(Side::Server) && event.connection.is_none();
        if is_of_server && event.timed.event.error.is_none() && self.calls.len() < MAX_CALLS {
            self.calls.push((socket, item.to_owned()));
            if is_bound {
                self.bound.insert(socket);
            }
        }
    }

    /// Returns `true` if a server waits for clients on this socket.
    pub(crate) fn contains(&self, socket: Socket) -> bool {
        self.bound.contains(&socket)
    }

    /// Returns the calls that opened the sockets, as JSON, in the order of the time line.
    pub(crate) fn openings(&self) -> impl Iterator<Item = &str> {
        let of_bound = self.calls.iter().filter(|(socket, _)| self.contains(*socket));
        of_bound.map(|(_, item)| item.as_str())
    }

    fn remove(&mut self, socket: Socket) {
        self.calls.retain(|(of, _)| *of != socket);
        self.bound.remove(&socket);
    }
}

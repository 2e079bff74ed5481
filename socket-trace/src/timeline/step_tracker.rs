//! Tracks the current step of each recording.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use socket_tap::event::{Event, Op};
use socket_tap::format::Side;

use super::connections::{Connection, Socket};
use super::merge::Recording;
use crate::client_step::{FROM_A_TERMINAL, name_of_accepted};

/// Tracks the current step of each recording.
///
/// A step lasts from its mark to the next mark of the same recording. A recording without marks is in the
/// step that was begun last in any recording. This suits the recording of a server whose client sets the
/// marks.
///
/// After the mark [`FROM_A_TERMINAL`] of its own recording, each accepted connection is a step of its own, until it is
/// closed. If the clients of the server were recorded, too, the later steps of its program contain only the connections that
/// these clients opened: a call from a terminal during such a step is a step of its own, too.
#[derive(Debug, Default)]
pub struct StepTracker {
    /// By recording: `true` if it is that of a server whose clients were recorded, too.
    has_clients: Vec<bool>,
    /// The recordings with the mark [`FROM_A_TERMINAL`].
    open_to_terminals: HashSet<usize>,
    by_recording: HashMap<usize, Arc<str>>,
    last: Option<Arc<str>>,
    /// The open connections that are steps of their own, with the streams on top of them.
    connections: HashMap<Socket, Arc<str>>,
}

impl StepTracker {
    /// Returns a tracker for these recordings. Those of a server and of its clients have the same name.
    #[must_use]
    pub fn of(recordings: &[Recording]) -> Self {
        let is_client_of = |server: &Recording, other: &Recording| {
            other.header.side == Side::Client
                && other.header.name == server.header.name
                && other.header.since == 0
        };
        let has_clients = recordings.iter().map(|server| {
            server.header.side == Side::Server && recordings.iter().any(|other| is_client_of(server, other))
        });
        Self { has_clients: has_clients.collect(), ..Self::default() }
    }

    /// Processes an event and returns its step. A mark belongs to the step that it begins. `connection` is that of the event.
    pub fn observe(
        &mut self,
        recording: usize,
        event: &Event,
        connection: Option<&Connection>,
    ) -> Option<Arc<str>> {
        if let Op::Mark { label, .. } = &event.op {
            if label == FROM_A_TERMINAL {
                self.open_to_terminals.insert(recording);
            }
            let label: Arc<str> = Arc::from(label.as_ref());
            self.by_recording.insert(recording, Arc::clone(&label));
            self.last = Some(label);
        }
        self.of_connection(recording, event, connection).or_else(|| self.of_mark(recording))
    }

    fn of_mark(&self, recording: usize) -> Option<Arc<str>> {
        self.by_recording.get(&recording).or(self.last.as_ref()).cloned()
    }
}

impl StepTracker {
    /// Returns the step of the event's connection, if it is a step of its own.
    fn of_connection(
        &mut self,
        recording: usize,
        event: &Event,
        connection: Option<&Connection>,
    ) -> Option<Arc<str>> {
        let socket = Socket { recording, sock: event.sock? };
        let begins = match &event.op {
            Op::Adopt { on: Some(below), .. } => {
                self.connections.get(&Socket { sock: *below, ..socket }).cloned()
            }
            Op::Close(_) | Op::Release(_) => return self.connections.remove(&socket),
            _ => name_of_accepted(event).filter(|_| self.is_apart(recording, connection)).map(Arc::from),
        };
        if let Some(step) = begins {
            self.connections.insert(socket, step);
        }
        self.connections.get(&socket).cloned()
    }

    /// Returns `true` if a connection that is accepted now is a step of its own.
    fn is_apart(&self, recording: usize, connection: Option<&Connection>) -> bool {
        let has_clients = || self.has_clients.get(recording).copied().unwrap_or(false);
        // The client's connect precedes the accept on the time line.
        let is_unknown = || has_clients() && connection.is_some_and(|connection| connection.other.is_none());
        let is_from_terminal =
            || self.by_recording.get(&recording).is_some_and(|step| **step == *FROM_A_TERMINAL);
        self.open_to_terminals.contains(&recording) && (is_from_terminal() || is_unknown())
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use socket_tap::event::SockId;
    use socket_tap::format::Header;

    use super::super::connections::Connections;
    use super::*;

    /// A tracker with the connections of its recordings.
    #[derive(Default)]
    struct Steps(StepTracker, Connections);

    impl Steps {
        fn observe(&mut self, recording: usize, event: &Event) -> Option<Arc<str>> {
            let side = if recording == 1 { Side::Client } else { Side::Server };
            let connection = self.1.observe(recording, side, event);
            self.0.observe(recording, event, connection.as_deref())
        }
    }

    fn mark(label: &'static str) -> Event {
        Event::new(0, None, Op::mark(label))
    }

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn accept(port: u16) -> Event {
        let op = Op::accept(SockId::new(1).unwrap()).with_local(address(3000)).with_peer(address(port));
        Event::new(0, SockId::new(port.into()), op)
    }

    #[test]
    fn recording_without_marks_uses_steps_of_other_recording() {
        let mut steps = Steps::default();
        let shutdown = Event::new(0, SockId::new(2), Op::Shutdown);
        assert_eq!(steps.observe(0, &shutdown), None);
        assert_eq!(steps.observe(0, &mark("get a book")).as_deref(), Some("get a book"));
        assert_eq!(steps.observe(1, &shutdown).as_deref(), Some("get a book"));
        assert_eq!(steps.observe(1, &mark("list books")).as_deref(), Some("list books"));
        assert_eq!(steps.observe(0, &shutdown).as_deref(), Some("get a book"));
    }

    #[test]
    fn connection_from_a_terminal_is_a_step_of_its_own_until_its_close() {
        let mut steps = Steps::default();
        let on = |port: u16, op: Op| Event::new(0, SockId::new(port.into()), op);
        steps.observe(0, &mark("get a book"));
        assert_eq!(steps.observe(0, &accept(7)).as_deref(), Some("get a book"));
        steps.observe(0, &mark(FROM_A_TERMINAL));
        assert_eq!(steps.observe(0, &on(7, Op::Shutdown)).as_deref(), Some(FROM_A_TERMINAL));
        assert_eq!(steps.observe(0, &accept(8)).as_deref(), Some("from 127.0.0.1:8"));
        assert_eq!(steps.observe(0, &accept(9)).as_deref(), Some("from 127.0.0.1:9"));
        steps.observe(0, &mark("list books"));
        assert_eq!(steps.observe(0, &on(8, Op::Shutdown)).as_deref(), Some("from 127.0.0.1:8"));
        assert_eq!(steps.observe(0, &on(8, Op::Close(Box::default()))).as_deref(), Some("from 127.0.0.1:8"));
        assert_eq!(steps.observe(0, &on(8, Op::Shutdown)).as_deref(), Some("list books"));
    }

    #[test]
    fn connection_of_unrecorded_client_is_a_separate_step() {
        let recordings = [Side::Server, Side::Client]
            .map(|side| Recording::new(format!("rest-{}", side.name()), Header::new("rest", side)));
        let connect = |port: u16| {
            let op = Op::connect().with_local(address(port)).with_peer(address(3000));
            Event::new(0, SockId::new(port.into()), op)
        };
        let step_of = |recordings: &[Recording], port| {
            let mut steps = Steps(StepTracker::of(recordings), Connections::default());
            steps.observe(0, &mark(FROM_A_TERMINAL));
            steps.observe(0, &mark("get a book"));
            steps.observe(1, &mark("get a book"));
            steps.observe(1, &connect(7));
            steps.observe(0, &accept(port)).unwrap().to_string()
        };
        assert_eq!(step_of(&recordings, 7), "get a book");
        assert_eq!(step_of(&recordings, 8), "from 127.0.0.1:8");
        assert_eq!(step_of(&recordings[..1], 8), "get a book", "its clients were not recorded");
        let client_of_another = [
            recordings[0].clone(),
            Recording::new("grpc-client".to_owned(), Header::new("grpc", Side::Client)),
        ];
        assert_eq!(step_of(&client_of_another, 8), "get a book");
    }
}

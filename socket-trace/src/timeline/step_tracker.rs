//! Tracks the current step of each recording.

use std::collections::HashMap;
use std::sync::Arc;

use socket_tap::event::{Event, Op};

use super::connections::Socket;
use crate::client_step::{FROM_A_TERMINAL, name_of_accepted};

/// Tracks the current step of each recording.
///
/// A step lasts from its mark to the next mark of the same recording. A recording without marks is in the
/// step that was begun last in any recording. This suits the recording of a server whose client sets the
/// marks.
///
/// After the mark [`FROM_A_TERMINAL`] of its own recording, each accepted connection is a step of its own, until it is
/// closed.
#[derive(Debug, Default)]
pub struct StepTracker {
    by_recording: HashMap<usize, Arc<str>>,
    last: Option<Arc<str>>,
    /// The open connections that are steps of their own, with the streams on top of them.
    connections: HashMap<Socket, Arc<str>>,
}

impl StepTracker {
    /// Processes an event and returns its step. A mark belongs to the step that it begins.
    pub fn observe(&mut self, recording: usize, event: &Event) -> Option<Arc<str>> {
        if let Op::Mark { label, .. } = &event.op {
            let label: Arc<str> = Arc::from(label.as_ref());
            self.by_recording.insert(recording, Arc::clone(&label));
            self.last = Some(label);
        }
        self.of_connection(recording, event).or_else(|| self.of_mark(recording))
    }

    fn of_mark(&self, recording: usize) -> Option<Arc<str>> {
        self.by_recording.get(&recording).or(self.last.as_ref()).cloned()
    }
}

impl StepTracker {
    /// Returns the step of the event's connection, if it is a step of its own.
    fn of_connection(&mut self, recording: usize, event: &Event) -> Option<Arc<str>> {
        let socket = Socket { recording, sock: event.sock? };
        let begins = match &event.op {
            Op::Adopt { on: Some(below), .. } => {
                self.connections.get(&Socket { sock: *below, ..socket }).cloned()
            }
            Op::Close(_) | Op::Release(_) => return self.connections.remove(&socket),
            _ if self.by_recording.get(&recording).is_some_and(|step| **step == *FROM_A_TERMINAL) => {
                name_of_accepted(event).map(Arc::from)
            }
            _ => None,
        };
        if let Some(step) = begins {
            self.connections.insert(socket, step);
        }
        self.connections.get(&socket).cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use socket_tap::event::SockId;

    use super::*;

    fn mark(label: &'static str) -> Event {
        Event::new(0, None, Op::mark(label))
    }

    #[test]
    fn recording_without_marks_uses_steps_of_other_recording() {
        let mut steps = StepTracker::default();
        let shutdown = Event::new(0, SockId::new(2), Op::Shutdown);
        assert_eq!(steps.observe(0, &shutdown), None);
        assert_eq!(steps.observe(0, &mark("get a book")).as_deref(), Some("get a book"));
        assert_eq!(steps.observe(1, &shutdown).as_deref(), Some("get a book"));
        assert_eq!(steps.observe(1, &mark("list books")).as_deref(), Some("list books"));
        assert_eq!(steps.observe(0, &shutdown).as_deref(), Some("get a book"));
    }

    #[test]
    fn connection_from_a_terminal_is_a_step_of_its_own_until_its_close() {
        let mut steps = StepTracker::default();
        let accept = |port: u16| {
            let op = Op::accept(SockId::new(1).unwrap()).with_peer(SocketAddr::from(([127, 0, 0, 1], port)));
            Event::new(0, SockId::new(port.into()), op)
        };
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
}

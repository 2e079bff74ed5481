//! The calls of sockets that have no connection yet: `socket`, `bind` and `listen`.

use std::collections::HashMap;

use socket_tap::event::Op;
use socket_tap::format::Side;

use super::step::Step;
use crate::story::Phase;
use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::Socket;

/// Maximum number of calls that are kept for a socket.
const MAX_CALLS: usize = 8;

/// The calls of sockets that have no connection yet, and of listeners. Memory is bounded by the number of open sockets.
#[derive(Debug, Default)]
pub(super) struct Openings(HashMap<Socket, Vec<Step>>);

impl Openings {
    /// Adds a call of a socket without a connection.
    pub(super) fn add(&mut self, socket: Socket, annotated: &AnnotatedEvent, phase: Phase) {
        if let Op::Close(_) | Op::Release(_) = annotated.timed.event.op {
            self.0.remove(&socket);
            return;
        }
        let calls = self.0.entry(socket).or_default();
        if phase == Phase::Open && calls.len() < MAX_CALLS {
            // The side is known when the socket has a connection.
            calls.push(Step::of_call(annotated, Side::Client, phase));
        }
    }

    /// Returns the earlier calls of the socket that an event connects, or of the listener that accepted it.
    pub(super) fn before(&mut self, socket: Socket, annotated: &AnnotatedEvent, side: Side) -> Vec<Step> {
        let calls = match annotated.timed.event.op {
            Op::Accept { on, .. } => self.0.get(&Socket { sock: on, ..socket }).cloned(),
            Op::Connect { .. } => self.0.remove(&socket),
            _ => None,
        };
        calls.into_iter().flatten().map(|call| Step { side, ..call }).collect()
    }
}

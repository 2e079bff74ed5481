//! The calls of a server that packets show: for exports of calls, which relate reads and writes.

use std::sync::Arc;

use socket_tap::event::Op;
use socket_tap::format::Side;

use super::annotated_event::AnnotatedEvent;
use super::connections::Connection;
use super::packet_payload::PacketCall;
use super::timed_event::TimedEvent;

/// Returns the events of a server whose sockets have the numbers of the connections. `packet` is the packet that shows the
/// calls, and `connection` its connection.
pub(super) fn as_calls(
    packet: &AnnotatedEvent,
    connection: &Connection,
    calls: Vec<PacketCall>,
) -> Vec<AnnotatedEvent> {
    let connection = Arc::new(Connection {
        side: Side::Server,
        local: connection.peer.clone(),
        peer: connection.local.clone(),
        ..connection.clone()
    });
    let annotated = |PacketCall { mut event, parts, ended }: PacketCall| {
        if let Op::Accept { local, peer, .. } = &mut event.op {
            (*local, *peer) = (connection.local.clone(), connection.peer.clone());
        }
        AnnotatedEvent {
            timed: TimedEvent { recording: packet.timed.recording, at: packet.timed.at, event },
            connection: Some(Arc::clone(&connection)),
            step: packet.step.clone(),
            packet: None,
            parts,
            ended,
            user_agent: None,
        }
    };
    calls.into_iter().map(annotated).collect()
}

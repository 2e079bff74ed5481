//! The phases of a connection, and the phase to which each socket call belongs.

use std::collections::HashMap;

use serde::Serialize;
use socket_dissect::{Class, Layer, Part};
use socket_tap::event::Op;
use socket_tap::format::Side;

use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::Socket;

/// A phase in the life of a connection. A call belongs to one phase, by its purpose: a read that returns the end of
/// the client's SETTINGS and the request belongs to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The sockets are created and connected.
    Open,
    /// Both sides agree on the protocol: HTTP/2's preface and SETTINGS, the handshake of TLS.
    Agree,
    /// The client sends requests.
    Request,
    /// The server sends responses.
    Response,
    /// Both directions end.
    Close,
}

impl Phase {
    /// All phases in order.
    pub const ALL: [Self; 5] = [Self::Open, Self::Agree, Self::Request, Self::Response, Self::Close];

    /// Returns the name of the phase, as in headings.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Agree => "Agree",
            Self::Request => "Request",
            Self::Response => "Response",
            Self::Close => "Close",
        }
    }
}

/// Assigns the calls of a time line to phases. Memory is bounded by the number of open sockets.
#[derive(Debug, Default)]
pub struct PhaseTracker {
    begun: HashMap<Socket, Begun>,
}

/// The directions of a socket in which a request or response has begun.
#[derive(Clone, Copy, Debug, Default)]
struct Begun {
    sent: bool,
    received: bool,
}

impl PhaseTracker {
    /// Returns the phase of the next event of the time line. `None` for events that are not calls of a stream socket,
    /// such as marks, and for socket options, which have no phase.
    pub fn observe(&mut self, annotated: &AnnotatedEvent) -> Option<Phase> {
        let event = &annotated.timed.event;
        let socket = Socket { recording: annotated.timed.recording, sock: event.sock? };
        match &event.op {
            Op::Socket { .. }
            | Op::Bind { .. }
            | Op::Listen { .. }
            | Op::Accept { .. }
            | Op::Connect { .. }
            | Op::Adopt { .. } => Some(Phase::Open),
            Op::Read(transfer) if transfer.eof || event.error.is_some() => Some(Phase::Close),
            Op::Read(_) => self.transfer(annotated, socket, false),
            Op::Write(_) => self.transfer(annotated, socket, true),
            Op::Shutdown => Some(Phase::Close),
            Op::Close(_) | Op::Release(_) => {
                self.begun.remove(&socket);
                Some(Phase::Close)
            }
            _ => None,
        }
    }

    fn transfer(&mut self, annotated: &AnnotatedEvent, socket: Socket, is_write: bool) -> Option<Phase> {
        let side = annotated.connection.as_ref()?.side;
        let message = if (side == Side::Client) == is_write { Phase::Request } else { Phase::Response };
        let begun = self.begun.entry(socket).or_default();
        let begun = if is_write { &mut begun.sent } else { &mut begun.received };
        let purpose = purpose(&annotated.parts, *begun);
        *begun |= purpose == Purpose::Message;
        Some(match purpose {
            Purpose::Message => message,
            Purpose::Agreement => Phase::Agree,
            Purpose::End => Phase::Close,
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Purpose {
    Message,
    Agreement,
    End,
}

/// Returns the purpose of a transfer. Bytes of a message decide, then bytes that end the connection. Without recorded
/// payload all bytes count as bytes of messages. `begun` is `true` if this direction has carried a message before.
fn purpose(parts: &[Part], begun: bool) -> Purpose {
    if parts.is_empty() || parts.iter().any(is_of_message) {
        Purpose::Message
    } else if parts.iter().any(is_end) {
        Purpose::End
    } else if begun && parts.iter().all(is_upkeep) {
        // Flow control and pings accompany the messages.
        Purpose::Message
    } else {
        Purpose::Agreement
    }
}

/// Returns `true` for bytes of an API call, and for those of which nothing is known.
fn is_of_message(part: &Part) -> bool {
    part.call.is_some() || matches!(part.class, Class::Payload | Class::Unknown)
}

fn is_end(part: &Part) -> bool {
    let is_close_frame = part.layer == Layer::Websocket && part.name == "close frame";
    matches!(part.name, "GOAWAY" | "Terminate" | "alert") || is_close_frame
}

fn is_upkeep(part: &Part) -> bool {
    matches!(part.name, "WINDOW_UPDATE" | "PING" | "ping frame" | "pong frame")
}

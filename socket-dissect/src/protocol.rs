//! The protocol of a connection.

use super::context::Context;
use super::data::TransferData;
use super::detect::{self, WireProtocol};
use super::direction::Direction;
use super::http1::Http1;
use super::http2::Http2;
use super::outcome::{Next, Outcome};
use super::postgres::Postgres;
use super::text::HOLE;
use super::tls::{Expansion, Tls};
use super::websocket::WebSocket;

/// The protocol of a connection, with its state.
#[derive(Debug)]
pub(super) enum Protocol {
    /// The first bytes do not identify the protocol yet.
    Undecided {
        /// `true` if the recording contains the first byte of the connection.
        from_beginning: bool,
    },
    Http1(Box<Http1>),
    Http2(Box<Http2>),
    WebSocket(Box<WebSocket>),
    Tls(Box<Tls>),
    Postgres(Box<Postgres>),
    /// The protocol is not supported. Contains the reason for the output.
    Unsupported(&'static str),
}

impl Protocol {
    /// Dissects the next bytes of a direction with the protocol of the connection.
    pub(super) fn dissect(&mut self, data: &mut TransferData<'_>, context: &mut Context<'_>) -> Outcome {
        match self {
            Self::Undecided { from_beginning } => decide(context.direction, data, *from_beginning),
            Self::Http1(http1) => http1.dissect(data, context),
            Self::Http2(http2) => http2.dissect(data, context),
            Self::WebSocket(websocket) => websocket.dissect(data, context),
            Self::Tls(tls) => tls.dissect(data, context),
            Self::Postgres(postgres) => postgres.dissect(data, context),
            Self::Unsupported(reason) => Outcome::Lost(reason),
        }
    }

    /// Returns the number of bytes that encryption adds to each record. `None` if it cannot be determined, or
    /// if the protocol is not TLS.
    pub(super) fn expansion(&self) -> Option<Expansion> {
        match self {
            Self::Tls(tls) => tls.expansion(),
            _ => None,
        }
    }

    /// Resumes the dissection of a direction after bytes that were not recorded, if `bytes` look like the
    /// beginning of a message or frame. `bytes` are the first bytes of the next read or write. Returns `true`
    /// on success.
    pub(super) fn resume(&mut self, bytes: &[u8], context: &mut Context<'_>) -> bool {
        match self {
            Self::Undecided { from_beginning } => {
                *from_beginning = false;
                !bytes.is_empty()
            }
            Self::Http1(http1) => http1.resume(bytes, context),
            Self::Http2(http2) => http2.resume(context.direction, bytes),
            Self::Tls(tls) => tls.resume(context.direction, bytes),
            Self::Postgres(postgres) => postgres.resume(context.direction, bytes),
            // Frame boundaries cannot be recognized in masked bytes.
            Self::WebSocket(_) | Self::Unsupported(_) => false,
        }
    }
}

impl From<Next> for Protocol {
    fn from(next: Next) -> Self {
        match next {
            Next::Http1 => Self::Http1(Box::default()),
            Next::Http2 => Self::Http2(Box::new(Http2::new())),
            Next::Http2MidStream => Self::Http2(Box::new(Http2::mid_stream())),
            Next::Http2Upgraded(call) => Self::Http2(Box::new(Http2::upgraded(call))),
            Next::Postgres => Self::Postgres(Box::default()),
            Next::PostgresMidStream => Self::Postgres(Box::new(Postgres::mid_stream())),
            Next::Tls => Self::Tls(Box::default()),
            Next::WebSocket(call, deflate) => Self::WebSocket(Box::new(WebSocket::new(call, deflate))),
            Next::GraphqlWebSocket(deflate) => Self::WebSocket(Box::new(WebSocket::with_graphql(deflate))),
            Next::Tunnel => Self::Undecided { from_beginning: true },
            Next::Unsupported(reason) => Self::Unsupported(reason),
        }
    }
}

/// Chooses the protocol of a connection by the first bytes sent in `direction`.
fn decide(direction: Direction, data: &TransferData<'_>, from_beginning: bool) -> Outcome {
    if data.recorded().is_empty() {
        return Outcome::Lost(HOLE);
    }
    match detect::detect(direction, data.recorded(), from_beginning) {
        Some(WireProtocol::Http1) => Outcome::Switch(Next::Http1),
        Some(WireProtocol::Http2) if from_beginning => Outcome::Switch(Next::Http2),
        Some(WireProtocol::Http2) => Outcome::Switch(Next::Http2MidStream),
        Some(WireProtocol::Tls) => Outcome::Switch(Next::Tls),
        Some(WireProtocol::Postgres) if from_beginning => Outcome::Switch(Next::Postgres),
        Some(WireProtocol::Postgres) => Outcome::Switch(Next::PostgresMidStream),
        None if from_beginning => Outcome::Switch(Next::Unsupported("an unsupported protocol")),
        // The other direction may still begin with a message.
        None => Outcome::Lost("the beginning of the connection is not in the recording"),
    }
}

//! What a connection speaks, and what each protocol is given and gives back.

use super::calls::Calls;
use super::chunk::Chunk;
use super::contracts::Contracts;
use super::detect::{self, Detected};
use super::http1::Http1;
use super::http2::Http2;
use super::output::Output;
use super::text::HOLE;
use super::tls::{Expansion, Tls};
use super::way::Way;
use super::websocket::WebSocket;

/// What a connection speaks.
#[derive(Debug)]
pub(super) enum Protocol {
    /// That is not known yet.
    Undecided {
        /// The recording has the connection from its beginning.
        whole: bool,
    },
    Http1(Box<Http1>),
    Http2(Box<Http2>),
    WebSocket(Box<WebSocket>),
    Tls(Box<Tls>),
    /// None of ours; what is known of it.
    Other(&'static str),
}

/// What a protocol needs to say what bytes are.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) output: &'a mut Output,
    pub(super) calls: &'a mut Calls,
    pub(super) contracts: &'a Contracts,
    /// When the transfer ended.
    pub(super) t: u64,
    /// Nothing more is known of the other direction.
    pub(super) back_is_lost: bool,
}

/// What came of looking at bytes.
#[derive(Debug)]
pub(super) enum Outcome {
    /// All of them are told.
    Done,
    /// What follows, in both directions, is another protocol.
    Switch(Protocol),
    /// What follows in this direction cannot be told, and why.
    Lost(&'static str),
}

impl Protocol {
    /// Says what the bytes are.
    pub(super) fn carry(&mut self, way: Way, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Outcome {
        match self {
            Self::Undecided { whole } => decide(way, chunk, *whole),
            Self::Http1(http1) => http1.carry(way, chunk, context),
            Self::Http2(http2) => http2.carry(way, chunk, context),
            Self::WebSocket(websocket) => websocket.carry(way, chunk, context),
            Self::Tls(tls) => tls.carry(way, chunk, context),
            Self::Other(what) => Outcome::Lost(what),
        }
    }

    /// What an encrypted record has besides its data; `None` when this is not TLS, or that is not known.
    pub(super) fn expansion(&self) -> Option<Expansion> {
        match self {
            Self::Tls(tls) => tls.expansion(),
            _ => None,
        }
    }

    /// Whether a direction that was lost goes on here, with the first bytes of a read or write.
    pub(super) fn resume(&mut self, way: Way, bytes: &[u8], context: &mut Context<'_>) -> bool {
        match self {
            Self::Undecided { whole } => {
                *whole = false;
                !bytes.is_empty()
            }
            Self::Http1(http1) => http1.resume(way, bytes, context),
            Self::Http2(http2) => http2.resume(way, bytes),
            Self::Tls(tls) => tls.resume(way, bytes),
            // The bounds of frames are not to be seen in masked bytes.
            Self::WebSocket(_) | Self::Other(_) => false,
        }
    }
}

/// Decides by the first bytes.
fn decide(way: Way, chunk: &Chunk<'_>, whole: bool) -> Outcome {
    if chunk.bytes().is_empty() {
        return Outcome::Lost(HOLE);
    }
    match detect::detect(way, chunk.bytes(), whole) {
        Some(Detected::Http1) => Outcome::Switch(Protocol::Http1(Box::default())),
        Some(Detected::Http2) if whole => Outcome::Switch(Protocol::Http2(Box::new(Http2::new()))),
        Some(Detected::Http2) => Outcome::Switch(Protocol::Http2(Box::new(Http2::under_way()))),
        Some(Detected::Tls) => Outcome::Switch(Protocol::Tls(Box::default())),
        None if whole => Outcome::Switch(Protocol::Other("a protocol that is not known here")),
        // The other direction may be at the beginning of something.
        None => Outcome::Lost("the beginning of the connection is not in the recording"),
    }
}

//! HTTP/2, RFC 9113.
//!
//! # Layout
//!
//! - `frame`: the head of a frame
//! - `control`: what frames without a message say: SETTINGS, PING, WINDOW_UPDATE and so on
//! - `reader`: one direction, frame by frame
//! - `fields`: a header block
//! - `stream`, `streams`: a request and its answer, and all that are open

mod control;
mod fields;
mod frame;
mod reader;
mod stream;
mod streams;

use super::chunk::Chunk;
use super::connection::{Context, Outcome};
use super::way::{Way, Ways};
use reader::Reader;
use streams::Streams;

/// What a client sends first (section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// One connection that speaks HTTP/2.
#[derive(Debug)]
pub(super) struct Http2 {
    streams: Streams,
    readers: Ways<Reader>,
}

impl Http2 {
    /// From its beginning.
    pub(super) fn new() -> Self {
        let readers = Ways { to_server: Reader::with_preface(), to_client: Reader::default() };
        Self { streams: Streams::default(), readers }
    }

    /// After an upgrade of HTTP/1.1: the request is answered on stream 1 (RFC 7540, section 3.2).
    pub(super) fn upgraded(call: Option<u64>) -> Self {
        Self { streams: Streams::upgraded(call), ..Self::new() }
    }

    /// Says what the bytes are.
    pub(super) fn carry(&mut self, way: Way, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Outcome {
        self.readers.get_mut(way).carry(way, chunk, &mut self.streams, context)
    }
}

/// Whether a server's first frame begins so: SETTINGS, without the ACK flag, on stream 0.
pub(super) fn is_settings(bytes: &[u8]) -> bool {
    matches!(bytes, [0, _, length, 4, 0, 0, 0, 0, 0, ..] if length % 6 == 0)
}

#[cfg(test)]
mod tests;

//! HTTP/2, RFC 9113.
//!
//! # Layout
//!
//! - `frame`: the head of a frame
//! - `control`: what frames without a message say: SETTINGS, PING, WINDOW_UPDATE and so on
//! - `incoming`: a frame that is being read
//! - `reader`: one direction, frame by frame
//! - `fields`: a header block
//! - `stream`, `streams`: a request and its answer, and all that are open

mod control;
mod fields;
mod frame;
mod incoming;
mod reader;
mod stream;
mod streams;

use super::chunk::Chunk;
use super::detect::begin_alike;
use super::protocol::{Context, Outcome};
use super::way::{Way, Ways};
use frame::FrameHead;
use reader::Reader;
use streams::Streams;

/// What a client sends first (section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

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

    /// From somewhere in between: what the header blocks have filled into the tables is not known.
    pub(super) fn under_way() -> Self {
        let readers = Ways { to_server: Reader::under_way(), to_client: Reader::under_way() };
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

    /// Goes on with a frame after a hole, when the bytes begin as one does.
    pub(super) fn resume(&mut self, way: Way, bytes: &[u8]) -> bool {
        let resumes = bytes.first_chunk().is_some_and(|head| FrameHead::parse(*head).is_likely());
        if resumes {
            // What header blocks in the hole have filled into the table is not known.
            *self.readers.get_mut(way) = Reader::under_way();
        }
        resumes
    }
}

/// Whether a client's first bytes are the preface. Three letters may be those of a method that begins alike.
pub(super) fn is_preface(bytes: &[u8]) -> bool {
    bytes.len() > 3 && begin_alike(bytes, PREFACE)
}

/// Whether the bytes may be the beginning of a frame, or begin with one: a server's SETTINGS, or any frame of a
/// connection that is under way.
pub(super) fn is_frame(bytes: &[u8]) -> bool {
    match bytes.first_chunk() {
        Some(head) => FrameHead::parse(*head).is_likely(),
        // Longer frames are rare, and no text begins so.
        None => bytes.first() == Some(&0),
    }
}

#[cfg(test)]
mod tests;

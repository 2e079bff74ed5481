//! Dissects both directions of an HTTP/2 connection.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::{Direction, PerDirection};
use super::super::outcome::Outcome;
use super::frame::FrameHead;
use super::reader::Reader;
use super::streams::Streams;

/// An HTTP/2 connection.
#[derive(Debug)]
pub(in super::super) struct Http2 {
    streams: Streams,
    readers: PerDirection<Reader>,
}

impl Http2 {
    /// Returns a connection that begins with the client's preface.
    pub(in super::super) fn new() -> Self {
        let readers = PerDirection { to_server: Reader::with_preface(), to_client: Reader::default() };
        Self { streams: Streams::default(), readers }
    }

    /// Returns a connection whose beginning is not in the recording, so that header blocks cannot be decoded.
    pub(in super::super) fn mid_stream() -> Self {
        let readers = PerDirection { to_server: Reader::mid_stream(), to_client: Reader::mid_stream() };
        let mut streams = Streams::default();
        streams.set_incomplete();
        Self { streams, readers }
    }

    /// Returns a connection that was upgraded from HTTP/1.1. `call` is the API call of the request that asked
    /// for the upgrade. The response to it is on stream 1 (RFC 7540, section 3.2).
    pub(in super::super) fn upgraded(call: Option<u64>) -> Self {
        Self { streams: Streams::upgraded(call), ..Self::new() }
    }

    /// Dissects the next bytes of a direction into parts of frames.
    pub(in super::super) fn dissect(
        &mut self,
        data: &mut TransferData<'_>,
        context: &mut Context<'_>,
    ) -> Outcome {
        self.readers.get_mut(context.direction).dissect(data, &mut self.streams, context)
    }

    /// Resumes the dissection of a direction after bytes that were not recorded, if `bytes` look like the
    /// beginning of a frame. Returns `true` on success.
    pub(in super::super) fn resume(&mut self, direction: Direction, bytes: &[u8]) -> bool {
        let resumes = bytes.first_chunk().is_some_and(|head| FrameHead::parse(*head).is_likely());
        if resumes {
            // Header blocks in the unrecorded bytes may have changed the dynamic table.
            *self.readers.get_mut(direction) = Reader::mid_stream();
            self.streams.set_incomplete();
        }
        resumes
    }
}

//! Collects and decodes the header blocks of one direction. A block may span frames.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::hpack;
use super::super::prefix_buffer::PrefixBuffer;
use super::fields::Fields;
use super::frame::{FrameHead, Kind};
use super::incoming::Incoming;
use super::streams::Streams;

/// Maximum number of bytes in a header block. After a longer block, no further block can be decoded, because
/// its additions to the dynamic table are unknown.
const MAX_BLOCK: usize = 64 * 1024;

/// Collects and decodes the header blocks of one direction of a connection.
#[derive(Debug)]
pub(super) struct HeaderBlocks {
    /// The header block that is being read.
    open: Option<Block>,
    /// The decoder of header blocks; `None` after a block that could not be decoded.
    hpack: Option<hpack::Decoder>,
}

/// A header block: one HEADERS or PUSH_PROMISE frame, and the CONTINUATION frames after it.
#[derive(Debug)]
struct Block {
    fragments: PrefixBuffer,
    stream: u32,
    /// Id of the stream that a PUSH_PROMISE announces; `None` for the block of a HEADERS frame.
    promised: Option<u32>,
    end_stream: bool,
}

/// A decoded header block.
#[derive(Debug, Default)]
pub(super) struct Described {
    pub(super) text: String,
    /// Names and values of the fields, if the output lists them.
    pub(super) fields: Vec<(String, String)>,
    /// The rule that the block breaks, with its section.
    pub(super) violation: Option<&'static str>,
}

impl Default for HeaderBlocks {
    fn default() -> Self {
        Self { open: None, hpack: Some(hpack::Decoder::default()) }
    }
}

impl HeaderBlocks {
    /// Returns a collector for a direction whose beginning is not in the recording. It cannot decode header
    /// blocks, because they may refer to earlier ones.
    pub(super) fn mid_stream() -> Self {
        Self { open: None, hpack: None }
    }

    /// Returns the stream of the header block that has begun, but not ended.
    pub(super) fn open_stream(&self) -> Option<u32> {
        self.open.as_ref().map(|block| block.stream)
    }

    /// Begins or continues a header block with a frame whose header is complete. Ignores other frames.
    pub(super) fn begin_frame(&mut self, frame: &Incoming) {
        let FrameHead { kind, flags, stream, .. } = frame.head;
        match kind {
            Kind::Headers | Kind::PushPromise if frame.has_fields() => {
                // Other frames between the frames of a block are an error (section 4.3).
                self.hpack.take_if(|_| self.open.is_some());
                let end_stream = kind == Kind::Headers && flags.end_stream();
                let fragments = PrefixBuffer::new(MAX_BLOCK);
                self.open = Some(Block { fragments, stream, promised: None, end_stream });
            }
            Kind::Continuation if frame.has_fields() => {
                let continues = self.open.as_ref().is_some_and(|block| block.stream == stream);
                self.hpack.take_if(|_| !continues);
            }
            _ => {}
        }
    }

    /// If `frame` is a PUSH_PROMISE, stores the id of the stream that it announces. Called when the frame has
    /// been read up to its fragment of the header block.
    pub(super) fn end_prefix(&mut self, frame: &Incoming) {
        if let Some(block) = self.open.as_mut().filter(|_| frame.has_fields()) {
            block.promised = frame.promised();
        }
    }

    /// Adds the next bytes of the open header block.
    pub(super) fn add(&mut self, piece: TransferData<'_>) {
        if let Some(block) = &mut self.open {
            block.fragments.add(piece);
        }
    }

    /// Decodes the complete header block and describes it.
    pub(super) fn end(&mut self, streams: &mut Streams, context: &mut Context<'_>) -> Described {
        let Some(block) = self.open.take() else { return Described::default() };
        let mut fields = Fields::new(context.header_fields);
        // Missing bytes may have changed the dynamic table.
        self.hpack.take_if(|hpack| {
            block.fragments.is_cut()
                || hpack.decode(block.fragments.bytes(), |name, value| fields.add(name, value)).is_err()
        });
        let list = fields.list.take().unwrap_or_default();
        let violation = fields.violation;
        let fields = self.hpack.as_ref().map(|_| fields);
        let text = match block.promised {
            Some(promised) => streams.promise(promised, fields.as_ref(), context),
            None => streams.fields(block.stream, fields, context),
        };
        if block.end_stream {
            streams.end(block.stream, context);
        }
        Described { text, fields: list, violation }
    }
}

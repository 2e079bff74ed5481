//! Dissects one direction of an HTTP/2 connection, frame by frame.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::Direction;
use super::super::hpack;
use super::super::outcome::Outcome;
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::prefix_buffer::PrefixBuffer;
use super::super::text::{HOLE, with_hole};
use super::control;
use super::fields::Fields;
use super::first_frame::PREFACE;
use super::frame::{FrameHead, HEAD, Kind};
use super::incoming::{Incoming, NOT_HTTP2};
use super::streams::Streams;

/// Maximum number of bytes in a header block. After a longer block, no further block can be decoded, because
/// its additions to the dynamic table are unknown.
const MAX_BLOCK: usize = 64 * 1024;

/// Dissects the frames of one direction of a connection.
#[derive(Debug)]
pub(super) struct Reader {
    /// Number of bytes of the client's preface that have not been read yet.
    preface: usize,
    /// The preface, frame or padding that is being read.
    unit: OpenUnit,
    /// The bytes of an incomplete frame header.
    head: Vec<u8>,
    /// The current frame, once its header is complete.
    frame: Option<Incoming>,
    /// The header block that is being read, which may span frames.
    block: Option<Block>,
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

const PREFACE_UNIT: Label = Label::new(Class::Connection, Layer::Http2, "preface");
const FRAME_HEAD: Label = Label::new(Class::Framing, Layer::Http2, "frame head");
const PADDING: Label = Label::new(Class::Framing, Layer::Http2, "padding");

impl Default for Reader {
    fn default() -> Self {
        Self {
            preface: 0,
            unit: OpenUnit::default(),
            head: Vec::new(),
            frame: None,
            block: None,
            hpack: Some(hpack::Decoder::default()),
        }
    }
}

impl Reader {
    /// Returns a reader for the bytes that the client sends, which begin with the preface.
    pub(super) fn with_preface() -> Self {
        Self { preface: PREFACE.len(), ..Self::default() }
    }

    /// Returns a reader for a direction whose beginning is not in the recording.
    pub(super) fn mid_stream() -> Self {
        Self { hpack: None, ..Self::default() }
    }

    /// Dissects the next bytes of the direction into parts of frames.
    pub(super) fn dissect(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> Outcome {
        loop {
            if let Some(frame) = self.frame.take_if(|frame| frame.remaining() == 0) {
                self.end_frame(direction, &frame, streams, context);
            } else if data.is_empty() {
                return Outcome::Done;
            } else if let Err(reason) = self.read(direction, data, streams, context) {
                return Outcome::Lost(reason);
            }
        }
    }

    fn read(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        match &self.frame {
            _ if self.preface > 0 => self.read_preface(data, context),
            None => self.read_head(direction, data, streams, context),
            Some(frame) if frame.prefix > 0 => self.read_prefix(data, context),
            Some(frame) if frame.content > 0 => {
                self.read_content(direction, data, streams, context);
                Ok(())
            }
            Some(_) => {
                self.read_padding(data, context);
                Ok(())
            }
        }
    }

    fn read_preface(
        &mut self,
        data: &mut TransferData<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let expected = PREFACE.get(PREFACE.len() - self.preface..).unwrap_or_default();
        let length = expected.len().min(recorded(data)?.len());
        if data.recorded().get(..length) != expected.get(..length) {
            return Err(NOT_HTTP2);
        }
        self.preface -= length;
        let bytes = data.take(length as u64).len();
        context.output.part(&mut self.unit, bytes, PREFACE_UNIT, String::new(), self.preface == 0);
        Ok(())
    }

    fn read_head(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let length = (HEAD - self.head.len()).min(recorded(data)?.len());
        let piece = data.take(length as u64);
        self.head.extend_from_slice(piece.recorded());
        let Ok(head) = <[u8; HEAD]>::try_from(self.head.as_slice()) else {
            context.output.part(&mut self.unit, piece.len(), FRAME_HEAD, String::new(), false);
            return Ok(());
        };
        self.head.clear();
        let head = FrameHead::parse(head);
        let frame = Incoming::new(head, streams.call(direction, &head, context));
        let ends = frame.remaining() == 0 || (frame.is_data() && frame.prefix == 0);
        context.output.part(&mut self.unit, piece.len(), frame.label, frame.initial_text(), ends);
        self.begin_frame(&frame);
        self.frame = Some(frame);
        Ok(())
    }

    fn begin_frame(&mut self, frame: &Incoming) {
        let FrameHead { kind, flags, stream, .. } = frame.head;
        match kind {
            Kind::Headers | Kind::PushPromise if frame.has_fields() => {
                // Other frames between the frames of a block are an error (section 4.3).
                self.hpack.take_if(|_| self.block.is_some());
                let end_stream = kind == Kind::Headers && flags.end_stream();
                let fragments = PrefixBuffer::new(MAX_BLOCK);
                self.block = Some(Block { fragments, stream, promised: None, end_stream });
            }
            Kind::Continuation if frame.has_fields() => {
                let continues = self.block.as_ref().is_some_and(|block| block.stream == stream);
                self.hpack.take_if(|_| !continues);
            }
            _ => {}
        }
    }

    fn read_prefix(
        &mut self,
        data: &mut TransferData<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let length = recorded(data)?.len();
        let Some(frame) = &mut self.frame else { return Ok(()) };
        let piece = data.take(u64::from(frame.prefix).min(length as u64));
        frame.prefix_bytes.extend_from_slice(piece.recorded());
        frame.prefix -= u32::try_from(piece.len()).unwrap_or(frame.prefix);
        let mut read = Ok(());
        if frame.prefix == 0 {
            read = frame.end_prefix();
            if let Some(block) = self.block.as_mut().filter(|_| frame.has_fields()) {
                block.promised = frame.promised();
            }
        }
        let ends = frame.prefix == 0 && (frame.content == 0 || frame.is_data());
        context.output.part(&mut self.unit, piece.len(), frame.label, frame.initial_text(), ends);
        read
    }

    fn read_content(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) {
        let Some(frame) = &mut self.frame else { return };
        let piece = data.take(frame.content.into());
        frame.content -= u32::try_from(piece.len()).unwrap_or(frame.content);
        let (head, label, ends) = (frame.head, frame.label, frame.content == 0);
        if frame.is_data() {
            streams.data(direction, head.stream, piece, ends, context);
        } else if frame.has_fields() {
            if let Some(block) = &mut self.block {
                block.fragments.add(piece);
            }
            let text = match ends && head.flags.end_headers() {
                true => self.end_block(direction, streams, context),
                false => String::new(),
            };
            let label = Label { class: Class::Headers, ..label };
            context.output.part(&mut self.unit, piece.len(), label, with_hole(text, piece.missing()), ends);
        } else {
            frame.payload.add(piece);
            let text = if ends { control::text(&head, frame.payload.bytes()) } else { String::new() };
            context.output.part(&mut self.unit, piece.len(), label, with_hole(text, piece.missing()), ends);
        }
    }

    fn read_padding(&mut self, data: &mut TransferData<'_>, context: &mut Context<'_>) {
        let Some(frame) = &mut self.frame else { return };
        let piece = data.take(frame.padding.into());
        frame.padding -= u32::try_from(piece.len()).unwrap_or(frame.padding);
        let label = PADDING.of(frame.label.call).on(frame.label.stream);
        context.output.part(&mut self.unit, piece.len(), label, String::new(), frame.padding == 0);
    }

    /// Decodes a complete header block and describes it as text.
    fn end_block(
        &mut self,
        direction: Direction,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> String {
        let Some(block) = self.block.take() else { return String::new() };
        let mut fields = Fields::default();
        // Missing bytes may have changed the dynamic table.
        self.hpack.take_if(|hpack| {
            block.fragments.is_cut()
                || hpack.decode(block.fragments.bytes(), |name, value| fields.add(name, value)).is_err()
        });
        let fields = self.hpack.as_ref().map(|_| fields);
        let text = match block.promised {
            Some(promised) => streams.promise(promised, fields.as_ref(), context),
            None => streams.fields(direction, block.stream, fields, context),
        };
        if block.end_stream {
            streams.end(direction, block.stream, context);
        }
        text
    }

    fn end_frame(
        &mut self,
        direction: Direction,
        frame: &Incoming,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) {
        let FrameHead { kind, flags, stream, .. } = frame.head;
        match kind {
            Kind::Data if flags.end_stream() => streams.end(direction, stream, context),
            Kind::RstStream => streams.reset(stream, control::reset_code(frame.payload.bytes()), context),
            // A header block without bytes.
            _ if frame.has_fields() && flags.end_headers() => _ = self.end_block(direction, streams, context),
            _ => {}
        }
        self.unit = OpenUnit::default();
    }
}

/// Returns the recorded bytes of `data`, or an error if its first byte was not recorded.
fn recorded<'a>(data: &TransferData<'a>) -> Result<&'a [u8], &'static str> {
    match data.recorded() {
        [] => Err(HOLE),
        bytes => Ok(bytes),
    }
}

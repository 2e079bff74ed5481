//! One direction of a connection, frame by frame.

use super::super::chunk::Chunk;
use super::super::hpack;
use super::super::kept::Kept;
use super::super::output::{Label, Unit};
use super::super::part::{Class, Layer};
use super::super::protocol::{Context, Outcome};
use super::super::text::{HOLE, with_hole};
use super::super::way::Way;
use super::fields::Fields;
use super::frame::{FrameHead, HEAD, Kind};
use super::incoming::{Incoming, NOT_HTTP2};
use super::streams::Streams;
use super::{PREFACE, control};

/// A longer header block is not decoded, nor is any after it: what it adds to the table is not known.
const MAX_BLOCK: usize = 64 * 1024;

/// One direction.
#[derive(Debug)]
pub(super) struct Reader {
    /// How much of the preface is still to come.
    preface: usize,
    /// The unit that is being read: the preface, a frame, its padding.
    unit: Unit,
    /// The beginning of a frame whose head is not complete.
    head: Vec<u8>,
    /// The frame whose head was read.
    frame: Option<Incoming>,
    /// The header block that is being read.
    block: Option<Block>,
    /// `None` when a block could not be decoded.
    hpack: Option<hpack::Decoder>,
}

/// A header block that is being read: one HEADERS or PUSH_PROMISE, and CONTINUATION as long as it does not end.
#[derive(Debug)]
struct Block {
    fragments: Kept,
    stream: u32,
    /// The stream that PUSH_PROMISE promises.
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
            unit: Unit::default(),
            head: Vec::new(),
            frame: None,
            block: None,
            hpack: Some(hpack::Decoder::default()),
        }
    }
}

impl Reader {
    /// What a client sends.
    pub(super) fn with_preface() -> Self {
        Self { preface: PREFACE.len(), ..Self::default() }
    }

    /// From somewhere in between.
    pub(super) fn under_way() -> Self {
        Self { hpack: None, ..Self::default() }
    }

    /// Says what the bytes are.
    pub(super) fn carry(
        &mut self,
        way: Way,
        chunk: &mut Chunk<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> Outcome {
        loop {
            if let Some(frame) = self.frame.take_if(|frame| frame.left() == 0) {
                self.frame_ends(way, &frame, streams, context);
            } else if chunk.is_empty() {
                return Outcome::Done;
            } else if let Err(why) = self.read(way, chunk, streams, context) {
                return Outcome::Lost(why);
            }
        }
    }

    fn read(
        &mut self,
        way: Way,
        chunk: &mut Chunk<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        match &self.frame {
            _ if self.preface > 0 => self.read_preface(chunk, context),
            None => self.read_head(way, chunk, streams, context),
            Some(frame) if frame.prefix > 0 => self.read_prefix(chunk, context),
            Some(frame) if frame.content > 0 => {
                self.read_content(way, chunk, streams, context);
                Ok(())
            }
            Some(_) => {
                self.read_padding(chunk, context);
                Ok(())
            }
        }
    }

    fn read_preface(&mut self, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Result<(), &'static str> {
        let expected = PREFACE.get(PREFACE.len() - self.preface..).unwrap_or_default();
        let length = expected.len().min(recorded(chunk)?.len());
        if chunk.bytes().get(..length) != expected.get(..length) {
            return Err(NOT_HTTP2);
        }
        self.preface -= length;
        let bytes = chunk.take(length as u64).len();
        context.output.part(&mut self.unit, bytes, PREFACE_UNIT, String::new(), self.preface == 0);
        Ok(())
    }

    fn read_head(
        &mut self,
        way: Way,
        chunk: &mut Chunk<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let length = (HEAD - self.head.len()).min(recorded(chunk)?.len());
        let piece = chunk.take(length as u64);
        self.head.extend_from_slice(piece.bytes());
        let Ok(head) = <[u8; HEAD]>::try_from(self.head.as_slice()) else {
            context.output.part(&mut self.unit, piece.len(), FRAME_HEAD, String::new(), false);
            return Ok(());
        };
        self.head.clear();
        let head = FrameHead::parse(head);
        let frame = Incoming::new(head, streams.call(way, &head, context));
        let ends = frame.left() == 0 || (frame.is_data() && frame.prefix == 0);
        context.output.part(&mut self.unit, piece.len(), frame.label, frame.flags(), ends);
        self.frame_begins(&frame);
        self.frame = Some(frame);
        Ok(())
    }

    fn frame_begins(&mut self, frame: &Incoming) {
        let FrameHead { kind, flags, stream, .. } = frame.head;
        match kind {
            Kind::Headers | Kind::PushPromise if frame.has_fields() => {
                // Nothing may come between the frames of a block.
                self.hpack.take_if(|_| self.block.is_some());
                let end_stream = kind == Kind::Headers && flags.end_stream();
                let fragments = Kept::new(MAX_BLOCK);
                self.block = Some(Block { fragments, stream, promised: None, end_stream });
            }
            Kind::Continuation if frame.has_fields() => {
                let goes_on = self.block.as_ref().is_some_and(|block| block.stream == stream);
                self.hpack.take_if(|_| !goes_on);
            }
            _ => {}
        }
    }

    fn read_prefix(&mut self, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Result<(), &'static str> {
        let length = recorded(chunk)?.len();
        let Some(frame) = &mut self.frame else { return Ok(()) };
        let piece = chunk.take(u64::from(frame.prefix).min(length as u64));
        frame.prefix_bytes.extend_from_slice(piece.bytes());
        frame.prefix -= u32::try_from(piece.len()).unwrap_or(frame.prefix);
        let mut read = Ok(());
        if frame.prefix == 0 {
            read = frame.prefix_ends();
            if let Some(block) = self.block.as_mut().filter(|_| frame.has_fields()) {
                block.promised = frame.promised();
            }
        }
        let ends = frame.prefix == 0 && (frame.content == 0 || frame.is_data());
        context.output.part(&mut self.unit, piece.len(), frame.label, frame.flags(), ends);
        read
    }

    fn read_content(
        &mut self,
        way: Way,
        chunk: &mut Chunk<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) {
        let Some(frame) = &mut self.frame else { return };
        let piece = chunk.take(frame.content.into());
        frame.content -= u32::try_from(piece.len()).unwrap_or(frame.content);
        let (head, label, ends) = (frame.head, frame.label, frame.content == 0);
        if frame.is_data() {
            streams.data(way, head.stream, piece, ends, context);
        } else if frame.has_fields() {
            if let Some(block) = &mut self.block {
                block.fragments.add(piece);
            }
            let text = match ends && head.flags.end_headers() {
                true => self.block_ends(way, streams, context),
                false => String::new(),
            };
            let label = Label { class: Class::Headers, ..label };
            context.output.part(&mut self.unit, piece.len(), label, with_hole(text, piece.missing()), ends);
        } else {
            frame.kept.add(piece);
            let text = if ends { control::text(&head, frame.kept.bytes()) } else { String::new() };
            context.output.part(&mut self.unit, piece.len(), label, with_hole(text, piece.missing()), ends);
        }
    }

    fn read_padding(&mut self, chunk: &mut Chunk<'_>, context: &mut Context<'_>) {
        let Some(frame) = &mut self.frame else { return };
        let piece = chunk.take(frame.padding.into());
        frame.padding -= u32::try_from(piece.len()).unwrap_or(frame.padding);
        let label = PADDING.of(frame.label.call).on(frame.label.stream);
        context.output.part(&mut self.unit, piece.len(), label, String::new(), frame.padding == 0);
    }

    /// The header block is complete. Says what it says.
    fn block_ends(&mut self, way: Way, streams: &mut Streams, context: &mut Context<'_>) -> String {
        let Some(block) = self.block.take() else { return String::new() };
        let mut fields = Fields::default();
        // Where bytes are missing, so is what they add to the table.
        self.hpack.take_if(|hpack| {
            block.fragments.is_cut()
                || hpack.decode(block.fragments.bytes(), |name, value| fields.add(name, value)).is_err()
        });
        let fields = self.hpack.as_ref().map(|_| fields);
        let text = match block.promised {
            Some(promised) => streams.promise(promised, fields.as_ref(), context),
            None => streams.fields(way, block.stream, fields, context),
        };
        if block.end_stream {
            streams.ends(way, block.stream, context);
        }
        text
    }

    fn frame_ends(&mut self, way: Way, frame: &Incoming, streams: &mut Streams, context: &mut Context<'_>) {
        let FrameHead { kind, flags, stream, .. } = frame.head;
        match kind {
            Kind::Data if flags.end_stream() => streams.ends(way, stream, context),
            Kind::RstStream => streams.reset(stream, control::reset_code(frame.kept.bytes()), context),
            // A block without any bytes.
            _ if frame.has_fields() && flags.end_headers() => _ = self.block_ends(way, streams, context),
            _ => {}
        }
        self.unit = Unit::default();
    }
}

/// What is recorded of the next bytes, which have to be.
fn recorded<'a>(chunk: &Chunk<'a>) -> Result<&'a [u8], &'static str> {
    match chunk.bytes() {
        [] => Err(HOLE),
        bytes => Ok(bytes),
    }
}

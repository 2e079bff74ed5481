//! Dissects one direction of an HTTP/2 connection, frame by frame.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::header_buffer::HeaderBuffer;
use super::super::outcome::Outcome;
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::text::HOLE;
use super::first_frame::PREFACE;
use super::frame::{FrameHead, HEAD};
use super::header_blocks::HeaderBlocks;
use super::incoming::{Incoming, NOT_HTTP2};
use super::rules::{self, Situation};
use super::streams::Streams;

mod payload;

/// Dissects the frames of one direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Number of bytes of the client's preface that have not been read yet.
    preface: usize,
    /// Number of the protocol unit that is being read: the preface, a frame, or the padding of a frame.
    unit: OpenUnit,
    /// The bytes of an incomplete frame header.
    head: HeaderBuffer,
    /// The current frame, once its header is complete.
    frame: Option<Incoming>,
    blocks: HeaderBlocks,
    /// `true` once a frame has begun, or if earlier frames are not in the recording.
    has_frames: bool,
}

const PREFACE_UNIT: Label = Label::new(Class::Connection, Layer::Http2, "preface");
const FRAME_HEAD: Label = Label::new(Class::Framing, Layer::Http2, "frame head");

impl Reader {
    /// Returns a reader for the bytes that the client sends, which begin with the preface.
    pub(super) fn with_preface() -> Self {
        Self { preface: PREFACE.len(), ..Self::default() }
    }

    /// Returns a reader for a direction whose beginning is not in the recording.
    pub(super) fn mid_stream() -> Self {
        Self { blocks: HeaderBlocks::mid_stream(), has_frames: true, ..Self::default() }
    }

    /// Dissects the next bytes of the direction into parts of frames.
    pub(super) fn dissect(
        &mut self,
        data: &mut TransferData<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> Outcome {
        loop {
            if let Some(frame) = self.frame.take_if(|frame| frame.remaining() == 0) {
                self.end_frame(&frame, streams, context);
            } else if data.is_empty() {
                return Outcome::Done;
            } else if let Err(reason) = self.read(data, streams, context) {
                return Outcome::Lost(reason);
            }
        }
    }

    fn read(
        &mut self,
        data: &mut TransferData<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        match &self.frame {
            _ if self.preface > 0 => self.read_preface(data, context),
            None => self.read_head(data, streams, context),
            Some(frame) if frame.prefix > 0 => self.read_prefix(data, context),
            Some(frame) if frame.content > 0 => {
                self.read_content(data, streams, context);
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
        data: &mut TransferData<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let next = self.head.fill(HEAD, data)?;
        let piece = data.take(next);
        let Some(head) = self.head.bytes().first_chunk::<HEAD>().copied() else {
            context.output.part(&mut self.unit, piece.len(), FRAME_HEAD, String::new(), false);
            return Ok(());
        };
        self.head.clear();
        let head = FrameHead::parse(head);
        let situation = Situation {
            sender: context.direction,
            is_first: !std::mem::replace(&mut self.has_frames, true),
            open_block: self.blocks.open_stream(),
            max_length: streams.max_frame_size(context.direction),
        };
        let violation =
            rules::of_head(&head, &situation).or_else(|| streams.violation(&head, context.direction));
        let frame = Incoming::new(head, streams.call(&head, context));
        let ends = frame.remaining() == 0 || (frame.is_data() && frame.prefix == 0);
        context.output.part(
            &mut self.unit,
            piece.len(),
            frame.label,
            frame.initial_text(context.direction),
            ends,
        );
        context.output.set_violation(violation);
        self.blocks.begin_frame(&frame);
        self.frame = Some(frame);
        Ok(())
    }
}

/// Returns the recorded bytes of `data`, or an error if its first byte was not recorded.
fn recorded<'a>(data: &TransferData<'a>) -> Result<&'a [u8], &'static str> {
    match data.recorded() {
        [] => Err(HOLE),
        bytes => Ok(bytes),
    }
}

//! Reads the payload of a frame: the fields before the content, the content, and the padding.

use super::super::super::context::Context;
use super::super::super::data::TransferData;
use super::super::super::part::{Class, Layer};
use super::super::super::part_collector::{Label, OpenUnit};
use super::super::super::text::with_hole;
use super::super::control;
use super::super::frame::{FrameHead, Kind};
use super::super::header_blocks::Described;
use super::super::incoming::Incoming;
use super::super::rules;
use super::super::streams::Streams;
use super::{Reader, recorded};

const PADDING: Label = Label::new(Class::Framing, Layer::Http2, "padding");

impl Reader {
    pub(super) fn read_prefix(
        &mut self,
        data: &mut TransferData<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let length = recorded(data)?.len();
        let Some(frame) = &mut self.frame else { return Ok(()) };
        let piece = data.take(u64::from(frame.prefix).min(length as u64));
        frame.prefix_bytes.extend_from_slice(piece.recorded());
        frame.prefix -= u32::try_from(piece.len()).unwrap_or(frame.prefix);
        let mut violation = None;
        if frame.prefix == 0 {
            violation = frame.end_prefix();
            self.blocks.end_prefix(frame);
        }
        let ends = frame.prefix == 0 && (frame.content == 0 || frame.is_data());
        let text = frame.initial_text(context.direction);
        context.output.part(&mut self.unit, piece.len(), frame.label, text, ends);
        context.output.set_violation(violation);
        Ok(())
    }

    pub(super) fn read_content(
        &mut self,
        data: &mut TransferData<'_>,
        streams: &mut Streams,
        context: &mut Context<'_>,
    ) {
        let Some(frame) = &mut self.frame else { return };
        let piece = data.take(frame.content.into());
        frame.content -= u32::try_from(piece.len()).unwrap_or(frame.content);
        let (head, label, ends) = (frame.head, frame.label, frame.content == 0);
        if frame.is_data() {
            streams.data(head.stream, piece, ends, context);
        } else if frame.has_fields() {
            self.blocks.add(piece);
            let block = match ends && head.flags.end_headers() {
                true => self.blocks.end(streams, context),
                false => Described::default(),
            };
            let label = Label { class: Class::Headers, ..label };
            let text = with_hole(block.text, piece.missing());
            context.output.part(&mut self.unit, piece.len(), label, text, ends);
            context.output.set_fields(block.fields.into());
            context.output.set_violation(block.violation);
        } else {
            frame.payload.add(piece);
            let payload = frame.payload.bytes();
            let (mut text, mut violation, mut goaway) = (String::new(), None, None);
            if ends {
                text = control::text(&head, payload, context.direction);
                violation = rules::of_payload(&head, payload, context.direction);
                if head.kind == Kind::Goaway {
                    goaway = control::goaway(payload, context.direction);
                }
                if let (Kind::Settings, Some(size)) = (head.kind, rules::max_frame_size(payload)) {
                    streams.set_max_frame_size(context.direction.opposite(), size);
                }
            }
            context.output.part(&mut self.unit, piece.len(), label, with_hole(text, piece.missing()), ends);
            context.output.set_violation(violation);
            context.output.set_goaway(goaway);
        }
    }

    pub(super) fn read_padding(&mut self, data: &mut TransferData<'_>, context: &mut Context<'_>) {
        let Some(frame) = &mut self.frame else { return };
        let piece = data.take(frame.padding.into());
        frame.padding -= u32::try_from(piece.len()).unwrap_or(frame.padding);
        let label = PADDING.of(frame.label.call).on(frame.label.stream);
        context.output.part(&mut self.unit, piece.len(), label, String::new(), frame.padding == 0);
    }

    pub(super) fn end_frame(&mut self, frame: &Incoming, streams: &mut Streams, context: &mut Context<'_>) {
        let FrameHead { kind, flags, stream, .. } = frame.head;
        match kind {
            Kind::Data if flags.end_stream() => streams.end(stream, context),
            Kind::RstStream => streams.reset(stream, control::reset_code(frame.payload.bytes()), context),
            // A header block without bytes.
            _ if frame.has_fields() && flags.end_headers() => {
                self.blocks.end(streams, context);
            }
            _ => {}
        }
        self.unit = OpenUnit::default();
    }
}

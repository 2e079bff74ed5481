//! Reads the length-prefixed messages in the body of a gRPC request or response.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::prefix_buffer::PrefixBuffer;
use super::super::text::{HOLE, not_recorded, with_hole};
use super::format::{self, Format};

/// Number of bytes of a length prefix: one byte of flags and four of length.
const PREFIX: usize = 5;

/// Reads the gRPC messages of one direction of a stream. A message may span DATA frames.
#[derive(Debug)]
pub(crate) struct MessageReader {
    format: Format,
    unit: OpenUnit,
    state: State,
    beginning: PrefixBuffer,
}

#[derive(Debug)]
enum State {
    /// Inside a length prefix. Contains the bytes of the prefix read so far.
    Prefix(Vec<u8>),
    /// Inside a message, with `left` bytes not read yet.
    Message { left: u32, flags: u8 },
    /// After bytes that were not recorded, so that message boundaries are unknown.
    Lost,
}

impl MessageReader {
    /// Returns a reader for messages of the given format.
    pub(crate) fn new(format: Format) -> Self {
        let beginning = PrefixBuffer::new(format.max_bytes());
        Self { format, unit: OpenUnit::default(), state: State::Prefix(Vec::new()), beginning }
    }

    /// Reads the next bytes of the body and adds their parts to the output.
    pub(crate) fn read(&mut self, label: Label, mut data: TransferData<'_>, context: &mut Context<'_>) {
        let label = Label { layer: Layer::Grpc, ..label };
        while !data.is_empty() {
            match &mut self.state {
                State::Prefix(_) => self.read_prefix(label, &mut data, context),
                State::Message { .. } => self.read_message(label, &mut data, context),
                State::Lost => {
                    let label =
                        Label { class: Class::Unknown, layer: Layer::Unknown, name: "unknown", ..label };
                    let text = match data.missing() {
                        0 => HOLE.to_owned(),
                        missing => not_recorded(missing),
                    };
                    context.output.whole(data.take_all().len(), label, text);
                }
            }
        }
    }

    fn read_prefix(&mut self, label: Label, data: &mut TransferData<'_>, context: &mut Context<'_>) {
        let State::Prefix(prefix) = &mut self.state else { return };
        if data.recorded().is_empty() {
            self.state = State::Lost;
            return;
        }
        let part = data.take((PREFIX - prefix.len()).min(data.recorded().len()) as u64);
        prefix.extend_from_slice(part.recorded());
        let complete = <[u8; PREFIX]>::try_from(prefix.as_slice()).ok();
        let text = match complete {
            Some([_, 0, 0, 0, 0]) => "empty message",
            Some([flags, ..]) if format::is_trailers(flags) => "trailers",
            Some([1, ..]) => "compressed",
            _ => "",
        };
        let label = Label { class: Class::Framing, name: "length prefix", ..label };
        context.output.part(&mut self.unit, part.len(), label, text.to_owned(), complete.is_some());
        if let Some([flags, length @ ..]) = complete {
            self.state = match u32::from_be_bytes(length) {
                0 => State::Prefix(Vec::new()),
                left => State::Message { left, flags },
            };
        }
    }

    fn read_message(&mut self, label: Label, data: &mut TransferData<'_>, context: &mut Context<'_>) {
        let State::Message { left, flags } = &mut self.state else { return };
        let part = data.take((*left).into());
        *left -= u32::try_from(part.len()).unwrap_or(*left);
        let (ends, flags) = (*left == 0, *flags);
        self.beginning.add(part);
        let cut = !ends || self.beginning.is_cut();
        let text = self.format.text(flags, self.beginning.bytes(), cut);
        let is_trailers = format::is_trailers(flags);
        let (class, name) =
            if is_trailers { (Class::Headers, "trailers") } else { (Class::Payload, "message") };
        let label = Label { class, name, ..label };
        context.output.part(&mut self.unit, part.len(), label, with_hole(text, part.missing()), ends);
        if is_trailers && ends {
            if let Some(status) = format::status(self.beginning.bytes()) {
                context.calls.set_status(label.call, status.to_string());
            }
            if context.header_fields {
                context.output.set_fields(format::trailers(self.beginning.bytes()).collect());
            }
        }
        if ends {
            self.beginning.clear();
            self.state = State::Prefix(Vec::new());
        }
    }
}

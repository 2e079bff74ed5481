//! The messages in the content of a request or an answer: each has its length in front.

use prost_reflect::MessageDescriptor;

use super::super::chunk::Chunk;
use super::super::inflate;
use super::super::kept::Kept;
use super::super::media::Encoding;
use super::super::output::{Label, Unit};
use super::super::part::{Class, Layer};
use super::super::protobuf;
use super::super::protocol::Context;
use super::super::text::{HOLE, not_recorded, with_hole};

/// A flag and four bytes of length.
const PREFIX: usize = 5;
/// No more of a message is kept to say what it says.
const KEPT: usize = 4 * 1024;

/// Follows the messages of one direction of a stream, over the bounds of DATA frames.
#[derive(Debug)]
pub(crate) struct Messages {
    kind: Option<MessageDescriptor>,
    encoding: Encoding,
    unit: Unit,
    place: Place,
    kept: Kept,
}

#[derive(Debug)]
enum Place {
    /// In the prefix, of which these bytes were read.
    Prefix(Vec<u8>),
    /// In the message, of which so many bytes are still to come.
    Message { left: u32, compressed: bool },
    /// The bounds are lost.
    Lost,
}

impl Messages {
    /// Messages of that type, when it is known.
    pub(crate) fn new(kind: Option<MessageDescriptor>, encoding: Encoding) -> Self {
        let place = Place::Prefix(Vec::new());
        Self { kind, encoding, unit: Unit::default(), place, kept: Kept::new(KEPT) }
    }

    /// Some of the content.
    pub(crate) fn read(&mut self, label: Label, mut piece: Chunk<'_>, context: &mut Context<'_>) {
        let label = Label { layer: Layer::Grpc, ..label };
        while !piece.is_empty() {
            match &mut self.place {
                Place::Prefix(_) => self.read_prefix(label, &mut piece, context),
                Place::Message { .. } => self.read_message(label, &mut piece, context),
                Place::Lost => {
                    let label =
                        Label { class: Class::Unknown, layer: Layer::Unknown, name: "unknown", ..label };
                    let text = match piece.missing() {
                        0 => HOLE.to_owned(),
                        missing => not_recorded(missing),
                    };
                    context.output.whole(piece.take_all().len(), label, text);
                }
            }
        }
    }

    fn read_prefix(&mut self, label: Label, piece: &mut Chunk<'_>, context: &mut Context<'_>) {
        let Place::Prefix(prefix) = &mut self.place else { return };
        if piece.bytes().is_empty() {
            self.place = Place::Lost;
            return;
        }
        let part = piece.take((PREFIX - prefix.len()).min(piece.bytes().len()) as u64);
        prefix.extend_from_slice(part.bytes());
        let complete = <[u8; PREFIX]>::try_from(prefix.as_slice()).ok();
        let text = match complete {
            Some([_, 0, 0, 0, 0]) => "empty message",
            Some([1, ..]) => "compressed",
            _ => "",
        };
        let label = Label { class: Class::Framing, name: "length prefix", ..label };
        context.output.part(&mut self.unit, part.len(), label, text.to_owned(), complete.is_some());
        if let Some([flag, length @ ..]) = complete {
            self.place = match u32::from_be_bytes(length) {
                0 => Place::Prefix(Vec::new()),
                left => Place::Message { left, compressed: flag & 1 > 0 },
            };
        }
    }

    fn read_message(&mut self, label: Label, piece: &mut Chunk<'_>, context: &mut Context<'_>) {
        let Place::Message { left, compressed } = &mut self.place else { return };
        let part = piece.take((*left).into());
        *left -= u32::try_from(part.len()).unwrap_or(*left);
        let (ends, compressed) = (*left == 0, *compressed);
        self.kept.add(part);
        let cut = !ends || self.kept.is_cut();
        let text = match (compressed, self.encoding) {
            (false, _) => protobuf::text(self.kept.bytes(), self.kind.as_ref(), cut),
            (true, Encoding::Gzip) => {
                let (bytes, more) = inflate::gzip(self.kept.bytes(), KEPT);
                format!("gzip: {}", protobuf::text(&bytes, self.kind.as_ref(), cut || more))
            }
            (true, _) => "compressed".to_owned(),
        };
        let label = Label { class: Class::Payload, name: "message", ..label };
        context.output.part(&mut self.unit, part.len(), label, with_hole(text, part.missing()), ends);
        if ends {
            self.kept.clear();
            self.place = Place::Prefix(Vec::new());
        }
    }
}

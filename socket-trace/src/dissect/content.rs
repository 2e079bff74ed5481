//! What a message's body says.

use prost_reflect::MessageDescriptor;

use super::chunk::Chunk;
use super::connection::Context;
use super::grpc::Messages;
use super::kept::Kept;
use super::media::{Encoding, Media};
use super::output::{Label, Unit};
use super::text::{ENOUGH, short, short_bytes, with_hole};

/// The body of a message that is being read.
#[derive(Debug)]
pub(super) enum Content {
    Plain(Plain),
    Grpc(Messages),
}

impl Default for Content {
    /// Of which nothing is known.
    fn default() -> Self {
        Self::new(Media::Absent, Encoding::Identity)
    }
}

impl Content {
    /// Of a message of that kind.
    pub(super) fn new(media: Media, encoding: Encoding) -> Self {
        Self::Plain(Plain { media, encoding, unit: Unit::default(), kept: Kept::new(ENOUGH) })
    }

    /// Of gRPC messages of that type.
    pub(super) fn of_grpc(kind: Option<MessageDescriptor>, encoding: Encoding) -> Self {
        Self::Grpc(Messages::new(kind, encoding))
    }

    /// Some of it, and whether its frame or chunk ends there, or the whole body.
    pub(super) fn read(&mut self, label: Label, piece: Chunk<'_>, ends: bool, context: &mut Context<'_>) {
        match self {
            Self::Plain(plain) => plain.read(label, piece, ends, context),
            Self::Grpc(messages) => messages.read(label, piece, context),
        }
    }

    /// It has ended.
    pub(super) fn end(&mut self, _call: Option<u64>, _context: &mut Context<'_>) {}
}

/// A body that is one thing.
#[derive(Debug)]
pub(super) struct Plain {
    media: Media,
    encoding: Encoding,
    unit: Unit,
    /// The beginning of the unit.
    kept: Kept,
}

impl Plain {
    fn read(&mut self, label: Label, piece: Chunk<'_>, ends: bool, context: &mut Context<'_>) {
        self.kept.add(piece);
        let text = with_hole(self.text(ends), piece.missing());
        context.output.part(&mut self.unit, piece.len(), label, text, ends);
        if ends {
            self.kept.clear();
        }
    }

    fn text(&self, ends: bool) -> String {
        match (&self.media, self.encoding) {
            (_, Encoding::Gzip) => "gzip".to_owned(),
            (_, Encoding::Other) => "compressed".to_owned(),
            (Media::Other(media), _) if !media.starts_with("text/") => short(media),
            _ => short_bytes(self.kept.bytes(), !ends || self.kept.is_cut()),
        }
    }
}

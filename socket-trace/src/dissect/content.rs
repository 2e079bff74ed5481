//! What a message's body says.

use super::chunk::Chunk;
use super::connection::Context;
use super::kept::Kept;
use super::media::{Encoding, Media};
use super::output::{Label, Unit};
use super::part::Class;
use super::text::{ENOUGH, short, short_bytes, with_hole};

/// The body of a message that is being read.
#[derive(Debug)]
pub(super) struct Content {
    label: Label,
    media: Media,
    encoding: Encoding,
    unit: Unit,
    /// The beginning of the unit.
    kept: Kept,
}

impl Content {
    /// Of a message of that kind.
    pub(super) fn new(label: Label, media: Media, encoding: Encoding) -> Self {
        let label = Label { class: Class::Payload, ..label };
        Self { label, media, encoding, unit: Unit::default(), kept: Kept::new(ENOUGH) }
    }

    /// Some of it, and whether a unit of it ends there: the body, or its chunk.
    pub(super) fn read(&mut self, piece: Chunk<'_>, ends: bool, context: &mut Context<'_>) {
        self.kept.add(piece);
        let text = with_hole(self.text(ends), piece.missing());
        context.output.part(&mut self.unit, piece.len(), self.label, text, ends);
        if ends {
            self.kept.clear();
        }
    }

    /// It has ended.
    pub(super) fn end(&mut self, _context: &mut Context<'_>) {}

    fn text(&self, ends: bool) -> String {
        match (&self.media, self.encoding) {
            (_, Encoding::Gzip) => "gzip".to_owned(),
            (_, Encoding::Other) => "compressed".to_owned(),
            (Media::Other(media), _) if !media.starts_with("text/") => short(media),
            _ => short_bytes(self.kept.bytes(), !ends || self.kept.is_cut()),
        }
    }
}

//! A message's body, piece by piece.

use super::super::chunk::Chunk;
use super::super::content::Content;
use super::super::output::Label;
use super::super::part::{Class, Layer};
use super::super::protocol::Context;
use super::chunked::{self, Chunked};
use super::length::Length;

const BODY: Label = Label::new(Class::Payload, Layer::Http1, "body");

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Body {
    framing: Framing,
    content: Content,
}

#[derive(Debug)]
enum Framing {
    /// So many bytes are still to come.
    Bytes(u64),
    Chunked(Chunked),
    UntilClose,
}

/// What came of reading.
#[derive(Debug)]
pub(super) enum Read {
    /// The body goes on after these bytes.
    More,
    /// It has ended.
    Ended,
    /// It cannot be followed, and why.
    Lost(&'static str),
}

impl Body {
    /// `None` when there is no body.
    pub(super) fn new(length: Length, content: Content) -> Option<Self> {
        let framing = match length {
            Length::None => return None,
            Length::Bytes(bytes) => Framing::Bytes(bytes),
            Length::Chunked => Framing::Chunked(Chunked::default()),
            Length::UntilClose => Framing::UntilClose,
        };
        Some(Self { framing, content })
    }

    /// Reads as much of the chunk as belongs to the body.
    pub(super) fn read(
        &mut self,
        chunk: &mut Chunk<'_>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Read {
        let label = BODY.of(call);
        match &mut self.framing {
            Framing::UntilClose => {
                self.content.read(label, chunk.take_all(), false, context);
                Read::More
            }
            Framing::Bytes(left) => {
                let piece = chunk.take(*left);
                *left -= piece.len();
                self.content.read(label, piece, *left == 0, context);
                if *left > 0 { Read::More } else { Read::Ended }
            }
            Framing::Chunked(chunked) => match chunked.read(chunk, call, context) {
                chunked::Read::Data(piece, last) => {
                    self.content.read(label, piece, last, context);
                    Read::More
                }
                chunked::Read::Framing => Read::More,
                chunked::Read::Ended => Read::Ended,
                chunked::Read::Lost(why) => Read::Lost(why),
            },
        }
    }
}

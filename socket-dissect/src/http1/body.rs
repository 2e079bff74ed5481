//! Reads the body of an HTTP/1.1 message.

use super::super::content::Content;
use super::super::context::Context;
use super::super::data::TransferData;
use super::super::part::{Class, Layer};
use super::super::part_collector::Label;
use super::chunked::{self, Chunked};
use super::length::Length;

const BODY: Label = Label::new(Class::Payload, Layer::Http1, "body");

/// A message body that has not been read completely.
#[derive(Debug)]
pub(super) struct Body {
    framing: Framing,
    content: Content,
}

#[derive(Debug)]
enum Framing {
    /// Number of body bytes not read yet.
    Bytes(u64),
    Chunked(Chunked),
    UntilClose,
}

/// Progress after reading bytes of a body.
#[derive(Debug)]
pub(super) enum Progress {
    /// The body continues with the next read or write.
    Incomplete,
    /// The body has ended.
    Complete,
    /// The body cannot be dissected any further. Contains the reason.
    Lost(&'static str),
}

impl Body {
    /// Returns a body of the given length, or `None` if the message has no body.
    pub(super) fn new(length: Length, content: Content) -> Option<Self> {
        let framing = match length {
            Length::None => return None,
            Length::Bytes(bytes) => Framing::Bytes(bytes),
            Length::Chunked => Framing::Chunked(Chunked::default()),
            Length::UntilClose => Framing::UntilClose,
        };
        Some(Self { framing, content })
    }

    /// Reads the bytes that belong to the body, and leaves later bytes in `data`.
    pub(super) fn read(
        &mut self,
        data: &mut TransferData<'_>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Progress {
        let label = BODY.of(call);
        match &mut self.framing {
            Framing::UntilClose => {
                self.content.read(label, data.take_all(), false, context);
                Progress::Incomplete
            }
            Framing::Bytes(left) => {
                let piece = data.take(*left);
                *left -= piece.len();
                self.content.read(label, piece, *left == 0, context);
                if *left > 0 { Progress::Incomplete } else { Progress::Complete }
            }
            Framing::Chunked(chunked) => match chunked.read(data, call, context) {
                chunked::Progress::Data(piece, last) => {
                    self.content.read(label, piece, last, context);
                    Progress::Incomplete
                }
                chunked::Progress::Framing => Progress::Incomplete,
                chunked::Progress::Complete => Progress::Complete,
                chunked::Progress::Lost(reason) => Progress::Lost(reason),
            },
        }
    }
}

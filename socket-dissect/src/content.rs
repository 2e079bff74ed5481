//! What a message's body says.

use prost_reflect::MessageDescriptor;

use super::chunk::Chunk;
use super::graphql;
use super::grpc::Messages;
use super::inflate;
use super::kept::Kept;
use super::media::{Encoding, Media};
use super::output::{Label, Unit};
use super::protocol::Context;
use super::sse::Events;
use super::text::{ENOUGH, short, short_bytes, with_hole};

/// No more of a document is kept to find out what it asks for, or answers.
const KEPT: usize = 64 * 1024;
/// A document whose end is not told is tried at the ends of so many of its chunks.
const TRIES: u32 = 8;

/// The body of a message that is being read.
#[derive(Debug)]
pub(super) enum Content {
    Plain(Plain),
    Events(Events),
    Grpc(Messages),
}

impl Default for Content {
    /// Of which nothing is known.
    fn default() -> Self {
        Self::new(Media::Absent, Encoding::Identity, Document::None)
    }
}

impl Content {
    /// Of a request of that kind.
    pub(super) fn of_request(media: Media, encoding: Encoding) -> Self {
        let document = if media == Media::Json { Document::Request(Kept::new(KEPT)) } else { Document::None };
        Self::new(media, encoding, document)
    }

    /// Of an answer of that kind.
    pub(super) fn of_response(media: Media, encoding: Encoding, asked_in_graphql: bool) -> Self {
        let document = if asked_in_graphql { Document::Response(Kept::new(KEPT)) } else { Document::None };
        Self::new(media, encoding, document)
    }

    /// Of gRPC messages of that type.
    pub(super) fn of_grpc(kind: Option<MessageDescriptor>, encoding: Encoding) -> Self {
        Self::Grpc(Messages::new(kind, encoding))
    }

    fn new(media: Media, encoding: Encoding, document: Document) -> Self {
        if media == Media::EventStream && encoding == Encoding::Identity {
            return Self::Events(Events::new());
        }
        Self::Plain(Plain {
            media,
            encoding,
            unit: Unit::default(),
            kept: Kept::new(ENOUGH),
            document,
            tries: 0,
        })
    }

    /// Some of it, and whether its frame or chunk ends there, or the whole body.
    pub(super) fn read(&mut self, label: Label, piece: Chunk<'_>, ends: bool, context: &mut Context<'_>) {
        match self {
            Self::Plain(plain) => plain.read(label, piece, ends, context),
            Self::Events(events) => events.read(label, piece, context),
            Self::Grpc(messages) => messages.read(label, piece, context),
        }
    }
}

/// A body that is one thing.
#[derive(Debug)]
pub(super) struct Plain {
    media: Media,
    encoding: Encoding,
    unit: Unit,
    /// The beginning of the unit.
    kept: Kept,
    document: Document,
    tries: u32,
}

/// What a body may turn out to be when it is whole.
#[derive(Debug)]
enum Document {
    /// What is asked for in GraphQL.
    Request(Kept),
    /// The answer to that.
    Response(Kept),
    /// Nothing of interest.
    None,
}

impl Plain {
    fn read(&mut self, label: Label, piece: Chunk<'_>, ends: bool, context: &mut Context<'_>) {
        self.kept.add(piece);
        if let Document::Request(kept) | Document::Response(kept) = &mut self.document {
            kept.add(piece);
        }
        let said = if ends { self.document_says(label.call, context) } else { None };
        let text = said.unwrap_or_else(|| self.text(ends));
        context.output.part(&mut self.unit, piece.len(), label, with_hole(text, piece.missing()), ends);
        if ends {
            self.kept.clear();
        }
    }

    /// What the body says of its call. `None` when that is nothing, or it is not whole yet.
    fn document_says(&mut self, call: Option<u64>, context: &mut Context<'_>) -> Option<String> {
        let (Document::Request(kept) | Document::Response(kept)) = &self.document else { return None };
        if self.tries == TRIES {
            return None;
        }
        self.tries += 1;
        let unpacked;
        let content = match self.encoding {
            Encoding::Gzip => {
                unpacked = inflate::gzip(kept.bytes(), KEPT).0;
                &unpacked
            }
            _ => kept.bytes(),
        };
        if matches!(self.document, Document::Request(_)) {
            let request = graphql::Request::of_json(content)?;
            context.calls.ask_in_graphql(call, request.operation.clone());
            return Some(request.text());
        }
        if graphql::has_errors(content) {
            context.calls.add_errors(call);
        }
        None
    }

    fn text(&self, ends: bool) -> String {
        let goes_on = !ends || self.kept.is_cut();
        match (&self.media, self.encoding) {
            (_, Encoding::Other) => "compressed".to_owned(),
            (Media::Other(media), _) if !media.starts_with("text/") => short(media),
            (_, Encoding::Gzip) => {
                let (bytes, more) = inflate::gzip(self.kept.bytes(), ENOUGH);
                format!("gzip: {}", short_bytes(&bytes, goes_on || more))
            }
            _ => short_bytes(self.kept.bytes(), goes_on),
        }
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;

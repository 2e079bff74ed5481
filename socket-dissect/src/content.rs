//! Reads the bodies of messages: GraphQL, gRPC messages, server-sent events, or other content.

use super::context::Context;
use super::data::TransferData;
use super::decompress::Unpacker;
use super::graphql;
use super::grpc::{self, Format, MessageReader};
use super::media::{Encoding, Media};
use super::part_collector::{Label, OpenUnit};
use super::prefix_buffer::PrefixBuffer;
use super::sse::EventReader;
use super::text::{Limit, short, with_hole};

/// Maximum number of bytes of a body that are searched for GraphQL.
const MAX_DOCUMENT: usize = 64 * 1024;

/// Maximum number of times that a body of unknown length is parsed as GraphQL. It is parsed again after each
/// chunk or frame, because that may be the last one.
const MAX_ATTEMPTS: u32 = 8;

/// A reader of a message body, with a variant for each format of the body.
#[derive(Debug)]
pub(super) enum Content {
    Plain(Plain),
    Events(EventReader),
    Grpc(MessageReader),
}

impl Content {
    /// Returns a reader for a body without `content-type`.
    pub(super) fn unknown(limit: Limit) -> Self {
        Self::new(Media::Absent, Encoding::Identity, Document::None, limit)
    }

    /// Returns a reader for the body of a request. A JSON body may be a GraphQL request.
    pub(super) fn of_request(media: Media, encoding: Encoding, limit: Limit) -> Self {
        let document = match media {
            Media::Json => Document::Request(PrefixBuffer::new(MAX_DOCUMENT)),
            _ => Document::None,
        };
        Self::new(media, encoding, document, limit)
    }

    /// Returns a reader for the body of a response. `is_graphql` is `true` if the response answers a GraphQL
    /// request.
    pub(super) fn of_response(media: Media, encoding: Encoding, is_graphql: bool, limit: Limit) -> Self {
        let document = match is_graphql {
            true => Document::Response(PrefixBuffer::new(MAX_DOCUMENT)),
            false => Document::None,
        };
        Self::new(media, encoding, document, limit)
    }

    /// Returns a reader for a body that consists of gRPC messages of the given format.
    pub(super) fn of_grpc(media: Media, format: Format, limit: Limit) -> Self {
        match media {
            Media::GrpcWebText(_) => {
                Self::new(media, Encoding::Identity, Document::GrpcWebText(format), limit)
            }
            _ => Self::Grpc(MessageReader::new(format)),
        }
    }

    fn new(media: Media, encoding: Encoding, document: Document, limit: Limit) -> Self {
        if media == Media::EventStream && encoding == Encoding::Identity {
            return Self::Events(EventReader::new(limit));
        }
        let max = match &document {
            Document::GrpcWebText(format) => format.max_bytes(),
            _ => limit.bytes(),
        };
        Self::Plain(Plain {
            media,
            encoding,
            unpacker: Unpacker::new(encoding).map(Box::new),
            unit: OpenUnit::default(),
            beginning: PrefixBuffer::new(max),
            document,
            attempts: 0,
        })
    }

    /// Reads the next bytes of the body. `ends` is `true` if they complete a frame, a chunk or the body.
    pub(super) fn read(
        &mut self,
        label: Label,
        data: TransferData<'_>,
        ends: bool,
        context: &mut Context<'_>,
    ) {
        match self {
            Self::Plain(plain) => plain.read(label, data, ends, context),
            Self::Events(events) => events.read(label, data, context),
            Self::Grpc(messages) => messages.read(label, data, context),
        }
    }
}

/// Reads a body that contains neither gRPC messages nor server-sent events.
#[derive(Debug)]
pub(super) struct Plain {
    media: Media,
    encoding: Encoding,
    /// Decompresses the body; `None` if it is not compressed, or cannot be decompressed.
    unpacker: Option<Box<Unpacker>>,
    unit: OpenUnit,
    beginning: PrefixBuffer,
    document: Document,
    attempts: u32,
}

/// The content of a body, as far as it is known.
#[derive(Debug)]
enum Document {
    /// Perhaps a GraphQL request, of which these are the first bytes.
    Request(PrefixBuffer),
    /// The response to a GraphQL request, of which these are the first bytes.
    Response(PrefixBuffer),
    /// gRPC messages in base64.
    GrpcWebText(Format),
    /// Something else.
    None,
}

impl Plain {
    fn read(&mut self, label: Label, data: TransferData<'_>, ends: bool, context: &mut Context<'_>) {
        let decompressed;
        let content = match &mut self.unpacker {
            None => data,
            Some(unpacker) => {
                let (bytes, length) = unpacker.add(data.recorded(), context.budget);
                if data.missing() > 0 {
                    unpacker.lose();
                }
                decompressed = bytes;
                TransferData::new(&decompressed, length.saturating_add(u64::from(unpacker.is_lost())))
            }
        };
        if let Document::Request(buffer) | Document::Response(buffer) = &mut self.document {
            buffer.add(content);
        }
        let operation = if ends { self.read_document(label.call, context) } else { None };
        let (beginning, is_cut) = self.beginning.add_and_get(content, ends);
        let more = !ends || is_cut;
        let text = match &self.document {
            Document::GrpcWebText(format) => {
                // The text is repeated with each piece of the body.
                let max = if ends { usize::MAX } else { grpc::MAX_CUT };
                let bytes = beginning.get(..max).unwrap_or(beginning);
                let (text, status) = grpc::describe_web_text(bytes, format, more);
                if let Some(status) = status.filter(|_| ends) {
                    context.calls.set_status(label.call, status.to_string());
                }
                text
            }
            _ => operation.unwrap_or_else(|| {
                let text = match &self.media {
                    Media::Other(media) => short(media),
                    _ => context.limit.when(ends).text_of(beginning, more),
                };
                match (self.encoding, &self.unpacker) {
                    (Encoding::Identity, _) => text,
                    (encoding, Some(_)) => format!("{}: {text}", encoding.name()),
                    (_, None) => "compressed".to_owned(),
                }
            }),
        };
        context.output.part(&mut self.unit, data.len(), label, with_hole(text, data.missing()), ends);
        if ends {
            self.beginning.clear();
        }
    }

    /// Parses the bytes collected so far as a GraphQL request or response, and updates `call`. Returns the
    /// text of a GraphQL request. Returns `None` if the body is something else or incomplete.
    fn read_document(&mut self, call: Option<u64>, context: &mut Context<'_>) -> Option<String> {
        let (Document::Request(buffer) | Document::Response(buffer)) = &self.document else { return None };
        if self.attempts == MAX_ATTEMPTS {
            return None;
        }
        self.attempts += 1;
        let content = buffer.bytes();
        if matches!(self.document, Document::Request(_)) {
            let request = graphql::Request::of_json(content)?;
            context.calls.set_graphql_operation(call, request.operation.clone());
            return Some(request.text());
        }
        if graphql::has_errors(content) {
            context.calls.add_errors(call);
        }
        None
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;

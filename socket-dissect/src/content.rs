//! Reads the bodies of messages: GraphQL, gRPC messages, server-sent events, or other content.

use prost_reflect::MessageDescriptor;

use super::context::Context;
use super::data::TransferData;
use super::graphql;
use super::grpc::MessageReader;
use super::inflate;
use super::media::{Encoding, Media};
use super::part_collector::{Label, OpenUnit};
use super::prefix_buffer::PrefixBuffer;
use super::sse::EventReader;
use super::text::{ENOUGH, short, short_bytes, with_hole};

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

impl Default for Content {
    /// Returns a reader for a body without `content-type`.
    fn default() -> Self {
        Self::new(Media::Absent, Encoding::Identity, Document::None)
    }
}

impl Content {
    /// Returns a reader for the body of a request. A JSON body may be a GraphQL request.
    pub(super) fn of_request(media: Media, encoding: Encoding) -> Self {
        let document = match media {
            Media::Json => Document::Request(PrefixBuffer::new(MAX_DOCUMENT)),
            _ => Document::None,
        };
        Self::new(media, encoding, document)
    }

    /// Returns a reader for the body of a response. `is_graphql` is `true` if the response answers a GraphQL
    /// request.
    pub(super) fn of_response(media: Media, encoding: Encoding, is_graphql: bool) -> Self {
        let document = match is_graphql {
            true => Document::Response(PrefixBuffer::new(MAX_DOCUMENT)),
            false => Document::None,
        };
        Self::new(media, encoding, document)
    }

    /// Returns a reader for a body that consists of gRPC messages. `message_type` is their type, if a
    /// protobuf contract defines it.
    pub(super) fn of_grpc(message_type: Option<MessageDescriptor>, encoding: Encoding) -> Self {
        Self::Grpc(MessageReader::new(message_type, encoding))
    }

    fn new(media: Media, encoding: Encoding, document: Document) -> Self {
        if media == Media::EventStream && encoding == Encoding::Identity {
            return Self::Events(EventReader::new());
        }
        Self::Plain(Plain {
            media,
            encoding,
            unit: OpenUnit::default(),
            beginning: PrefixBuffer::new(ENOUGH),
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
    unit: OpenUnit,
    beginning: PrefixBuffer,
    document: Document,
    attempts: u32,
}

/// The first bytes of a body that may be a GraphQL request, or the response to one.
#[derive(Debug)]
enum Document {
    /// A GraphQL request.
    Request(PrefixBuffer),
    /// The response to a GraphQL request.
    Response(PrefixBuffer),
    /// The body is not GraphQL.
    None,
}

impl Plain {
    fn read(&mut self, label: Label, data: TransferData<'_>, ends: bool, context: &mut Context<'_>) {
        self.beginning.add(data);
        if let Document::Request(buffer) | Document::Response(buffer) = &mut self.document {
            buffer.add(data);
        }
        let operation = if ends { self.read_document(label.call, context) } else { None };
        let text = operation.unwrap_or_else(|| self.text(ends));
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
        let unpacked;
        let content = match self.encoding {
            Encoding::Gzip => {
                unpacked = inflate::gzip(buffer.bytes(), MAX_DOCUMENT).0;
                &unpacked
            }
            _ => buffer.bytes(),
        };
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

    fn text(&self, ends: bool) -> String {
        let more = !ends || self.beginning.is_cut();
        match (&self.media, self.encoding) {
            (_, Encoding::Other) => "compressed".to_owned(),
            (Media::Other(media), _) if !media.starts_with("text/") => short(media),
            (_, Encoding::Gzip) => {
                let (bytes, is_cut) = inflate::gzip(self.beginning.bytes(), ENOUGH);
                format!("gzip: {}", short_bytes(&bytes, more || is_cut))
            }
            _ => short_bytes(self.beginning.bytes(), more),
        }
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;

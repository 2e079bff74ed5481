//! The head and the body of a request or response, collected from the reads or writes that carried them.

use socket_dissect::{Class, Layer, Part};

use super::body::{Body, Capacity};
use super::entry::NameValue;

/// Maximum number of bytes of a start line, and of trailers in HTTP/1.1. The dissector has the same limit.
const MAX_LINES: usize = 64 * 1024;

/// A request or response.
#[derive(Debug, Default)]
pub(super) struct Message {
    /// The start line of HTTP/1.1, and as much of the head as is read with it.
    lines: Vec<u8>,
    /// Header fields, with the pseudo-header fields of HTTP/2. `None` until the head is complete.
    fields: Option<Vec<NameValue>>,
    pub(super) trailers: Vec<NameValue>,
    /// Number of bytes reserved for the lines, header fields and trailers.
    held: usize,
    /// Lines, header fields or trailers were dropped, because the calls in progress exceed the limit of the export.
    is_cut: bool,
    /// Number of bytes of the head on the wire; in HTTP/2, of the header block.
    head_bytes: u64,
    /// Number of bytes of the header block that is being read.
    block_bytes: u64,
    pub(super) body: Body,
}

/// Kind of the bytes of a part, as far as HAR is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Head,
    Trailer,
    Body,
    /// Framing of a message: a chunk size, or the header of a DATA frame.
    Framing,
    Other,
}

impl Kind {
    pub(super) fn of(part: &Part) -> Self {
        match (part.layer, part.class, part.name) {
            (Layer::Http1, Class::Headers, "trailer") => Self::Trailer,
            (Layer::Http1, Class::Headers, _) | (Layer::Http2, _, "HEADERS" | "CONTINUATION") => Self::Head,
            (Layer::Http1 | Layer::Http2, _, "body") | (Layer::Grpc | Layer::Sse, ..) => Self::Body,
            // Bytes of a body whose messages cannot be found, because bytes before them were not recorded.
            (Layer::Unknown, ..) => Self::Body,
            (Layer::Http1, Class::Framing, _) | (Layer::Http2, _, "DATA") => Self::Framing,
            _ => Self::Other,
        }
    }
}

impl Message {
    /// Adds a part of the message. `recorded` are its bytes, as far as they were recorded.
    pub(super) fn add(&mut self, part: &Part, recorded: &[u8], capacity: &mut Capacity) {
        match Kind::of(part) {
            Kind::Head => self.add_head(part, recorded, capacity),
            // The dissector lists a trailer on its last part.
            Kind::Trailer => {
                let trailers = self.fitting(part, capacity);
                self.trailers.extend(trailers);
            }
            Kind::Body => self.body.add(recorded, part.bytes, capacity),
            Kind::Framing | Kind::Other => {}
        }
    }

    fn add_head(&mut self, part: &Part, recorded: &[u8], capacity: &mut Capacity) {
        if part.begins && self.is_interim() {
            // The final response follows.
            self.release(capacity);
            *self = Self::default();
        }
        if part.layer == Layer::Http1 {
            let wanted = recorded.len().min(MAX_LINES.saturating_sub(self.lines.len()));
            let granted = capacity.reserve(wanted);
            self.held += granted;
            self.is_cut |= granted < wanted;
            self.lines.extend_from_slice(recorded.get(..granted).unwrap_or_default());
        }
        if part.class == Class::Headers {
            self.block_bytes += part.bytes;
        }
        let is_complete = !part.fields.is_empty() || (part.layer == Layer::Http1 && part.ends);
        if !is_complete {
            return;
        }
        let fields = self.fitting(part, capacity);
        let bytes = std::mem::take(&mut self.block_bytes);
        if self.fields.is_some() {
            self.trailers.extend(fields);
        } else {
            (self.fields, self.head_bytes) = (Some(fields), bytes);
        }
    }

    /// Returns the fields of a part for which there is capacity.
    fn fitting(&mut self, part: &Part, capacity: &mut Capacity) -> Vec<NameValue> {
        let mut fields = Vec::new();
        for (name, value) in &part.fields {
            let needed = name.len() + value.len() + size_of::<NameValue>();
            let reserved = capacity.reserve(needed);
            if reserved < needed {
                capacity.release(reserved);
                self.is_cut = true;
                continue;
            }
            self.held += reserved;
            fields.push(NameValue { name: name.clone(), value: value.clone() });
        }
        fields
    }

    /// Returns the capacity that the message has reserved.
    pub(super) fn release(&self, capacity: &mut Capacity) {
        capacity.release(self.held + self.body.bytes().len());
    }

    /// Returns a comment on the part of the head that is missing; empty if it is complete.
    pub(super) fn head_comment(&self) -> String {
        let comment = if self.is_cut { "parts of the head or trailers are not exported" } else { "" };
        comment.to_owned()
    }

    /// Returns `true` once the head is complete.
    pub(super) fn has_head(&self) -> bool {
        self.fields.is_some()
    }

    /// Returns `true` for a response such as `100 Continue`, which the final response follows.
    pub(super) fn is_interim(&self) -> bool {
        matches!(self.status(), Some(100 | 102..200))
    }

    /// Returns the header fields. The `:status` and `:method` of HTTP/2 are among them.
    pub(super) fn fields(&self) -> &[NameValue] {
        self.fields.as_deref().unwrap_or_default()
    }

    /// Returns the value of a header field or trailer.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let fields = self.fields().iter().chain(&self.trailers);
        fields.rev().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.as_str())
    }

    /// Returns the size of the head, or -1 if it is unknown.
    pub(super) fn head_size(&self) -> i64 {
        if self.has_head() { i64::try_from(self.head_bytes).unwrap_or(-1) } else { -1 }
    }

    /// Returns the three words of the start line of HTTP/1.1. The third may contain spaces.
    pub(super) fn start_line(&self) -> Option<[String; 3]> {
        let line = self.lines.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty())?;
        let line = String::from_utf8_lossy(line);
        let mut words = line.trim_end().splitn(3, ' ').map(str::to_owned);
        Some([words.next()?, words.next().unwrap_or_default(), words.next().unwrap_or_default()])
    }

    /// Returns the status of a response.
    pub(super) fn status(&self) -> Option<u16> {
        match self.start_line() {
            Some([_, code, _]) => code.parse().ok(),
            None => self.field(":status")?.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last part of a head, with these fields.
    fn head(fields: &[(&str, &str)]) -> Part {
        Part {
            bytes: 9,
            class: Class::Headers,
            layer: Layer::Http2,
            name: "HEADERS",
            text: String::new(),
            unit: 0,
            begins: true,
            ends: true,
            call: Some(0),
            stream: Some(1),
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            violation: None,
            is_http10: false,
            goaway: None,
            content: None,
        }
    }

    #[test]
    fn heads_and_bodies_share_a_bounded_capacity() {
        let (mut message, mut capacity) = (Message::default(), Capacity::default());
        let all = capacity.reserve(usize::MAX);
        capacity.release(100);
        message.add(&head(&[("long", &"a".repeat(99)), ("b", "c")]), b"", &mut capacity);
        assert_eq!((message.field("long"), message.field("b")), (None, Some("c")));
        assert!(message.has_head() && !message.head_comment().is_empty());
        message.release(&mut capacity);
        capacity.release(all - 100);
        assert_eq!(capacity.reserve(usize::MAX), all);
    }

    #[test]
    fn interim_response_returns_its_capacity() {
        let (mut message, mut capacity) = (Message::default(), Capacity::default());
        let all = capacity.reserve(usize::MAX);
        capacity.release(all);
        for _ in 0..9 {
            message.add(&head(&[(":status", "103")]), b"", &mut capacity);
        }
        message.release(&mut capacity);
        assert_eq!(capacity.reserve(usize::MAX), all);
    }
}

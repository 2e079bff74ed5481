//! The head of a message: the start line and the header fields.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::detail::ListedFields;
use super::super::direction::Direction;
use super::super::header_fields::HeaderFields;
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::text::HOLE;
use super::fields::Fields;
use super::parsed_start_line::{StartLine, text_of_incomplete};
use super::section::field_lines;
use super::start_line;

/// Maximum number of bytes in the head of a message. Servers have similar limits: 32 kB in nginx, 400 kB in
/// hyper.
const MAX_HEAD: usize = 64 * 1024;
/// Number of header fields that servers accept by default: 100 in hyper and Apache. The text of a message with more names
/// their number.
const MANY_FIELDS: usize = 100;

/// Reads the head of a message, which may span several reads or writes.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    unit: OpenUnit,
    /// The bytes of the head read so far. Empty if the head begins and ends in the same read or write.
    buffer: Vec<u8>,
}

/// Progress after reading bytes of a head.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a head is moved once; a box would cost an allocation per message"
)]
pub(super) enum Progress {
    /// The head continues with the next read or write.
    Incomplete,
    /// The head is complete.
    Complete(Head),
    /// The head cannot be parsed. Contains the reason.
    Lost(&'static str),
}

/// The complete head of a message.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) start_line: StartLine,
    pub(super) fields: Fields,
    /// Text that describes the head in the output.
    text: String,
    /// The names and values of all fields, if the output lists them.
    list: HeaderFields,
    /// The first rule that a field line breaks, with its section.
    violation: Option<&'static str>,
    /// `true` if the start line has the version 1.0.
    is_http10: bool,
}

impl HeadReader {
    /// Returns `true` if the first bytes of a head have been read.
    pub(super) fn has_begun(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Reads the bytes that belong to the head, and leaves later bytes in `data`.
    pub(super) fn read(
        &mut self,
        data: &mut TransferData<'_>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Progress {
        let bytes = data.recorded();
        if bytes.is_empty() {
            return Progress::Lost(HOLE);
        }
        if self.buffer.is_empty()
            && let Some((head, length)) = context.heads.latest(context.direction, bytes)
        {
            return self.complete(head, length, data, call, context);
        }
        let (before, head) = (self.buffer.len(), self.join(bytes));
        let Some(end) = end_of_head(head, before) else {
            if head.len() >= MAX_HEAD {
                return Progress::Lost("a message head of more than 64 KiB");
            }
            if context.direction == Direction::ToServer && !start_line::may_begin_request(head) {
                return Progress::Lost(NO_HEAD);
            }
            let text = text_of_incomplete(context.direction, head);
            if context.direction == Direction::ToServer {
                context.calls.set_operation(call, text.clone());
            }
            if before == 0 {
                self.buffer.extend_from_slice(bytes);
            }
            let read = data.take(bytes.len() as u64);
            context.output.part(&mut self.unit, read.len(), label(context.direction, call), text, false);
            return Progress::Incomplete;
        };
        let head = head.get(..end).unwrap_or_default();
        let Some(head) = context.heads.parse(context.direction, head, context.listed_fields) else {
            return Progress::Lost(NO_HEAD);
        };
        self.complete(head, end - before, data, call, context)
    }

    /// Ends the head with the next `length` bytes.
    fn complete(
        &mut self,
        mut head: Head,
        length: usize,
        data: &mut TransferData<'_>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Progress {
        let bytes = data.take(length as u64).len();
        let text = std::mem::take(&mut head.text);
        context.output.part(&mut self.unit, bytes, label(context.direction, call), text, true);
        context.output.set_fields(std::mem::take(&mut head.list));
        context.output.set_violation(head.violation);
        context.output.set_http10(head.is_http10);
        self.buffer.clear();
        Progress::Complete(head)
    }

    /// Returns all bytes of the head so far: those of earlier reads or writes, followed by `bytes`, those of
    /// the current one. A head that begins in `bytes` is not copied.
    fn join<'a>(&'a mut self, bytes: &'a [u8]) -> &'a [u8] {
        if self.buffer.is_empty() {
            return bytes;
        }
        let capacity = MAX_HEAD.saturating_sub(self.buffer.len());
        self.buffer.extend_from_slice(bytes.get(..capacity).unwrap_or(bytes));
        &self.buffer
    }
}

/// The kind of bytes found where a message should begin.
#[derive(Debug)]
pub(super) enum Beginning {
    /// The head of a message.
    Head,
    /// Empty lines, which are ignored before a request line (RFC 9112, section 2.2).
    EmptyLines,
    /// Bytes that are not HTTP/1.1, with the reason.
    Other(&'static str),
}

/// Determines whether `data` begins with a message head, empty lines or other bytes. Adds leading empty lines
/// to the output.
pub(super) fn beginning(data: &mut TransferData<'_>, context: &mut Context<'_>) -> Beginning {
    let bytes = data.recorded();
    let empty = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let is_head = match context.direction {
        Direction::ToServer => start_line::may_begin_request(bytes),
        Direction::ToClient => start_line::may_be_status(bytes),
    };
    if bytes.is_empty() {
        Beginning::Other(HOLE)
    } else if empty > 0 {
        context.output.whole(data.take(empty as u64).len(), EMPTY_LINE, String::new());
        Beginning::EmptyLines
    } else if is_head {
        Beginning::Head
    } else {
        Beginning::Other(NO_HEAD)
    }
}

const NO_HEAD: &str = "not HTTP/1.1";
const EMPTY_LINE: Label = Label::new(Class::Framing, Layer::Http1, "empty line");

fn label(direction: Direction, call: Option<u64>) -> Label {
    let name = match direction {
        Direction::ToServer => "request head",
        Direction::ToClient => "response head",
    };
    Label::new(Class::Headers, Layer::Http1, name).of(call)
}

/// Returns the position after the empty line that ends the head. The first `searched` bytes are known not to
/// contain it.
fn end_of_head(bytes: &[u8], searched: usize) -> Option<usize> {
    let from = searched.saturating_sub(2);
    let rest = bytes.get(from..)?;
    memchr_iter(b'\n', rest).find_map(|at| match rest.get(at + 1..)? {
        [b'\n', ..] => Some(from + at + 2),
        [b'\r', b'\n', ..] => Some(from + at + 3),
        _ => None,
    })
}

impl Head {
    /// Parses a complete head, or returns `None` if its start line is invalid. The names and values of the fields in
    /// `listed` are kept.
    pub(super) fn parse(direction: Direction, bytes: &[u8], listed: ListedFields) -> Option<Self> {
        // Invalid bytes become U+FFFD, so that the rest of a value is still read. Valid text is recognized faster than text
        // with invalid bytes is converted.
        let head = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        let end = memchr(b'\n', head.as_bytes())?;
        let (line, section) = head.split_at_checked(end + 1)?;
        let line = line.trim_ascii_end();
        let (start_line, text) = StartLine::parse(direction, line)?;
        let mut head = Self {
            start_line,
            text,
            fields: Fields::default(),
            list: HeaderFields::default(),
            violation: None,
            is_http10: match direction {
                Direction::ToServer => line.ends_with("HTTP/1.0"),
                Direction::ToClient => line.starts_with("HTTP/1.0"),
            },
        };
        let (mut list, mut count) = (Vec::new(), 0_usize);
        for field in field_lines(section) {
            count += 1;
            head.fields.add(field.name, &field.value);
            head.violation = head.violation.or(field.violation);
            if listed.includes(field.name) {
                list.push((field.name.to_owned(), field.value.into_owned()));
            }
        }
        head.list = list.into();
        if let StartLine::Request { path, .. } = &mut head.start_line
            && head.fields.media.grpc().is_some()
        {
            *path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        }
        if count > MANY_FIELDS {
            head.text += &format!(" ({count} header fields)");
        }
        Some(head)
    }
}

//! The head of a message: the start line and the header fields.

use httparse::{EMPTY_HEADER, Request, Response};

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::Direction;
use super::super::graphql;
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::text::{HOLE, short, short_bytes};
use super::exchanges::Method;
use super::fields::Fields;
use super::start_line;

/// Maximum number of bytes in the head of a message. Servers have similar limits: 32 kB in nginx, 400 kB in
/// hyper.
const MAX_HEAD: usize = 64 * 1024;
/// Maximum number of header fields in a message, as in hyper.
const MAX_FIELDS: usize = 100;

/// Reads the head of a message, which may span several reads or writes.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    unit: OpenUnit,
    /// The bytes of the head read so far. Empty if the head begins and ends in the same read or write.
    buffer: Vec<u8>,
}

/// Progress after reading bytes of a head.
#[derive(Debug)]
pub(super) enum Progress {
    /// The head continues with the next read or write.
    Incomplete,
    /// The head is complete.
    Complete(Head),
    /// The head cannot be parsed. Contains the reason.
    Lost(&'static str),
}

/// The complete head of a message.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) start_line: StartLine,
    pub(super) fields: Fields,
    /// Text that describes the head in the output.
    text: String,
}

/// The start line of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StartLine {
    Request {
        method: Method,
        /// Method and path: `GET /v1/books/1`.
        operation: String,
        /// The GraphQL request in the query of the URL, if any.
        graphql: Option<graphql::Request>,
    },
    Status {
        code: u16,
    },
}

impl HeadReader {
    /// Returns `true` if the first bytes of a head have been read.
    pub(super) fn has_begun(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Reads the bytes that belong to the head, and leaves later bytes in `data`.
    pub(super) fn read(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Progress {
        let bytes = data.recorded();
        if bytes.is_empty() {
            return Progress::Lost(HOLE);
        }
        let (before, head) = (self.buffer.len(), self.join(bytes));
        let Some(end) = end_of_head(head, before) else {
            if head.len() >= MAX_HEAD {
                return Progress::Lost("a message head of more than 64 KiB");
            }
            if direction == Direction::ToServer && !start_line::may_begin_request(head) {
                return Progress::Lost(NO_HEAD);
            }
            let text = start_line_text(direction, head);
            if direction == Direction::ToServer {
                context.calls.set_operation(call, text.clone());
            }
            if before == 0 {
                self.buffer.extend_from_slice(bytes);
            }
            let read = data.take(bytes.len() as u64);
            context.output.part(&mut self.unit, read.len(), label(direction, call), text, false);
            return Progress::Incomplete;
        };
        let Some(head) = Head::parse(direction, head.get(..end).unwrap_or_default()) else {
            return Progress::Lost(NO_HEAD);
        };
        let read = data.take((end - before) as u64);
        context.output.part(&mut self.unit, read.len(), label(direction, call), head.text.clone(), true);
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
pub(super) fn beginning(
    direction: Direction,
    data: &mut TransferData<'_>,
    context: &mut Context<'_>,
) -> Beginning {
    let bytes = data.recorded();
    let empty = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let is_head = match direction {
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
    rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n').find_map(|(at, _)| {
        match rest.get(at + 1..)? {
            [b'\n', ..] => Some(from + at + 2),
            [b'\r', b'\n', ..] => Some(from + at + 3),
            _ => None,
        }
    })
}

/// Returns the start line of an incomplete head as text.
fn start_line_text(direction: Direction, bytes: &[u8]) -> String {
    let (line, ended) = start_line::first_line(bytes);
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let (first, second, third) = (words.next().unwrap_or_default(), words.next(), words.next());
    match (direction, second, third) {
        (Direction::ToServer, Some(_), Some(_)) => {
            let length = first.len() + 1 + second.map_or(0, <[u8]>::len);
            short_bytes(line.get(..length).unwrap_or_default(), false)
        }
        (Direction::ToServer, ..) => short_bytes(line, !ended),
        (Direction::ToClient, Some(_), _) => {
            short_bytes(line.get(first.len() + 1..).unwrap_or_default(), !ended)
        }
        (Direction::ToClient, ..) => String::new(),
    }
}

impl Head {
    /// Parses a complete head, or returns `None` if it is invalid.
    fn parse(direction: Direction, bytes: &[u8]) -> Option<Self> {
        let mut headers = [EMPTY_HEADER; MAX_FIELDS];
        match direction {
            Direction::ToServer => {
                let mut request = Request::new(&mut headers);
                request.parse(bytes).ok()?.is_complete().then_some(())?;
                let (method, target) = (request.method?, request.path?);
                let (path, query) = target.split_once('?').unwrap_or((target, ""));
                let start_line = StartLine::Request {
                    method: Method::of(method),
                    operation: short(&format!("{method} {path}")),
                    graphql: graphql::Request::of_query(query),
                };
                let text = short(&format!("{method} {target}"));
                Some(Self { start_line, text, fields: Fields::of(request.headers) })
            }
            Direction::ToClient => {
                let mut response = Response::new(&mut headers);
                response.parse(bytes).ok()?.is_complete().then_some(())?;
                let (code, reason) = (response.code?, response.reason?);
                let text = short(format!("{code} {reason}").trim_end());
                Some(Self {
                    start_line: StartLine::Status { code },
                    text,
                    fields: Fields::of(response.headers),
                })
            }
        }
    }
}

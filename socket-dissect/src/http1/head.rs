//! A request or status line, and the fields after it.

use httparse::{EMPTY_HEADER, Request, Response};

use super::super::chunk::Chunk;
use super::super::detect;
use super::super::graphql;
use super::super::output::{Label, Unit};
use super::super::part::{Class, Layer};
use super::super::protocol::Context;
use super::super::text::{ENOUGH, HOLE, short, short_bytes};
use super::super::way::Way;
use super::exchange::Method;
use super::fields::Fields;

/// A longer head is not followed. Servers refuse them, too: hyper at 400 kB, nginx at 32 kB.
const MAX_HEAD: usize = 64 * 1024;
/// As hyper.
const MAX_FIELDS: usize = 100;

/// Collects a head that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    unit: Unit,
    pieces: Vec<u8>,
}

/// What came of reading.
#[derive(Debug)]
pub(super) enum Read {
    /// The head goes on after these bytes.
    More,
    /// It is complete.
    Whole(Head),
    /// It cannot be read, and why.
    Lost(&'static str),
}

/// A complete head.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) start: Start,
    pub(super) fields: Fields,
    /// What is shown of it.
    text: String,
}

/// Its first line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start {
    Request {
        method: Method,
        /// The method and the path.
        operation: String,
        /// What is asked for in GraphQL, when that is in the target.
        asked: Option<graphql::Request>,
    },
    Status {
        code: u16,
    },
}

impl HeadReader {
    /// Whether some of a head was read.
    pub(super) fn has_begun(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// Reads as much of the chunk as belongs to the head.
    pub(super) fn read(
        &mut self,
        way: Way,
        chunk: &mut Chunk<'_>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Read {
        let bytes = chunk.bytes();
        if bytes.is_empty() {
            return Read::Lost(HOLE);
        }
        let (before, pieces) = (self.pieces.len(), self.join(bytes));
        let Some(end) = end_of_head(pieces, before) else {
            if pieces.len() >= MAX_HEAD {
                return Read::Lost("a longer head than any server takes");
            }
            if way == Way::ToServer && !is_request(pieces) {
                return Read::Lost(NO_HEAD);
            }
            let text = first_line(way, pieces);
            if way == Way::ToServer {
                context.calls.name(call, text.clone());
            }
            if before == 0 {
                self.pieces.extend_from_slice(bytes);
            }
            let read = chunk.take(bytes.len() as u64);
            context.output.part(&mut self.unit, read.len(), label(way, call), text, false);
            return Read::More;
        };
        let Some(head) = Head::parse(way, pieces.get(..end).unwrap_or_default()) else {
            return Read::Lost(NO_HEAD);
        };
        let read = chunk.take((end - before) as u64);
        context.output.part(&mut self.unit, read.len(), label(way, call), head.text.clone(), true);
        self.pieces.clear();
        Read::Whole(head)
    }

    /// The pieces so far, with these bytes. A head that comes in one piece is not copied.
    fn join<'a>(&'a mut self, bytes: &'a [u8]) -> &'a [u8] {
        if self.pieces.is_empty() {
            return bytes;
        }
        let room = MAX_HEAD.saturating_sub(self.pieces.len());
        self.pieces.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        &self.pieces
    }
}

/// What comes where a message may begin.
#[derive(Debug)]
pub(super) enum Beginning {
    /// A head.
    Head,
    /// Empty lines, which are told. Before a request line they are to be ignored (RFC 9112, section 2.2).
    EmptyLines,
    /// Something else, and what is known of it.
    Other(&'static str),
}

/// Says what comes where a message may begin.
pub(super) fn beginning(way: Way, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Beginning {
    let bytes = chunk.bytes();
    let empty = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let is_head = match way {
        Way::ToServer => is_request(bytes),
        Way::ToClient => is_response(bytes),
    };
    if bytes.is_empty() {
        Beginning::Other(HOLE)
    } else if empty > 0 {
        context.output.whole(chunk.take(empty as u64).len(), EMPTY_LINE, String::new());
        Beginning::EmptyLines
    } else if is_head {
        Beginning::Head
    } else {
        Beginning::Other(NO_HEAD)
    }
}

const NO_HEAD: &str = "not HTTP/1.1";
const EMPTY_LINE: Label = Label::new(Class::Framing, Layer::Http1, "empty line");

fn label(way: Way, call: Option<u64>) -> Label {
    let name = match way {
        Way::ToServer => "request head",
        Way::ToClient => "response head",
    };
    Label::new(Class::Headers, Layer::Http1, name).of(call)
}

/// Where the empty line ends that ends the head. The first bytes were searched before.
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

/// The first line, as far as it can be told in a text, and whether that is all of it.
fn line(bytes: &[u8]) -> (&[u8], bool) {
    let bytes = bytes.get(..ENOUGH).unwrap_or(bytes);
    let length = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    (bytes.get(..length.unwrap_or(bytes.len())).unwrap_or(bytes), length.is_some())
}

/// Whether a request may begin so. A line that is complete names the version: other protocols have commands of capital
/// letters, too.
pub(super) fn is_request(bytes: &[u8]) -> bool {
    let names_version = match line(bytes) {
        (line, true) => line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"),
        _ => true,
    };
    detect::is_request_line(bytes) && names_version
}

/// Whether an answer may begin so.
pub(super) fn is_response(bytes: &[u8]) -> bool {
    detect::is_status_line(bytes)
}

/// What is known of the first line when the head goes on.
fn first_line(way: Way, bytes: &[u8]) -> String {
    let (line, ended) = line(bytes);
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let (first, second, third) = (words.next().unwrap_or_default(), words.next(), words.next());
    match (way, second, third) {
        (Way::ToServer, Some(_), Some(_)) => {
            let length = first.len() + 1 + second.map_or(0, <[u8]>::len);
            short_bytes(line.get(..length).unwrap_or_default(), false)
        }
        (Way::ToServer, ..) => short_bytes(line, !ended),
        (Way::ToClient, Some(_), _) => short_bytes(line.get(first.len() + 1..).unwrap_or_default(), !ended),
        (Way::ToClient, ..) => String::new(),
    }
}

impl Head {
    /// `None` when it is none.
    fn parse(way: Way, bytes: &[u8]) -> Option<Self> {
        let mut headers = [EMPTY_HEADER; MAX_FIELDS];
        match way {
            Way::ToServer => {
                let mut request = Request::new(&mut headers);
                request.parse(bytes).ok()?.is_complete().then_some(())?;
                let (method, target) = (request.method?, request.path?);
                let (path, query) = target.split_once('?').unwrap_or((target, ""));
                let start = Start::Request {
                    method: Method::of(method),
                    operation: short(&format!("{method} {path}")),
                    asked: graphql::Request::of_query(query),
                };
                let text = short(&format!("{method} {target}"));
                Some(Self { start, text, fields: Fields::of(request.headers) })
            }
            Way::ToClient => {
                let mut response = Response::new(&mut headers);
                response.parse(bytes).ok()?.is_complete().then_some(())?;
                let (code, reason) = (response.code?, response.reason?);
                let text = short(format!("{code} {reason}").trim_end());
                Some(Self { start: Start::Status { code }, text, fields: Fields::of(response.headers) })
            }
        }
    }
}

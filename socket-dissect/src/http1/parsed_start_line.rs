//! The contents of a start line, and its text in the output.

use memchr::{memchr, memrchr};

use super::super::direction::Direction;
use super::super::graphql;
use super::super::text::{short, short_bytes};
use super::exchanges::Method;
use super::start_line;

/// The start line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StartLine {
    Request {
        method: Method,
        /// Method and path: `GET /v1/books/1`.
        operation: String,
        /// The GraphQL request in the query of the URL, if any.
        graphql: Option<graphql::Request>,
        /// The path, from which a gRPC method is known. Empty for other requests.
        path: String,
    },
    Status {
        code: u16,
    },
}

impl StartLine {
    /// Parses a complete start line, and returns it with its text. `None` if it is invalid.
    pub(super) fn parse(direction: Direction, line: &str) -> Option<(Self, String)> {
        match direction {
            Direction::ToServer => request_line(line),
            Direction::ToClient => status_line(line),
        }
    }
}

/// Returns the text of the start line of an incomplete head. `bytes` are its bytes so far.
pub(super) fn text_of_incomplete(direction: Direction, bytes: &[u8]) -> String {
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

/// Splits the text at the byte with the index `at`, which belongs to neither part. Faster than `split_once`, which searches
/// for a character.
fn split_at(text: &str, at: Option<usize>) -> Option<(&str, &str)> {
    Some((text.get(..at?)?, text.get(at? + 1..)?))
}

/// Parses a request line, and returns it with its text.
fn request_line(line: &str) -> Option<(StartLine, String)> {
    let (method, rest) = split_at(line, memchr(b' ', line.as_bytes()))?;
    let (padded, version) = split_at(rest, memrchr(b' ', rest.as_bytes()))?;
    let target = padded.trim();
    let is_valid = start_line::is_version(version) && !target.is_empty();
    if !is_valid {
        return None;
    }
    let text = match line.get(..method.len() + 1 + target.len()) {
        Some(request) if target.len() == padded.len() => short(request),
        _ => short(&[method, " ", target].concat()),
    };
    let (operation, graphql) = match split_at(target, memchr(b'?', target.as_bytes())) {
        Some((path, query)) => {
            (short(&[method, " ", path].concat()), graphql::Request::of_query(method, query))
        }
        None => (text.clone(), None),
    };
    let method = Method::of(method);
    Some((StartLine::Request { method, operation, graphql, path: String::new() }, text))
}

/// Parses a status line, and returns it with its text.
fn status_line(line: &str) -> Option<(StartLine, String)> {
    let (version, rest) = split_at(line, memchr(b' ', line.as_bytes()))?;
    let rest = rest.trim_start();
    let code = rest.get(..memchr(b' ', rest.as_bytes()).unwrap_or(rest.len())).unwrap_or_default();
    let is_valid =
        start_line::is_version(version) && code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    let code = code.parse().ok().filter(|_| is_valid)?;
    Some((StartLine::Status { code }, short(rest.trim_end())))
}

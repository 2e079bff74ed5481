//! Requests and responses as lines of text, the same over UDP and TCP.
//!
//! The response to `get 1` is the book as JSON, or `{"error":"…"}`. A request may end with a number, as in `get 1 #7`.
//! Its response then begins with the number: `#7 {"id":1,…}`. Datagrams may be late, duplicated or lost, so a UDP client
//! needs the number to match responses to requests.

use std::borrow::Cow;

use bookshelf::{Book, Shelf};
use serde::{Deserialize, Serialize};

/// Maximum length of a request in bytes, including the line feed. The longest valid request is about half as
/// long.
pub const MAX_REQUEST: usize = 64;

/// Maximum length of a response in bytes. A title of 200 characters takes at most 1200 bytes as JSON, so every response
/// fits into one Ethernet packet.
pub const MAX_RESPONSE: usize = 1400;

/// First word of every request. No response begins with it.
const GET: &str = "get";

const USAGE: &str = "send `get ID`, or `get ID #NUMBER` to have the number repeated in the response";

/// Returns the request for a book, including the line feed.
#[must_use]
pub fn request(book: u32, number: u32) -> String {
    format!("{GET} {book} #{number}\n")
}

/// Returns `true` if the bytes begin like a request.
#[must_use]
pub fn is_request(bytes: &[u8]) -> bool {
    bytes.strip_prefix(GET.as_bytes()).and_then(<[u8]>::first).is_some_and(u8::is_ascii_whitespace)
}

/// A response of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Number of the request, if it had one.
    pub number: Option<u32>,
    /// The book, or an error message.
    pub book: Result<Book, String>,
}

impl Response {
    /// Returns the response to a request, which is an error message if the request is invalid.
    pub async fn to(request: &[u8], shelf: &Shelf) -> Self {
        if request.len() > MAX_REQUEST {
            let message = format!("the request is longer than {MAX_REQUEST} bytes; {USAGE}");
            return Self { number: None, book: Err(message) };
        }
        let text = String::from_utf8_lossy(request);
        let mut words: Vec<&str> = text.split_ascii_whitespace().collect();
        let number = words.last().and_then(|word| parse_number(word));
        if number.is_some() {
            words.pop();
        }
        let book = match words.as_slice() {
            [GET, id] => match id.parse() {
                Ok(id) => shelf.book(id).await.map_err(|error| error.to_string()),
                Err(_) => Err(format!("invalid book id; {USAGE}")),
            },
            _ => Err(format!("invalid request; {USAGE}")),
        };
        Self { number, book }
    }

    /// Parses a line as a response. Returns `None` if it is not one.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?.trim_ascii_end();
        let (number, body) = match text.split_once(' ') {
            Some((word, rest)) if word.starts_with('#') => (Some(parse_number(word)?), rest),
            _ => (None, text),
        };
        let book = match serde_json::from_str(body).ok()? {
            Body::Book(book) => Ok(book.into_owned()),
            Body::Error { error } => Err(error.into_owned()),
        };
        Some(Self { number, book })
    }

    /// Returns the response as a line of text, including the line feed.
    #[must_use]
    pub fn line(&self) -> String {
        let number = self.number.map(|number| format!("#{number} ")).unwrap_or_default();
        let body = match &self.book {
            Ok(book) => Body::Book(Cow::Borrowed(book)),
            Err(error) => Body::Error { error: error.into() },
        };
        // Strings and numbers can always be serialized.
        format!("{number}{}\n", serde_json::to_string(&body).unwrap_or_default())
    }
}

/// The JSON object of a response.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Body<'a> {
    Book(Cow<'a, Book>),
    Error { error: Cow<'a, str> },
}

fn parse_number(word: &str) -> Option<u32> {
    word.strip_prefix('#')?.parse().ok()
}

#[cfg(test)]
#[path = "protocol_tests.rs"]
mod tests;

//! The lines, the same over both: `get 1` is answered by the book, or by `{"error":"…"}`.
//!
//! A question may carry a number, `get 1 #7`, and the answer then begins with it: `#7 {"id":1,…}`. Datagrams come late,
//! twice, or never, so a client has to be able to tell which of its questions an answer is for.

use std::borrow::Cow;

use bookshelf::{Book, Shelf};
use serde::{Deserialize, Serialize};

/// The longest question, in bytes, with its line feed. The longest that makes sense takes half of it.
pub const MAX_QUESTION: usize = 64;

/// No answer is longer, in bytes: 200 characters of a title take at most 1200. It fits in one packet of an Ethernet.
pub const MAX_ANSWER: usize = 1400;

/// What begins every question, and no answer.
const GET: &str = "get";

const USAGE: &str = "ask like this: get 1, or with a number of your own: get 1 #7";

/// A question, with its line feed.
#[must_use]
pub fn question(book: u32, number: u32) -> String {
    format!("{GET} {book} #{number}\n")
}

/// Whether it begins as a question does.
#[must_use]
pub fn is_question(bytes: &[u8]) -> bool {
    bytes.strip_prefix(GET.as_bytes()).and_then(<[u8]>::first).is_some_and(u8::is_ascii_whitespace)
}

/// What a server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The number of its question, when that had one.
    pub number: Option<u32>,
    /// The book, or why there is none.
    pub book: Result<Book, String>,
}

impl Answer {
    /// Answers what a client has sent, whatever it is.
    #[must_use]
    pub fn to(question: &[u8], shelf: &Shelf) -> Self {
        if question.len() > MAX_QUESTION {
            let why = format!("a question has at most {MAX_QUESTION} bytes; {USAGE}");
            return Self { number: None, book: Err(why) };
        }
        let text = String::from_utf8_lossy(question);
        let mut words: Vec<&str> = text.split_ascii_whitespace().collect();
        let number = words.last().and_then(|word| number(word));
        if number.is_some() {
            words.pop();
        }
        let book = match words.as_slice() {
            [GET, id] => match id.parse() {
                Ok(id) => shelf.book(id).map_err(|error| error.to_string()),
                Err(_) => Err(format!("the id of a book is a number; {USAGE}")),
            },
            _ => Err(USAGE.to_owned()),
        };
        Self { number, book }
    }

    /// Reads what a server has sent. `None` for what is no answer.
    #[must_use]
    pub fn read(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?.trim_ascii_end();
        let (number, body) = match text.split_once(' ') {
            Some((word, rest)) if word.starts_with('#') => (Some(number(word)?), rest),
            _ => (None, text),
        };
        let book = match serde_json::from_str(body).ok()? {
            Body::Book(book) => Ok(book.into_owned()),
            Body::Error { error } => Err(error.into_owned()),
        };
        Some(Self { number, book })
    }

    /// The line to send, with its line feed.
    #[must_use]
    pub fn line(&self) -> String {
        let number = self.number.map(|number| format!("#{number} ")).unwrap_or_default();
        let body = match &self.book {
            Ok(book) => Body::Book(Cow::Borrowed(book)),
            Err(error) => Body::Error { error: error.into() },
        };
        // Text and numbers are always good JSON.
        format!("{number}{}\n", serde_json::to_string(&body).unwrap_or_default())
    }
}

/// The one JSON object of an answer.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Body<'a> {
    Book(Cow<'a, Book>),
    Error { error: Cow<'a, str> },
}

fn number(word: &str) -> Option<u32> {
    word.strip_prefix('#')?.parse().ok()
}

#[cfg(test)]
#[path = "protocol_tests.rs"]
mod tests;

//! Answers, as they were selected.

use bookshelf::{Book, Change, ChangeKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::Result;
use crate::failure::{Failure, Kind};

#[derive(Deserialize)]
pub(super) struct SelectedBook {
    #[serde(deserialize_with = "number")]
    pub(super) id: u32,
    pub(super) title: String,
    pub(super) author: SelectedAuthor,
    pub(super) year: i32,
    pub(super) revision: u32,
}

#[derive(Deserialize)]
pub(super) struct SelectedAuthor {
    #[serde(deserialize_with = "number")]
    pub(super) id: u32,
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Connection {
    pub(super) nodes: Vec<SelectedBook>,
    pub(super) page_info: Option<PageInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AuthorWithBooks {
    #[serde(flatten)]
    pub(super) author: SelectedAuthor,
    pub(super) books: Connection,
}

#[derive(Deserialize)]
pub(super) struct SelectedChange {
    #[serde(deserialize_with = "number")]
    pub(super) sequence: u64,
    pub(super) kind: String,
    pub(super) book: SelectedBook,
}

#[derive(Deserialize)]
pub(super) struct Answer {
    pub(super) data: Option<Map<String, Value>>,
    #[serde(default)]
    pub(super) errors: Vec<AnswerError>,
}

#[derive(Deserialize)]
pub(super) struct AnswerError {
    pub(super) message: String,
    #[serde(default)]
    pub(super) extensions: Map<String, Value>,
}

impl Answer {
    pub(super) fn field<T: DeserializeOwned>(self, name: &str) -> Result<T> {
        if let Some(error) = self.errors.into_iter().next() {
            return Err(error.into());
        }
        let value = self.data.and_then(|mut data| data.remove(name)).unwrap_or_default();
        serde_json::from_value(value).map_err(Failure::transport)
    }
}

impl From<AnswerError> for Failure {
    fn from(error: AnswerError) -> Self {
        let code = error.extensions.get("code").and_then(Value::as_str).unwrap_or("no code");
        let kind = match code {
            "NOT_FOUND" => Kind::NotFound,
            "CONFLICT" => Kind::Conflict,
            "LIMIT_REACHED" => Kind::TooMany,
            "FELL_BEHIND" => Kind::FellBehind,
            "INTERNAL_SERVER_ERROR" => Kind::Internal,
            _ => Kind::Invalid,
        };
        Self { kind, answer: code.to_owned(), message: error.message }
    }
}

impl From<SelectedBook> for Book {
    fn from(book: SelectedBook) -> Self {
        let SelectedBook { id, title, author, year, revision } = book;
        Self { id, title, author_id: author.id, year, revision }
    }
}

impl TryFrom<SelectedChange> for Change {
    type Error = Failure;

    fn try_from(change: SelectedChange) -> Result<Self> {
        let kind = match change.kind.as_str() {
            "CREATED" => ChangeKind::Created,
            "UPDATED" => ChangeKind::Updated,
            "DELETED" => ChangeKind::Deleted,
            other => return Err(Failure::transport(format!("{other} is no kind of change"))),
        };
        Ok(Self { sequence: change.sequence, kind, book: change.book.into() })
    }
}

/// GraphQL's `ID` is a string, and its `Int` too short for a 64-bit number.
fn number<'de, D: Deserializer<'de>, T: std::str::FromStr>(
    deserializer: D,
) -> std::result::Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is no number")))
}

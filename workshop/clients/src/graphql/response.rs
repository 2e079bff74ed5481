//! Types for GraphQL responses, with the fields that the client requests.

use bookshelf::{Book, Change, ChangeKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::Result;
use crate::failure::{Failure, FailureKind};

/// GraphQL fragment with the fields of a book that the client requests.
pub(super) const BOOK: &str = "fragment b on Book{id title author{id name} year revision}";

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
pub(super) struct Response {
    pub(super) data: Option<Map<String, Value>>,
    #[serde(default)]
    pub(super) errors: Vec<ResponseError>,
}

#[derive(Deserialize)]
pub(super) struct ResponseError {
    pub(super) message: String,
    #[serde(default)]
    pub(super) extensions: Map<String, Value>,
}

impl Response {
    pub(super) fn field<T: DeserializeOwned>(self, name: &str) -> Result<T> {
        if let Some(error) = self.errors.into_iter().next() {
            return Err(error.into());
        }
        let value = self.data.and_then(|mut data| data.remove(name)).unwrap_or_default();
        serde_json::from_value(value).map_err(Failure::transport)
    }
}

impl From<ResponseError> for Failure {
    fn from(error: ResponseError) -> Self {
        let code = error.extensions.get("code").and_then(Value::as_str).unwrap_or("no code");
        let kind = match code {
            "NOT_FOUND" => FailureKind::NotFound,
            "CONFLICT" => FailureKind::Conflict,
            "LIMIT_REACHED" => FailureKind::TooMany,
            "FELL_BEHIND" => FailureKind::FellBehind,
            "SERVICE_UNAVAILABLE" => FailureKind::Unavailable,
            "INTERNAL_SERVER_ERROR" => FailureKind::Internal,
            _ => FailureKind::Invalid,
        };
        Self { kind, status: code.to_owned(), message: error.message }
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
            other => return Err(Failure::transport(format!("unknown kind of change: {other}"))),
        };
        Ok(Self { sequence: change.sequence, kind, book: change.book.into() })
    }
}

/// Deserializes a number from a string, because GraphQL's `ID` is a string and its `Int` has only 32 bits.
fn number<'de, D: Deserializer<'de>, T: std::str::FromStr>(
    deserializer: D,
) -> std::result::Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is not a number")))
}

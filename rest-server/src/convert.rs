//! Conversions from requests to the types of `bookshelf`, and from changes to server-sent events. `bookshelf`
//! itself serializes books, authors and changes.

use axum::response::sse::Event;
use bookshelf::model::{YEARS, check_title};
use bookshelf::page::MAX_PAGE_SIZE;
use bookshelf::{Book, BookPatch, Change, ChangeKind, Error, ListBooks, NewBook, Page};
use futures_util::{Stream, StreamExt as _};
use hardening_rest::events::{EventResult, with_json};
use hardening_rest::fields::{integer, positive, text};
use hardening_rest::path::Entity;
use hardening_rest::{Fields, PathId};
use serde::Serialize;
use serde_json::Value;

use crate::problem::Problem;

/// Extractor of the id in `/v1/books/{id}`.
pub(crate) type BookId = PathId<BookEntity>;

/// Extractor of the id in `/v1/authors/{id}`.
pub(crate) type AuthorId = PathId<AuthorEntity>;

pub(crate) enum BookEntity {}

impl Entity for BookEntity {
    const NAME: &'static str = "book";
}

pub(crate) enum AuthorEntity {}

impl Entity for AuthorEntity {
    const NAME: &'static str = "author";
}

/// Reads the query parameters of a list request.
pub(crate) fn list_books(fields: &mut Fields<String>) -> Option<ListBooks> {
    Some(ListBooks {
        author_id: fields.optional("author_id", positive),
        page_size: fields.optional("page_size", integer(1..=MAX_PAGE_SIZE.into())),
        page_token: fields.optional("page_token", text),
    })
}

/// A page of books as JSON.
#[derive(Serialize)]
pub(crate) struct BookList {
    books: Vec<Book>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

impl From<Page> for BookList {
    fn from(page: Page) -> Self {
        Self { books: page.books, next_page_token: page.next_page_token }
    }
}

/// Reads a new book from the body of a create request.
pub(crate) fn new_book(fields: &mut Fields<Value>) -> Option<NewBook> {
    let title = fields.required("title", title);
    let author_id = fields.required("author_id", positive);
    let year = fields.required("year", year);
    Some(NewBook { title: title?, author_id: author_id?, year: year? })
}

/// Reads the fields to change from the body of an update request.
pub(crate) fn book_patch(fields: &mut Fields<Value>) -> Option<BookPatch> {
    Some(BookPatch {
        title: fields.optional("title", title),
        author_id: fields.optional("author_id", positive),
        year: fields.optional("year", year),
    })
}

/// Converts a title and checks it. `Shelf` checks it, too, but reports only one invalid field per request.
fn title(value: Value) -> Result<String, String> {
    let title = text(value)?;
    match check_title(&title) {
        Err(Error::Invalid { reason, .. }) => Err(reason),
        _ => Ok(title),
    }
}

fn year(value: Value) -> Result<i32, String> {
    integer(i64::from(*YEARS.start())..=i64::from(*YEARS.end()))(value)
}

/// Reads the query parameter `limit` of a watch request: the number of events after which the stream ends.
pub(crate) fn limit(fields: &mut Fields<String>) -> Option<usize> {
    Some(fields.optional("limit", positive).map_or(usize::MAX, |limit| limit as usize))
}

/// Converts changes to server-sent events, with their sequence numbers as event ids. `after` is the sequence
/// number of the last change before `changes`.
pub(crate) fn events(
    changes: impl Stream<Item = Result<Change, Error>>,
    after: u64,
) -> impl Stream<Item = EventResult> {
    let mut seen = after;
    changes.map(move |change| match change {
        Ok(change) => {
            seen = change.sequence;
            with_json(Event::default().id(seen.to_string()).event(event_name(change.kind)), &change)
        }
        Err(error) => {
            // With this id, a client that reconnects continues after the missed changes.
            if let Error::FellBehind { missed } = error {
                seen += missed;
            }
            error_event(seen, &error.into())
        }
    })
}

/// Returns a server-sent event that reports an error. It is the last event of its stream.
pub(crate) fn error_event(id: u64, problem: &Problem) -> EventResult {
    with_json(Event::default().id(id.to_string()).event("error"), problem)
}

fn event_name(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => "created",
        ChangeKind::Updated => "updated",
        ChangeKind::Deleted => "deleted",
    }
}

//! Conversions between the types of `bookshelf` and the messages of the gRPC contract.

use bookshelf::{Author, Book, BookPatch, Change, ChangeKind, ListBooks, NewBook, Page};
use bookshelf_proto::v1;
use hardening_grpc::mask::MessageFields;
use tonic::Status;

use crate::status::DOMAIN;

/// The fields of `book` in an update request: those that a client may change, and those that only the server
/// sets.
const BOOK: MessageFields = MessageFields {
    message: "book",
    mutable: &["title", "author_id", "year"],
    output_only: &["id", "revision"],
};

/// The arguments of [`bookshelf::Shelf::update`].
pub(crate) struct Update {
    pub(crate) id: u32,
    pub(crate) revision: u32,
    pub(crate) patch: BookPatch,
}

/// Converts a list request. proto3 cannot distinguish an absent field from 0 or an empty string, so these
/// values count as absent.
pub(crate) fn list_query(request: v1::ListBooksRequest) -> ListBooks {
    ListBooks {
        author_id: Some(request.author_id).filter(|id| *id != 0),
        page_size: Some(request.page_size).filter(|size| *size != 0),
        page_token: Some(request.page_token).filter(|token| !token.is_empty()),
    }
}

pub(crate) fn page(page: Page) -> v1::ListBooksResponse {
    v1::ListBooksResponse {
        books: page.books.into_iter().map(book).collect(),
        next_page_token: page.next_page_token.unwrap_or_default(),
    }
}

pub(crate) fn book(book: Book) -> v1::Book {
    let Book { id, title, author_id, year, revision } = book;
    v1::Book { id, title, author_id, year, revision }
}

pub(crate) fn author(author: Author) -> v1::Author {
    let Author { id, name } = author;
    v1::Author { id, name }
}

/// Returns the book in a create request.
///
/// # Errors
/// When the request has no book.
pub(crate) fn new_book(request: v1::CreateBookRequest) -> Result<NewBook, Status> {
    let v1::Book { title, author_id, year, .. } = request.book.ok_or_else(no_book)?;
    Ok(NewBook { title, author_id, year })
}

/// Converts an update request to the arguments of the update.
///
/// # Errors
/// When the request has no book or no revision, or its mask names an unknown field.
pub(crate) fn update(request: v1::UpdateBookRequest) -> Result<Update, Status> {
    let v1::Book { id, title, author_id, year, revision } = request.book.ok_or_else(no_book)?;
    if revision == 0 {
        return Err(DOMAIN.missing("book.revision", "send the revision that the update is based on"));
    }
    let mask = BOOK.read(request.update_mask, DOMAIN)?;
    let patch = BookPatch {
        title: mask.select("title", title),
        author_id: mask.select("author_id", author_id),
        year: mask.select("year", year),
    };
    Ok(Update { id, revision, patch })
}

pub(crate) fn change(change: Change) -> v1::WatchBooksResponse {
    let kind = match change.kind {
        ChangeKind::Created => v1::ChangeKind::Created,
        ChangeKind::Updated => v1::ChangeKind::Updated,
        ChangeKind::Deleted => v1::ChangeKind::Deleted,
    };
    v1::WatchBooksResponse { sequence: change.sequence, kind: kind.into(), book: Some(book(change.book)) }
}

fn no_book() -> Status {
    DOMAIN.missing("book", "set it to the new book, or to the new values of an existing book")
}

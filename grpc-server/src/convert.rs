//! Between the shelf's types and the contract's.

use bookshelf::{Author, Book, Change, ChangeKind, ListBooks};
use bookshelf_proto::v1;

pub(crate) fn book(book: Book) -> v1::Book {
    let Book { id, title, author_id, year, revision } = book;
    v1::Book { id, title, author_id, year, revision }
}

pub(crate) fn author(author: Author) -> v1::Author {
    let Author { id, name } = author;
    v1::Author { id, name }
}

pub(crate) fn change(change: Change) -> v1::WatchBooksResponse {
    let kind = match change.kind {
        ChangeKind::Created => v1::ChangeKind::Created,
        ChangeKind::Updated => v1::ChangeKind::Updated,
        ChangeKind::Deleted => v1::ChangeKind::Deleted,
    };
    v1::WatchBooksResponse { sequence: change.sequence, kind: kind.into(), book: Some(book(change.book)) }
}

/// In proto3 an absent field is 0 or empty, and that stands for "not asked for".
pub(crate) fn list_query(request: v1::ListBooksRequest) -> ListBooks {
    ListBooks {
        author_id: Some(request.author_id).filter(|id| *id != 0),
        page_size: Some(request.page_size).filter(|size| *size != 0),
        page_token: Some(request.page_token).filter(|token| !token.is_empty()),
    }
}

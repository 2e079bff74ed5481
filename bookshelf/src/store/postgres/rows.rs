//! Converts rows of query results to books, changes and authors.

use tokio_postgres::Row;

use crate::changes::{Change, ChangeKind};
use crate::error::Error;
use crate::model::{Author, Book};

/// The error for a stored value that is out of range. This program never stores such a value.
const OUT_OF_RANGE: Error = Error::Internal("the database contains a value that is out of range");

/// Reads the columns `id, title, author_id, year, revision`.
pub(super) fn book(row: &Row) -> Result<Book, Error> {
    Ok(Book {
        id: number(row, 0)?,
        title: row.try_get(1)?,
        author_id: number(row, 2)?,
        year: number(row, 3)?,
        revision: number(row, 4)?,
    })
}

/// Reads the columns of a book, then `sequence, kind`.
pub(super) fn change(row: &Row) -> Result<Change, Error> {
    let kind = match row.try_get(6)? {
        "created" => ChangeKind::Created,
        "updated" => ChangeKind::Updated,
        "deleted" => ChangeKind::Deleted,
        _ => return Err(OUT_OF_RANGE),
    };
    Ok(Change { sequence: number(row, 5)?, kind, book: book(row)? })
}

/// Reads the columns `id, name`.
pub(super) fn author(row: &Row) -> Result<Author, Error> {
    Ok(Author { id: number(row, 0)?, name: row.try_get(1)? })
}

/// Reads a column of type `bigint`.
pub(super) fn number<T: TryFrom<i64>>(row: &Row, column: usize) -> Result<T, Error> {
    T::try_from(row.try_get(column)?).map_err(|_| OUT_OF_RANGE)
}

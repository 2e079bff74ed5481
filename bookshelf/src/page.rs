//! Lists in pages, with an opaque token.
//!
//! A token names the last book of the page before it, not a position: a book that is created or deleted between two
//! pages neither repeats nor hides another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Field};
use crate::model::Book;

/// The length of a page when the caller names none.
pub const DEFAULT_PAGE_SIZE: u32 = 20;

/// The longest page.
pub const MAX_PAGE_SIZE: u32 = 100;

/// Which books to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListBooks {
    /// Keeps the books of one author.
    pub author_id: Option<u32>,
    /// The most books in the page, 1 to [`MAX_PAGE_SIZE`]; `None` stands for [`DEFAULT_PAGE_SIZE`].
    pub page_size: Option<u32>,
    /// The token of the page before; `None` for the first page.
    pub page_token: Option<String>,
}

/// A page of books, in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The books.
    pub books: Vec<Book>,
    /// Asks for the next page; `None` on the last.
    pub next_page_token: Option<String>,
}

impl ListBooks {
    pub(crate) fn limit(&self) -> Result<usize, Error> {
        match self.page_size.unwrap_or(DEFAULT_PAGE_SIZE) {
            size @ 1..=MAX_PAGE_SIZE => Ok(size as usize),
            size => {
                Err(Error::invalid(Field::PageSize, format!("must be from 1 to {MAX_PAGE_SIZE}, is {size}")))
            }
        }
    }

    /// The id that the page starts behind; 0 for the first page.
    pub(crate) fn after(&self) -> Result<u32, Error> {
        let Some(token) = &self.page_token else {
            return Ok(0);
        };
        let (author_id, after) = decode(token)
            .ok_or_else(|| Error::invalid(Field::PageToken, "is not one that this service has given out"))?;
        if author_id != self.author_id {
            return Err(Error::invalid(Field::PageToken, "belongs to a list with another author_id"));
        }
        Ok(after)
    }

    /// The token of the page that starts behind `book_id` in this list.
    #[must_use]
    pub fn token_after(&self, book_id: u32) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{book_id}", self.author_id.unwrap_or(0)))
    }
}

fn decode(token: &str) -> Option<(Option<u32>, u32)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (author_id, after) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let author_id = Some(author_id.parse().ok()?).filter(|id| *id != 0);
    Some((author_id, after.parse().ok()?))
}

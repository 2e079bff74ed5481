//! Paginated lists with opaque page tokens.
//!
//! A token holds the id of the last book of the previous page, not a position. So if a book is created or
//! deleted between two requests, every other book still appears exactly once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Field};
use crate::model::Book;

/// Page size if the caller specifies none.
pub const DEFAULT_PAGE_SIZE: u32 = 20;

/// Maximum page size.
pub const MAX_PAGE_SIZE: u32 = 100;

/// Filter and pagination of a list of books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListBooks {
    /// Lists only the books of this author.
    pub author_id: Option<u32>,
    /// Maximum number of books in the page, 1 to [`MAX_PAGE_SIZE`]. The default is [`DEFAULT_PAGE_SIZE`].
    pub page_size: Option<u32>,
    /// `next_page_token` of the previous page; `None` for the first page.
    pub page_token: Option<String>,
}

/// A page of books, ordered by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Books of this page.
    pub books: Vec<Book>,
    /// Token of the next page; `None` on the last page.
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

    /// Returns the id of the last book before the page; 0 for the first page.
    pub(crate) fn after(&self) -> Result<u32, Error> {
        let Some(token) = &self.page_token else {
            return Ok(0);
        };
        let (author_id, after) = decode(token).ok_or_else(|| {
            Error::invalid(Field::PageToken, "must be a page token that this service issued")
        })?;
        if author_id != self.author_id {
            return Err(Error::invalid(Field::PageToken, "was issued for a list with another author_id"));
        }
        Ok(after)
    }

    /// Returns the token of the page that begins after the book `book_id`. The token is valid only for a list
    /// with the same filter.
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

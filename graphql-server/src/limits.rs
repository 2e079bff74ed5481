//! The cost of a query. A field costs 1, and a title or name costs [`TEXT_COST`]. A page of books costs the
//! number of requested books (the argument `first`) times the cost of one book.

use bookshelf::page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE};

/// Cost of a title or a name: 1 for every 100 bytes of its maximum length.
pub(crate) const TEXT_COST: usize = 8;

/// Maximum cost of a query. It allows a page of 100 books with all fields, which costs about 5,100 if the
/// query requests both `edges` and `nodes`. It limits a response to 780 KB, because up to 100 responses can
/// wait in memory for one slow client.
pub(crate) const MAX_COST: usize = 5_500;

/// Returns the cost of a page of `first` books.
pub(crate) fn page_cost(first: Option<i32>, cost_of_book: usize) -> usize {
    let books = first.map_or(DEFAULT_PAGE_SIZE, i32::unsigned_abs).clamp(1, MAX_PAGE_SIZE);
    // Capped, because the cost of nested pages overflows an integer.
    cost_of_book.saturating_mul(books as usize).min(MAX_COST) + 1
}

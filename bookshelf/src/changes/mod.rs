//! The change feed: every change in order, for any number of watchers.

mod feed;
mod watcher;

use serde::{Deserialize, Serialize};

pub use self::feed::Feed;
pub use self::watcher::Changes;
use crate::model::Book;

/// Kind of change to a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// The book was added to the shelf.
    Created,
    /// At least one field of the book has a new value.
    Updated,
    /// The book was removed from the shelf.
    Deleted,
}

/// One change to the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Position among all changes to the shelf, counted from 1 without gaps.
    pub sequence: u64,
    /// Kind of change.
    pub kind: ChangeKind,
    /// The book after the change. A deleted book has the values from before the deletion.
    pub book: Book,
}

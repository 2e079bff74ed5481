//! What can be watched.

use async_graphql::{Context, Enum, SimpleObject};
use futures_util::{Stream, StreamExt as _};
use tokio_util::sync::CancellationToken;

use crate::fault::Fault;
use crate::schema::book::Book;
use crate::schema::{data, shelf};

/// What happened to a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "bookshelf::ChangeKind")]
pub(crate) enum ChangeKind {
    /// The book is new on the shelf.
    Created,
    /// Some field of the book has a new value.
    Updated,
    /// The book is off the shelf.
    Deleted,
}

/// One change of the shelf.
#[derive(Debug, SimpleObject)]
#[graphql(serial)]
pub(crate) struct BookChange {
    /// Numbers the changes of the shelf, from 1, without holes. A string, since `Int` ends at 2,147,483,647.
    sequence: String,
    /// What happened.
    kind: ChangeKind,
    /// The book after the change; as it last was, when it was deleted.
    book: Book,
}

impl From<bookshelf::Change> for BookChange {
    fn from(change: bookshelf::Change) -> Self {
        let bookshelf::Change { sequence, kind, book } = change;
        Self { sequence: sequence.to_string(), kind: kind.into(), book: Book(book) }
    }
}

/// What can be watched.
#[derive(Debug)]
pub(crate) struct Subscription;

/// What can be watched.
#[async_graphql::Subscription]
impl Subscription {
    /// Every change of the shelf from now on. A watcher that is too slow gets an error with the code FELL_BEHIND, and
    /// the end.
    async fn book_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<BookChange, Fault>> + use<>, Fault> {
        let shutdown: &CancellationToken = data(ctx)?;
        // Nothing is awaited up to here: one poll of the operation is enough to be on the watch.
        let changes = shelf(ctx)?.watch().into_stream();
        Ok(changes
            .map(|change| change.map(BookChange::from).map_err(Fault::from))
            .take_until(shutdown.clone().cancelled_owned()))
    }
}

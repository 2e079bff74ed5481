//! Implements the operations of a [`Store`] with SQL statements.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::connection::Connection;
use super::{Postgres, error, listener, pool, rows, statements};
use crate::changes::{Change, ChangeKind, Feed};
use crate::error::{Entity, Error};
use crate::model::{Author, Book, BookPatch, NewBook};
use crate::store::{BookRange, Operation, Store, no_such_author};

impl Postgres {
    /// Limits the duration of an operation to [`Options::timeout`](super::Options::timeout). Returns
    /// [`Error::Unavailable`] if it takes longer.
    fn timed<'a, T>(
        &'a self,
        operation: impl Future<Output = Result<T, Error>> + Send + 'a,
    ) -> Operation<'a, T>
    where
        T: Send + 'a,
    {
        let late = Error::Unavailable("the database did not respond in time");
        async move { timeout(self.options.timeout, operation).await.unwrap_or(Err(late)) }.boxed()
    }

    /// Runs a statement on a free connection.
    async fn query(&self, sql: &'static str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        let mut connection = pool::free(&self.pool).await?;
        loop {
            match connection.query(sql, parameters).await {
                Err(error) if error::is_conflict_of_transactions(&error) => {}
                result => return Ok(result?),
            }
        }
    }

    /// Adds the change that a statement has just stored to the feed, so that the watchers of this process
    /// need not wait for the database's notification. `row` is the result of the statement. Returns the
    /// changed book.
    async fn announce(&self, kind: ChangeKind, row: &Row) -> Result<Book, Error> {
        let (book, sequence) = (rows::book(row)?, rows::number(row, 5)?);
        let is_next = self.feed.push_next(Change { sequence, kind, book: book.clone() });
        if !is_next && let Ok(mut connection) = pool::free(&self.pool).await {
            // Changes of other processes precede this one. If they cannot be read now, the listener will read them.
            let _ = listener::copy_new(&mut connection, &self.feed).await;
        }
        Ok(book)
    }

    async fn read_authors(&self, ids: &[u32]) -> Result<Vec<Author>, Error> {
        let wanted: Vec<i64> = ids.iter().copied().map(i64::from).collect();
        let rows = self.query(statements::AUTHORS, &[&wanted]).await?;
        let mut authors = rows.iter().map(rows::author).collect::<Result<Vec<_>, _>>()?;
        authors.sort_by_key(|author| ids.iter().position(|id| *id == author.id));
        Ok(authors)
    }

    async fn require_author(&self, id: u32) -> Result<(), Error> {
        let rows = self.query(statements::AUTHORS, &[&[i64::from(id)].as_slice()]).await?;
        if rows.is_empty() { Err(no_such_author(id)) } else { Ok(()) }
    }

    async fn find(&self, id: u32) -> Result<Book, Error> {
        let rows = self.query(statements::BOOK, &[&i64::from(id)]).await?;
        rows.first().map_or(Err(Error::NotFound { entity: Entity::Book, id }), rows::book)
    }

    /// Returns an error if the shelf is full.
    async fn require_capacity(&self) -> Result<(), Error> {
        let rows = self.query(statements::COUNTS, &[]).await?;
        let row = rows.first().ok_or(Error::Internal("the table bookshelf.shelf has no row"))?;
        let (books, last_id): (usize, u32) = (rows::number(row, 0)?, rows::number(row, 1)?);
        let limit = self.options.limits.books;
        if books >= limit {
            return Err(Error::TooMany { limit });
        }
        last_id
            .checked_add(1)
            .map(|_| ())
            .ok_or(Error::Internal("the highest possible book id is already assigned"))
    }

    fn history(&self) -> i64 {
        i64::try_from(self.options.limits.history).unwrap_or(i64::MAX)
    }
}

impl Store for Postgres {
    fn feed(&self) -> &Feed {
        &self.feed
    }

    fn book(&self, id: u32) -> Operation<'_, Book> {
        self.timed(self.find(id))
    }

    fn authors<'a>(&'a self, ids: &'a [u32]) -> Operation<'a, Vec<Author>> {
        let read = self.timed(self.read_authors(ids));
        async move {
            let result = read.await;
            match &result {
                Ok(authors) => self.known_authors.add(authors),
                Err(Error::Unavailable(_)) => return self.known_authors.get(ids).map_or(result, Ok),
                Err(_) => {}
            }
            result
        }
        .boxed()
    }

    fn list(&self, range: BookRange) -> Operation<'_, Vec<Book>> {
        self.timed(async move {
            let author_id = range.author_id.map(i64::from);
            let limit = i64::try_from(range.limit).unwrap_or(i64::MAX);
            let rows = self.query(statements::LIST, &[&i64::from(range.after), &author_id, &limit]).await?;
            rows.iter().map(rows::book).collect()
        })
    }

    fn create(&self, new: NewBook) -> Operation<'_, Book> {
        self.timed(async move {
            let (author_id, year) = (i64::from(new.author_id), i64::from(new.year));
            let limit = i64::try_from(self.options.limits.books).unwrap_or(i64::MAX);
            loop {
                let parameters: [&(dyn ToSql + Sync); 5] =
                    [&new.title, &author_id, &year, &limit, &self.history()];
                if let Some(row) = self.query(statements::CREATE, &parameters).await?.first() {
                    return self.announce(ChangeKind::Created, row).await;
                }
                self.require_author(new.author_id).await?;
                self.require_capacity().await?;
                // A book was deleted after the statement, so there is capacity now.
            }
        })
    }

    fn update(&self, id: u32, revision: u32, patch: BookPatch) -> Operation<'_, Book> {
        self.timed(async move {
            let (author_id, year) = (patch.author_id.map(i64::from), patch.year.map(i64::from));
            let (key, expected) = (i64::from(id), i64::from(revision));
            loop {
                let parameters: [&(dyn ToSql + Sync); 6] =
                    [&key, &expected, &patch.title, &author_id, &year, &self.history()];
                if let Some(row) = self.query(statements::UPDATE, &parameters).await?.first() {
                    return self.announce(ChangeKind::Updated, row).await;
                }
                // The statement checks the revision. The rest finds out why it changed nothing.
                if let Some(author_id) = patch.author_id {
                    self.require_author(author_id).await?;
                }
                let book = self.find(id).await?;
                book.check_revision(revision)?;
                book.next_revision()?;
                // The book reached the revision after the statement.
            }
        })
    }

    fn delete(&self, id: u32, revision: Option<u32>) -> Operation<'_, Book> {
        self.timed(async move {
            let (key, expected) = (i64::from(id), revision.map(i64::from));
            loop {
                let parameters: [&(dyn ToSql + Sync); 3] = [&key, &expected, &self.history()];
                if let Some(row) = self.query(statements::DELETE, &parameters).await?.first() {
                    return self.announce(ChangeKind::Deleted, row).await;
                }
                let book = self.find(id).await?;
                revision.map_or(Ok(()), |revision| book.check_revision(revision))?;
                // The book reached the revision after the statement.
            }
        })
    }

    fn newest_change(&self) -> Operation<'_, u64> {
        self.timed(async {
            let mut connection = pool::free(&self.pool).await?;
            newest_change(&mut connection).await
        })
    }

    fn changes_after(&self, sequence: u64) -> Operation<'_, Vec<Change>> {
        self.timed(async move {
            let mut connection = pool::free(&self.pool).await?;
            let changes = listener::read_after(&mut connection, sequence).await?;
            let missed = changes.first().map_or(0, |first| first.sequence - sequence - 1);
            if missed > 0 { Err(Error::FellBehind { missed }) } else { Ok(changes) }
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async {
            self.listener.abort();
            self.pool.close();
            self.target.ended().await;
        }
        .boxed()
    }
}

pub(super) async fn newest_change(connection: &mut Connection) -> Result<u64, Error> {
    let rows = connection.query(statements::NEWEST_CHANGE, &[]).await?;
    rows.first()
        .map_or(Err(Error::Internal("the table bookshelf.shelf has no row")), |row| rows::number(row, 0))
}

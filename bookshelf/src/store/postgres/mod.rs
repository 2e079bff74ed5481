//! A store in PostgreSQL, or in a database that is compatible with PostgreSQL.
//!
//! Several processes may use the same database. Each change to a book is one SQL statement. The statement
//! also adds the change to the change feed, and notifies the other processes.

mod connection;
mod error;
mod known_authors;
mod listener;
mod migrate;
mod operations;
mod pass_file;
mod password;
mod pool;
mod rows;
mod statements;
mod url;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use self::connection::Target;
pub use self::connection::{ConnectFuture, Connector, Stream};
pub use self::error::OpenError;
use self::known_authors::KnownAuthors;
use self::pool::Connections;
pub use self::url::{Address, DatabaseUrl};
use super::Limits;
use crate::changes::Feed;
use crate::error::Error;

/// Minimum time to connect, even if [`Options::timeout`] is shorter. Connecting takes several round trips and
/// an intentionally slow password hash.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Options of a [`Postgres`] store.
#[derive(Clone, Debug)]
pub struct Options {
    /// Maximum numbers of stored books and of stored changes.
    pub limits: Limits,
    /// Maximum number of connections, not counting the one that listens for changes.
    pub connections: usize,
    /// Maximum duration of an operation, including the wait for a connection.
    pub timeout: Duration,
    /// `application_name` of the connections, which PostgreSQL shows in `pg_stat_activity`.
    pub application_name: &'static str,
}

/// Books in a PostgreSQL database.
pub struct Postgres {
    options: Options,
    target: Arc<Target>,
    pool: Connections,
    feed: Arc<Feed>,
    known_authors: KnownAuthors,
    listener: AbortHandle,
}

impl Postgres {
    /// Connects to a database, creates or updates its tables, and starts to listen for changes.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If the database cannot be reached, refuses the user or does not exist, or if the tables in its schema
    /// `bookshelf` are not those of this program.
    pub async fn open(
        url: &DatabaseUrl,
        options: Options,
        connector: Arc<dyn Connector>,
    ) -> Result<Self, OpenError> {
        let mut config = password::configure(url)?;
        config.application_name(options.application_name);
        let timeout = options.timeout.max(CONNECT_TIMEOUT);
        let target =
            Arc::new(Target { url: url.clone(), config, connector, timeout, drivers: Mutex::default() });
        let (newest, known_authors) = Self::prepare(&target).await?;
        let feed = Arc::new(Feed::new(newest, options.limits.history));
        let listener = tokio::spawn(listener::run(target.clone(), feed.clone())).abort_handle();
        let pool = pool::new(target.clone(), options.connections, options.timeout / 2).map_err(|error| {
            OpenError::Other { address: url.address().clone(), reason: error.to_string() }
        })?;
        Ok(Self { options, target, pool, feed, known_authors, listener })
    }

    /// Creates or updates the tables, and returns the sequence number of the newest change and the authors.
    async fn prepare(target: &Target) -> Result<(u64, KnownAuthors), OpenError> {
        let mut connection = target.connect(Arc::new(Notify::new())).await?;
        migrate::migrate(&mut connection, &target.url).await?;
        let read = async {
            let newest = operations::newest_change(&mut connection).await?;
            let rows = connection.query(statements::ALL_AUTHORS, &[]).await?;
            let authors = rows.iter().map(rows::author).collect::<Result<Vec<_>, Error>>()?;
            Ok((newest, KnownAuthors::new(authors)))
        };
        read.await.map_err(|error: Error| OpenError::OtherSchema(error.to_string()))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("url", &self.target.url).finish_non_exhaustive()
    }
}

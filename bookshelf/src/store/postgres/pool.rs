//! The connections that the operations of a store share.

use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::{
    BuildError, Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult, TimeoutType,
};
use tokio::sync::Notify;

use super::OpenError;
use super::connection::{Connection, Target};
use crate::error::Error;

/// A pool of database connections with a maximum size.
pub(super) type Connections = Pool<Opener>;

/// The manager of the pool, which opens connections, and drops those that cannot be used again.
pub(super) struct Opener(pub(super) Arc<Target>);

impl Manager for Opener {
    type Type = Connection;
    type Error = OpenError;

    async fn create(&self) -> Result<Connection, OpenError> {
        self.0.connect(Arc::new(Notify::new())).await
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<OpenError> {
        if connection.is_usable() { Ok(()) } else { Err(RecycleError::message("the connection has ended")) }
    }
}

/// Returns a pool of at most `size` connections, without opening one. [`free`] waits at most `wait` for a
/// connection.
pub(super) fn new(target: Arc<Target>, size: usize, wait: Duration) -> Result<Connections, BuildError> {
    let builder = Pool::builder(Opener(target)).max_size(size).wait_timeout(Some(wait));
    builder.runtime(deadpool::Runtime::Tokio1).build()
}

/// Returns a connection that no other operation uses. If all are in use, waits for one.
///
/// # Errors
/// [`Error::Unavailable`] if no connection becomes free in time, or if a new one cannot be opened.
pub(super) async fn free(pool: &Connections) -> Result<Object<Opener>, Error> {
    pool.get().await.map_err(|error| match error {
        PoolError::Timeout(TimeoutType::Wait) => Error::Unavailable("all database connections are in use"),
        _ => Error::Unavailable("the database is not available"),
    })
}

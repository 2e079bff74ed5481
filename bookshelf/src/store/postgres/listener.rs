//! Copies new changes from the database to the feed of this process.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::connection::{Connection, Target};
use super::{rows, statements};
use crate::changes::{Change, Feed};
use crate::error::Error;

/// Time between two attempts to connect to the database.
const RETRY_INTERVAL: Duration = Duration::from_millis(200);

/// If no notification arrives for this long, the listener checks its connection with a query.
const QUIET_INTERVAL: Duration = Duration::from_secs(30);

/// Copies new changes to the feed until the task is aborted. Connects again whenever the connection ends.
pub(super) async fn run(target: Arc<Target>, feed: Arc<Feed>) {
    loop {
        let notified = Arc::new(Notify::new());
        if let Ok(mut connection) = target.connect(notified.clone()).await {
            // Returns only with an error, and the next attempt will show whether it lasts.
            let _ = follow(&mut connection, &notified, &feed, target.timeout).await;
        }
        tokio::time::sleep(RETRY_INTERVAL).await;
    }
}

async fn follow(
    connection: &mut Connection,
    notified: &Notify,
    feed: &Feed,
    limit: Duration,
) -> Result<(), Error> {
    const LATE: Error = Error::Unavailable("the database did not respond in time");
    timeout(limit, connection.execute("LISTEN bookshelf")).await.map_err(|_| LATE)??;
    // The first round copies the changes that were made before `LISTEN`.
    loop {
        timeout(limit, copy_new(connection, feed)).await.map_err(|_| LATE)??;
        // An expired interval needs no action but the next round's query.
        let _ = timeout(QUIET_INTERVAL, notified.notified()).await;
    }
}

/// Copies all changes that the feed does not hold yet.
pub(super) async fn copy_new(connection: &mut Connection, feed: &Feed) -> Result<(), Error> {
    loop {
        let changes = read_after(connection, feed.newest()).await?;
        if changes.is_empty() {
            return Ok(());
        }
        // If the first changes are no longer stored, the feed starts again, and a watcher that needs them gets an error.
        changes.into_iter().for_each(|change| feed.push(change));
    }
}

/// Returns the stored changes after `sequence`. If the oldest of these changes were deleted, the result
/// begins with a later change.
pub(super) async fn read_after(connection: &mut Connection, sequence: u64) -> Result<Vec<Change>, Error> {
    // No stored number exceeds the maximum of the column's type.
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    let rows = connection.query(statements::CHANGES_AFTER, &[&sequence]).await?;
    rows.iter().map(rows::change).collect()
}

/// Returns the sequence number of the newest stored change.
pub(super) async fn newest_change(connection: &mut Connection) -> Result<u64, Error> {
    let rows = connection.query(statements::NEWEST_CHANGE, &[]).await?;
    rows.first()
        .map_or(Err(Error::Internal("the table bookshelf.shelf has no row")), |row| rows::number(row, 0))
}

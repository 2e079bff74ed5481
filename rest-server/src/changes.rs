//! `/v1/books/changes`: server-sent events.

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use bookshelf::{Change, ChangeKind, Error};
use futures_util::{Stream, StreamExt as _};
use serde::Deserialize;

use crate::App;
use crate::extract::Query;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WatchQuery {
    /// Ends the stream after so many changes. Without it a reader has to close the connection: HTTP/1.1 has no other
    /// way to give up an answer half-way.
    limit: Option<u32>,
}

/// Every change from now on. The stream ends at its limit, at the shutdown, or with an `error` event when the reader
/// fell behind.
pub(crate) async fn watch(
    State(app): State<App>,
    Query(WatchQuery { limit }): Query<WatchQuery>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    // From here on the watcher misses nothing: the answer's head tells the client so.
    let changes = app.shelf.watch().into_stream();
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    let events = changes.map(as_event).take(limit).take_until(app.shutdown.cancelled_owned());
    Sse::new(events).keep_alive(KeepAlive::default())
}

fn as_event(change: Result<Change, Error>) -> Result<Event, axum::Error> {
    match change {
        Ok(change) => {
            let name = match change.kind {
                ChangeKind::Created => "created",
                ChangeKind::Updated => "updated",
                ChangeKind::Deleted => "deleted",
            };
            Event::default().id(change.sequence.to_string()).event(name).json_data(change)
        }
        Err(error) => Event::default().event("error").json_data(Problem::from(error)),
    }
}

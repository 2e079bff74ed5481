//! Server-sent events: each operation as a stream of its own ("distinct connections mode" of GraphQL over SSE).
//!
//! A stream has a `next` event for each result and a `complete` event at its end. A request that is refused is told so in
//! the stream, too: an `EventSource` would not show a script the body of a 400.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse as _, Response};
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _, poll};
use tokio::time::timeout;

use crate::engine::Outcome;
use crate::limits::EVENT_KEEP_ALIVE;

/// The end of a stream. An `EventSource` passes over an event that has no data at all, and axum's `Sse` leaves it out when
/// it is empty.
const COMPLETE: &str = "event: complete\ndata: \n\n";

/// A comment.
const STILL_THERE: &str = ":\n\n";

/// The answer that streams those outcomes.
pub(super) async fn stream(outcomes: BoxStream<'static, Outcome>) -> Response {
    let mut outcomes = Box::pin(outcomes.peekable());
    // By the time that a client has the head of the answer, its subscription is on the watch.
    let _ = poll!(outcomes.as_mut().peek());
    let events = outcomes.map(|outcome| next(&outcome)).chain(stream::once(ready(COMPLETE.to_owned())));
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-cache"),
        (VARY, "accept"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Body::from_stream(kept_alive(events).map(Ok::<_, Infallible>))).into_response()
}

fn next(outcome: &Outcome) -> String {
    // Every key of an outcome is text, so that it can be written; and JSON has no line breaks of its own.
    let json = serde_json::to_string(outcome).unwrap_or_default();
    format!("event: next\ndata: {json}\n\n")
}

/// The same with a comment whenever nothing came for a while, so that nobody on the way takes the stream for dead.
fn kept_alive(events: impl Stream<Item = String> + Send + Unpin) -> impl Stream<Item = String> + Send {
    stream::unfold(events, |mut events| async {
        match timeout(EVENT_KEEP_ALIVE, events.next()).await {
            Ok(event) => Some((event?, events)),
            Err(_) => Some((STILL_THERE.to_owned(), events)),
        }
    })
}

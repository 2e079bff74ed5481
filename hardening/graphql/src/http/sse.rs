//! Operations as server-sent events: the distinct connections mode of GraphQL over SSE.
//!
//! A stream has a `next` event for each result, and a `complete` event at its end. A request error is an
//! event, too, because a browser's `EventSource` hides the body of a 400 from its script.

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

/// Last event of a stream. Its `data` line is empty, but required, because an `EventSource` ignores an event
/// without such a line. The event is a constant because axum's `Sse` omits empty `data` lines.
const COMPLETE: &str = "event: complete\ndata: \n\n";

const KEEP_ALIVE_COMMENT: &str = ":\n\n";

/// Returns a response that streams `outcomes`.
pub(super) async fn stream(outcomes: BoxStream<'static, Outcome>) -> Response {
    let mut outcomes = Box::pin(outcomes.peekable());
    // Starts a subscription before the client receives the response head, so that it misses no later event.
    let _ = poll!(outcomes.as_mut().peek());
    let events = outcomes.map(|outcome| next(&outcome)).chain(stream::once(ready(COMPLETE.to_owned())));
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-cache"),
        (VARY, "accept"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Body::from_stream(keep_alive(events).map(Ok::<_, Infallible>))).into_response()
}

fn next(outcome: &Outcome) -> String {
    // Serialization cannot fail, because all keys are strings. JSON contains no line breaks.
    let json = serde_json::to_string(outcome).unwrap_or_default();
    format!("event: next\ndata: {json}\n\n")
}

/// Yields `events`. Whenever no event arrives within [`EVENT_KEEP_ALIVE`], yields a comment, so that proxies
/// do not close the connection.
fn keep_alive(events: impl Stream<Item = String> + Send + Unpin) -> impl Stream<Item = String> + Send {
    stream::unfold(events, |mut events| async {
        match timeout(EVENT_KEEP_ALIVE, events.next()).await {
            Ok(event) => Some((event?, events)),
            Err(_) => Some((KEEP_ALIVE_COMMENT.to_owned(), events)),
        }
    })
}

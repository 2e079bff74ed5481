//! Server-sent events and `Last-Event-ID`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive, KeepAliveStream};
use futures_util::{Stream, StreamExt as _};
use hardening_http::Shutdown;
use serde::Serialize;

use crate::limits::KEEP_ALIVE;
use crate::{Api, Rejection};

/// Extractor of `Last-Event-ID`: the id of the last event that a reconnecting client has received.
#[derive(Debug)]
pub struct LastEventId(pub Option<u64>);

impl<S: Api> FromRequestParts<S> for LastEventId {
    type Rejection = S::Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, S::Error> {
        let Some(value) = parts.headers.get("last-event-id") else {
            return Ok(Self(None));
        };
        let digits = value.to_str().ok().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        match digits.and_then(|id| id.parse().ok()) {
            Some(id) => Ok(Self(Some(id))),
            None => {
                Err(Rejection::header("Last-Event-ID", "must be the number of an event in this stream")
                    .into())
            }
        }
    }
}

/// A server-sent event, or the error of serializing its data.
pub type EventResult = Result<Event, axum::Error>;

/// Adds `data` as JSON to an event.
///
/// # Errors
/// If `data` cannot be represented as JSON.
pub fn with_json(event: Event, data: &impl Serialize) -> EventResult {
    serde_json::to_string(data).map(|json| event.data(json)).map_err(axum::Error::new)
}

/// Returns a response that sends `events`, and ends at the shutdown. Between events, comments keep the
/// connection alive.
pub fn respond<E>(
    events: E,
    shutdown: &Shutdown,
) -> Sse<KeepAliveStream<impl Stream<Item = EventResult> + use<E>>>
where
    E: Stream<Item = EventResult> + Send + 'static,
{
    let events = events.take_until(shutdown.clone().cancelled_owned());
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

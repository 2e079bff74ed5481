//! `GET /v1/books/changes`: watches changes, as server-sent events.

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::Event;
use bookshelf::Error;
use futures_util::{Stream, StreamExt as _, stream};
use hardening_rest::events::{self, EventResult};
use hardening_rest::fields::RawValue;
use hardening_rest::openapi::{Always, BadQuery, LastEventIdHeader, NotAcceptable};
use hardening_rest::{AcceptsEvents, Fields, FromFields, LastEventId, Positive, Query};
use utoipa::IntoParams;

use crate::App;
use crate::model::Change;
use crate::openapi;
use crate::problem::Problem;

/// The length of the stream.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WatchQuery {
    /// Ends the stream after this number of events and keeps the connection. Without it, the client ends the stream by
    /// closing the connection.
    #[param(nullable = false)]
    limit: Option<Positive>,
}

impl FromFields for WatchQuery {
    fn from_fields<V: RawValue>(fields: &mut Fields<V>) -> Option<Self> {
        Some(Self { limit: fields.optional("limit") })
    }
}

/// Watch changes
///
/// Server-sent events: every change from now on, or every change after `Last-Event-ID`. An event has the sequence number of
/// its change as `id`, the kind of the change as `event`, and a `Change` as `data`. A comment every 15 seconds keeps the
/// stream alive. If changes that the client has not received are no longer stored, the stream ends with an `error` event,
/// with a `Problem` as `data`; a client that reconnects continues after the missed changes.
#[utoipa::path(
    get,
    path = "/v1/books/changes",
    operation_id = "watchBooks",
    tag = "books",
    params(WatchQuery, LastEventIdHeader),
    responses(
        (status = 200, description = "The events", body = openapi::Event, content_type = "text/event-stream"),
        BadQuery, NotAcceptable, Always,
    ),
)]
pub(crate) async fn watch(
    State(app): State<App>,
    _: AcceptsEvents,
    Query(WatchQuery { limit }): Query<WatchQuery>,
    LastEventId(last): LastEventId,
) -> impl IntoResponse {
    let limit = limit.map_or(usize::MAX, |Positive(limit)| limit as usize);
    events::respond(changes(&app, last).take(limit), app.shutdown.as_ref().clone())
}

/// Returns the events after `last`. The subscription starts before the response, so the client misses no later change.
fn changes(app: &App, last: Option<u64>) -> impl Stream<Item = EventResult> + use<> {
    let newest = app.shelf.last_change();
    match last {
        Some(last) if last > newest => {
            stream::iter([error_event(newest, &Problem::future_change(last, newest))]).left_stream()
        }
        last => {
            let mut seen = last.unwrap_or(newest);
            let changes = app.shelf.watch_after(seen).into_stream();
            changes.map(move |change| to_event(change, &mut seen)).right_stream()
        }
    }
}

fn to_event(change: Result<bookshelf::Change, Error>, seen: &mut u64) -> EventResult {
    match change {
        Ok(change) => {
            *seen = change.sequence;
            let change = Change::from(change);
            Event::default().id(seen.to_string()).event(change.kind.name()).json_data(change)
        }
        Err(error) => {
            // With this id, a client that reconnects continues after the missed changes.
            if let Error::FellBehind { missed } = error {
                *seen += missed;
            }
            error_event(*seen, &error.into())
        }
    }
}

fn error_event(id: u64, problem: &Problem) -> EventResult {
    Event::default().id(id.to_string()).event("error").json_data(problem)
}

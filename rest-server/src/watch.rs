//! `GET /v1/books/changes`: sends changes as server-sent events.

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::Event;
use bookshelf::{Change, ChangeKind, Error};
use futures_util::{Stream, StreamExt as _, stream};
use hardening_rest::events::{self, EventResult};
use hardening_rest::fields::positive;
use hardening_rest::{AcceptsEvents, Fields, LastEventId, Query};

use crate::App;
use crate::problem::Problem;

pub(crate) async fn watch(
    State(app): State<App>,
    _: AcceptsEvents,
    query: Query,
    LastEventId(last): LastEventId,
) -> Result<impl IntoResponse, Problem> {
    let events = changes(&app, last).take(query.read(limit)?);
    Ok(events::respond(events, &app.shutdown))
}

/// Reads the number of events after which the stream ends.
fn limit(fields: &mut Fields<String>) -> Option<usize> {
    Some(fields.optional("limit", positive).map_or(usize::MAX, |limit| limit as usize))
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

fn to_event(change: Result<Change, Error>, seen: &mut u64) -> EventResult {
    match change {
        Ok(change) => {
            *seen = change.sequence;
            Event::default().id(seen.to_string()).event(event_name(change.kind)).json_data(change)
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

fn event_name(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => "created",
        ChangeKind::Updated => "updated",
        ChangeKind::Deleted => "deleted",
    }
}

fn error_event(id: u64, problem: &Problem) -> EventResult {
    Event::default().id(id.to_string()).event("error").json_data(problem)
}

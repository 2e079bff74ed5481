//! `/v1/books/changes`: server-sent events.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use bookshelf::{Change, Error};
use futures_util::{Stream, StreamExt as _, stream};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::input::{AcceptsEvents, Fields, FromQuery, LastEventId, MAX_ID, Query, integer};
use crate::limits::KEEP_ALIVE;
use crate::model;
use crate::openapi::{self, Always, BadQuery, LastEventIdHeader, NotAcceptable};
use crate::problem::{Kind, Problem};
use crate::resource::resource;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(resource(routes!(watch)))
}

/// How long to watch.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct WatchQuery {
    /// Ends the stream after so many events, and the connection can be used again. Without it a reader gives up the
    /// stream by closing the connection.
    #[param(nullable = false, format = Int64, minimum = 1, maximum = 4294967295u32)]
    limit: Option<u32>,
}

impl FromQuery for WatchQuery {
    fn read(fields: &mut Fields<String>) -> Option<Self> {
        Some(Self { limit: fields.optional("limit", integer(1..=MAX_ID)) })
    }
}

/// Watch changes
///
/// Server-sent events: every change from now on, or from behind `Last-Event-ID`. An event has the sequence of its change
/// as `id`, the kind of the change as `event`, and a `Change` as `data`. A comment says every 15 seconds that the stream
/// is still there. When changes that a reader has not seen are no longer kept, it is told by an `error` event, with a
/// `Problem` as `data`, and the stream ends; a reader that comes back then goes on behind what it missed.
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
async fn watch(
    State(app): State<App>,
    _: AcceptsEvents,
    Query(WatchQuery { limit }): Query<WatchQuery>,
    LastEventId(last): LastEventId,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    let events = events(&app, last).take(limit).take_until(app.shutdown.cancelled_owned());
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn events(app: &App, last: Option<u64>) -> impl Stream<Item = Result<Event, axum::Error>> + use<> {
    let newest = app.shelf.last_change();
    match last {
        Some(last) if last > newest => stream::iter([unknown(last, newest)]).left_stream(),
        // From here on the watcher misses nothing: the answer's head tells the client so.
        last => {
            let mut seen = last.unwrap_or(newest);
            let changes = app.shelf.watch_after(seen).into_stream();
            changes.map(move |change| as_event(change, &mut seen)).right_stream()
        }
    }
}

fn as_event(change: Result<Change, Error>, seen: &mut u64) -> Result<Event, axum::Error> {
    match change {
        Ok(change) => {
            *seen = change.sequence;
            let change = model::Change::from(change);
            Event::default().id(seen.to_string()).event(change.kind.name()).json_data(change)
        }
        Err(error) => {
            // With this id a reader that comes back does not ask for what is gone again.
            if let Error::FellBehind { missed } = error {
                *seen += missed;
            }
            failed(*seen, &error.into())
        }
    }
}

/// The shelf was started anew since, and the numbers of its changes with it.
fn unknown(last: u64, newest: u64) -> Result<Event, axum::Error> {
    let detail = format!(
        "there is no change {last} yet, the last is {newest}: list the books again, then watch again"
    );
    failed(newest, &Problem::of(Kind::FellBehind, StatusCode::GONE, detail))
}

fn failed(id: u64, problem: &Problem) -> Result<Event, axum::Error> {
    Event::default().id(id.to_string()).event("error").json_data(problem)
}

//! The server of the live page, which shows the socket calls of the three APIs as they happen and makes calls
//! on request.
//!
//! # Layout
//!
//! - `server`: routes, access control and the event stream for browsers
//! - `feed`: events, comparison and socket table, read from the trace files and the kernel
//! - `operations`: the calls that the page can make
//! - `download`: the recordings as files
//! - `live_page`: the page before it is served: its listener and the token of its URL
//! - [`token`]: the token in the URL of the page
//! - `room`: participants with their own devices
//! - `state`: the state that all of these share
//! - `latest_json`: a JSON value that is sent to browsers when it changes
//! - `response`: JSON request and response bodies

mod download;
mod feed;
mod latest_json;
pub(crate) mod live_page;
mod operations;
mod response;
mod room;
mod server;
mod state;
pub mod token;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use hardening_http::{Limits, Shutdown};
use server_kit::store::StoreAddress;
use tokio::task::JoinHandle;

use crate::api_instance::ApiInstance;
use crate::descriptors;
use crate::gated_stdout::GatedStdout;
use crate::plain_instance::PlainInstance;
use feed::follow::Destination;
use feed::history::History;
use latest_json::LatestJson;
pub use live_page::LivePage;
use operations::apis;
use operations::wire::{self, WireNetwork};
use response::ErrorResponse;
use room::Room;
use state::{Feed, State};

/// Serves the live page until the shutdown. The page shows the recordings of the given servers, and records its scenarios
/// on the network of `workshop wire` in a folder of `traces`. The servers' socket calls are printed on `live_output`.
///
/// # Errors
/// If the trace files cannot be opened.
pub async fn start(
    page: LivePage,
    instances: &[ApiInstance; 3],
    plain: &PlainInstance,
    store: &StoreAddress,
    traces: PathBuf,
    live_output: &GatedStdout,
    shutdown: &Shutdown,
) -> io::Result<JoinHandle<io::Result<()>>> {
    let LivePage { listener, access, room } = page;
    let room = room.map(|settings| Arc::new(Room::new(settings)));
    let (history, feed_error) = (Arc::new(History::default()), LatestJson::default());
    let sources = instances.iter().map(|api| &api.recordings).chain([&plain.udp, &plain.tcp]);
    let recordings = feed::follow::start(
        sources.cloned().collect(),
        Destination { history: Arc::clone(&history), room: room.clone() },
        feed_error.clone(),
        live_output.clone(),
        shutdown.clone(),
    )
    .await?;
    let database = (!matches!(store, StoreAddress::Memory)).then(|| store.to_string());
    let apis = apis::all(instances, shutdown);
    let token = shutdown.clone();
    let wire = tokio::task::spawn_blocking(move || WireNetwork::new(&traces, &token)).await?;
    let state = State::new(access, apis, plain, wire, Feed { recordings, history, feed_error }, shutdown);
    let room_summary = room.as_ref().map(|room| room.summary.clone()).unwrap_or_default();
    let state = Arc::new(State { database, room, room_summary, ..state });
    tokio::spawn(feed::comparison::run(Arc::clone(&state)));
    tokio::spawn(feed::socket_table::run(Arc::clone(&state)));
    let router = server::routes::router(state);
    let served = hardening_http::serve_with_peer(listener, router, reject, shutdown.clone(), limits());
    Ok(tokio::spawn(served))
}

/// One of so many descriptors is for the connections of the page.
const PAGE_DESCRIPTORS: u32 = 4;

/// Returns the limits of the page. The response to a scenario on the network of `workshop wire` comes after its end, so the
/// request times out later than the scenario.
fn limits() -> Limits {
    let request_timeout = wire::TIMEOUT + wire::END_TIMEOUT;
    Limits { request_timeout, ..descriptors::limits(PAGE_DESCRIPTORS) }
}

/// Returns the response to a request that was rejected before it reached the router, or whose handler panicked.
fn reject(rejection: hardening_http::Rejection) -> Response {
    match rejection.status {
        StatusCode::MISDIRECTED_REQUEST => server::access::foreign_host(),
        status => ErrorResponse(status, rejection.reason),
    }
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_times_out_later_than_its_scenario() {
        assert!(limits().request_timeout > wire::TIMEOUT);
    }
}

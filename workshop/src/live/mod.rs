//! The server of the live page, which shows the socket calls of the three APIs as they happen and makes calls
//! on request.
//!
//! # Layout
//!
//! - `server`: routes, access control and the event stream for browsers
//! - `feed`: events, comparison and socket table, read from the trace files and the kernel
//! - `operations`: the calls that the page can make
//! - `download`: the recordings as files
//! - `state`: the state that all of these share
//! - `latest_json`: a JSON value that is sent to browsers when it changes
//! - `response`: JSON request and response bodies

mod download;
mod feed;
mod latest_json;
mod operations;
mod response;
mod server;
mod state;

use std::io;
use std::sync::Arc;

use hardening_http::{Limits, Shutdown};
use server_kit::store::StoreAddress;
use socket_tap::TapListener;
use tokio::task::JoinHandle;

use crate::api_instance::ApiInstance;
use crate::plain_instance::PlainInstance;
use feed::history::History;
use latest_json::LatestJson;
use operations::apis;
use state::State;

/// Serves the live page until the shutdown. The page shows the recordings of the given servers.
///
/// # Errors
/// If the trace files cannot be opened.
pub async fn start(
    listener: TapListener,
    instances: &[ApiInstance; 3],
    plain: &PlainInstance,
    store: &StoreAddress,
    shutdown: &Shutdown,
) -> io::Result<JoinHandle<io::Result<()>>> {
    let (history, feed_error) = (Arc::new(History::default()), LatestJson::default());
    let sources = instances.iter().map(|api| &api.recordings).chain([&plain.udp, &plain.tcp]);
    let recordings = feed::follow::start(
        sources.cloned().collect(),
        Arc::clone(&history),
        feed_error.clone(),
        shutdown.clone(),
    )
    .await?;
    let address = listener.local_addr()?;
    let database = (!matches!(store, StoreAddress::Memory)).then(|| store.to_string());
    let apis = apis::all(instances, shutdown);
    let state = State::new(address, apis, plain, recordings, history, feed_error, shutdown);
    let state = Arc::new(State { database, ..state });
    tokio::spawn(feed::comparison::run(Arc::clone(&state)));
    tokio::spawn(feed::socket_table::run(Arc::clone(&state)));
    let router = server::routes::router(state);
    Ok(tokio::spawn(hardening_http::serve(listener, router, shutdown.clone(), Limits::default())))
}

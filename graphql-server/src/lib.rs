//! The bookshelf over GraphQL: async-graphql for the language, and a transport of its own on axum.
//!
//! One path, `/graphql`, serves everything: queries and mutations by POST, queries by GET, subscriptions (and queries
//! and mutations, too) over a WebSocket, and GraphiQL for a browser.
//!
//! ```
//! use bookshelf::Shelf;
//! use server_kit::{Program, Shutdown};
//!
//! let shutdown = Shutdown::new();
//! let app: axum::Router = graphql_server::router(Shelf::seeded(), shutdown);
//! ```
//!
//! # Layout
//!
//! A request takes this way through the modules, top to bottom:
//!
//! - `http`: GraphQL over HTTP: methods, media types, status codes
//! - `socket`: `graphql-transport-ws` over a WebSocket
//! - `graphiql`: the page for a browser and its files
//! - `params`: the parameters of a request, the same for both transports
//! - `document`: parses and sizes up a query before the library runs it
//! - `engine`: runs it, and makes of the library's answer what the specification asks for
//! - `schema`: what can be asked, one file for each type
//! - `fault`: every error with its code
//! - [`limits`]: every limit, with its reason

#![forbid(unsafe_code)]

mod document;
mod engine;
mod fault;
mod graphiql;
mod http;
pub mod limits;
mod params;
mod schema;
mod socket;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use bookshelf::Shelf;
use server_kit::{Limits, Program, Shutdown};
use socket_tap::TapListener;
use tokio_util::task::TaskTracker;

use crate::engine::Engine;

/// What the command tells of itself.
pub const PROGRAM: Program = Program {
    name: "graphql-server",
    version: env!("CARGO_PKG_VERSION"),
    api: "graphql",
    listen: "127.0.0.1:4000",
    about: "The bookshelf over GraphQL. Prints each socket call as it happens.",
    examples: "Examples:\n  \
        graphql-server                                        print each socket call\n  \
        graphql-server --trace graphql.jsonl --capture 1024   record with payload\n  \
        graphql-server --listen [::]:8000 --quiet             every interface, without a word",
    try_it: |address| {
        format!(
            "curl 'http://{address}/graphql' --json '{{\"query\": \"{{ book(id: 1) {{ title author {{ name }} }} }}\"}}'\n\
             a browser on http://{address}/graphql, to explore and to subscribe"
        )
    },
};

/// Serves until the shutdown, then finishes the running requests and closes the WebSockets.
///
/// # Errors
/// As [`server_kit::http::serve`].
pub async fn serve(listener: TapListener, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    serve_with(listener, shelf, shutdown, Limits::default()).await
}

/// The same with limits of one's own.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    listener: TapListener,
    shelf: Shelf,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    let sockets = TaskTracker::new();
    let router = routes(shelf, shutdown.clone(), sockets.clone());
    server_kit::http::serve(listener, router, shutdown, limits).await?;
    // A WebSocket has left the HTTP connection that it began as. It says goodbye within `limits::CLOSE_TIMEOUT`.
    sockets.close();
    sockets.wait().await;
    Ok(())
}

/// The whole service as an axum router; `shutdown` ends its subscriptions and its WebSockets.
pub fn router(shelf: Shelf, shutdown: Shutdown) -> Router {
    routes(shelf, shutdown, TaskTracker::new())
}

fn routes(shelf: Shelf, shutdown: Shutdown, sockets: TaskTracker) -> Router {
    // In an Arc, since axum clones the state for every connection.
    let app = Arc::new(App { engine: Engine::new(shelf, shutdown.clone()), shutdown, sockets });
    Router::new()
        .route("/graphql", get(http::get).post(http::post).fallback(http::method_not_allowed))
        .route("/graphql/assets/{file}", get(graphiql::asset).fallback(graphiql::method_not_allowed))
        .fallback(http::not_found)
        .with_state(app)
}

/// What the handlers share.
#[derive(Debug)]
struct App {
    engine: Engine,
    /// Cancelled when the service is to end.
    shutdown: Shutdown,
    /// The WebSockets that are open.
    sockets: TaskTracker,
}

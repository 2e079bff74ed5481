//! The bookshelf over GraphQL: async-graphql for the language, and a transport of its own on axum.
//!
//! One path, `/graphql`, serves everything: queries and mutations by POST, queries by GET, subscriptions (and queries
//! and mutations, too) as server-sent events or over a WebSocket, and GraphiQL for a browser. `/schema.graphql` is the
//! schema as text, the same as `schema.graphql` beside this crate's manifest.
//!
//! ```
//! use bookshelf::Shelf;
//! use hardening_http::Shutdown;
//! use server_kit::Program;
//!
//! let shutdown = Shutdown::new();
//! let app: axum::Router = graphql_server::router(Shelf::seeded(), shutdown);
//! ```
//!
//! # Layout
//!
//! A request takes this way through the modules, top to bottom:
//!
//! - `http`: GraphQL over HTTP: methods, media types, status codes; server-sent events
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
use hardening_http::{Limits, Shutdown};
use server_kit::Program;
use socket_tap::TapListener;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;

use crate::engine::Engine;
use crate::schema::Schema;

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
    sample_commands: |address| {
        format!(
            "curl 'http://{address}/graphql' --json '{{\"query\": \"{{ book(id: 1) {{ title author {{ name }} }} }}\"}}'\n\
             curl -N 'http://{address}/graphql' -H 'accept: text/event-stream' --json '{{\"query\": \"subscription {{ bookChanged {{ kind book {{ title }} }} }}\"}}'\n\
             a browser on http://{address}/graphql, to explore and to subscribe"
        )
    },
};

/// Serves until the shutdown, then finishes the running requests and closes the WebSockets.
///
/// # Errors
/// As [`hardening_http::serve_with`].
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
    let schema = schema::over(shelf, shutdown.clone()).finish();
    let router = routes(schema, shutdown.clone(), sockets.clone());
    hardening_http::serve_with(listener, router, http::refuse, shutdown, limits).await?;
    // A WebSocket has left the HTTP connection that it began as. It says goodbye within `limits::CLOSE_TIMEOUT`.
    sockets.close();
    sockets.wait().await;
    Ok(())
}

/// The whole service as an axum router; `shutdown` ends its subscriptions and its WebSockets.
pub fn router(shelf: Shelf, shutdown: Shutdown) -> Router {
    routes(schema::over(shelf, shutdown.clone()).finish(), shutdown, TaskTracker::new())
}

fn routes(schema: Schema, shutdown: Shutdown, sockets: TaskTracker) -> Router {
    // In an Arc, since axum clones the state for every connection.
    let app = Arc::new(App { engine: Engine::new(schema), shutdown, sockets });
    Router::new()
        .route("/graphql", get(http::get).post(http::post).fallback(http::method_not_allowed))
        .route("/graphql/assets/{file}", get(graphiql::asset).fallback(http::read_only))
        .route("/schema.graphql", get(http::schema).fallback(http::read_only))
        .fallback(http::not_found)
        .layer(CatchPanicLayer::custom(|_| http::panicked()))
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

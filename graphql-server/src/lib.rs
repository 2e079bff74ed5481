//! The bookshelf over GraphQL: async-graphql for the language, and a transport of its own on axum.
//!
//! One path, `/graphql`, serves everything: queries and mutations by POST, queries by GET, subscriptions (and queries
//! and mutations, too) over a WebSocket, and GraphiQL for a browser.
//!
//! ```
//! use bookshelf::Shelf;
//! use tokio_util::sync::CancellationToken;
//!
//! let shutdown = CancellationToken::new();
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

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use bookshelf::Shelf;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;

/// The whole service as an axum router; `shutdown` ends its subscriptions and its WebSockets.
pub fn router(shelf: Shelf, shutdown: CancellationToken) -> Router {
    // In an Arc, since axum clones the state for every connection.
    let app = Arc::new(App {
        engine: Engine::new(shelf, shutdown.clone()),
        shutdown,
    });
    Router::new()
        .route(
            "/graphql",
            get(http::get).post(http::post).fallback(http::method_not_allowed),
        )
        .route(
            "/graphql/assets/{file}",
            get(graphiql::asset).fallback(graphiql::method_not_allowed),
        )
        .fallback(http::not_found)
        .with_state(app)
}

/// What the handlers share.
#[derive(Debug)]
struct App {
    engine: Engine,
    /// Cancelled when the service is to end.
    shutdown: CancellationToken,
}

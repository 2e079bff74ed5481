//! The bookshelf over GraphQL.
//!
//! The path `/graphql` serves the seven operations by POST and GET, as server-sent events, over a WebSocket,
//! and in a browser with GraphiQL. `/schema.graphql` returns the schema, which is also in the file
//! `schema.graphql` next to this crate's manifest.
//!
//! # Layout
//!
//! - `schema`: the operations and their types
//! - `errors`: errors of the bookshelf as GraphQL errors
//! - `limits`: the cost of a query; `schema` sets the maximum cost and depth
//!
//! [`hardening_graphql`] provides the transports and the other limits.

#![forbid(unsafe_code)]

mod errors;
mod limits;
mod schema;
#[cfg(test)]
mod tests;

use std::io;

use axum::Router;
use bookshelf::Shelf;
use hardening_graphql::Page;
use hardening_http::{Limits, Shutdown};
use server_kit::Program;
use socket_tap::TapListener;

/// Name, default address and help texts of the command `graphql-server`.
pub const PROGRAM: Program = Program {
    name: "graphql-server",
    version: env!("CARGO_PKG_VERSION"),
    api: "graphql",
    listen: "127.0.0.1:4000",
    about: "The bookshelf over GraphQL. Prints each socket call as it happens.",
    examples: "Examples:\n  \
        graphql-server                                        print each socket call\n  \
        graphql-server --trace graphql.jsonl --capture 1024   record with payload\n  \
        graphql-server --listen [::]:8000 --quiet             listen on every interface, print nothing",
    sample_commands: |address| {
        format!(
            "curl 'http://{address}/graphql' --json '{{\"query\": \"{{ book(id: 1) {{ title author {{ name }} }} }}\"}}'\n\
             curl -N 'http://{address}/graphql' -H 'accept: text/event-stream' --json '{{\"query\": \"subscription {{ bookChanged {{ kind book {{ title }} }} }}\"}}'\n\
             a browser on http://{address}/graphql, to explore and to subscribe"
        )
    },
};

const PAGE: Page = Page { title: "Bookshelf: GraphiQL", query: include_str!("../example.graphql") };

/// Serves the API until the shutdown, then completes in-flight requests and closes the WebSockets.
///
/// # Errors
/// Returns the same errors as [`hardening_graphql::serve`].
pub async fn serve(listener: TapListener, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    serve_with(listener, shelf, shutdown, Limits::default()).await
}

/// Serves the API as [`serve`] does, with the given limits.
///
/// # Errors
/// Returns the same errors as [`hardening_graphql::serve`].
pub async fn serve_with(
    listener: TapListener,
    shelf: Shelf,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    let schema = schema::build(shelf, shutdown.clone()).finish();
    hardening_graphql::serve(listener, schema, PAGE, shutdown, limits).await
}

/// Returns the API as an axum router. `shutdown` ends its subscriptions and WebSockets.
pub fn router(shelf: Shelf, shutdown: Shutdown) -> Router {
    hardening_graphql::router(schema::build(shelf, shutdown.clone()).finish(), PAGE, shutdown)
}

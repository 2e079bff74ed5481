//! The bookshelf as a REST API, on axum.
//!
//! ```
//! use bookshelf::Shelf;
//! use hardening_http::Shutdown;
//!
//! let app: axum::Router = rest_server::router(Shelf::seeded(), Shutdown::new());
//! ```
//!
//! # Layout
//!
//! - `list`, `get`, `create`, `update`, `delete`, `authors`, `watch`: the seven operations
//! - `problem`: the error responses
//! - `fields`: ids and fields in requests
//! - [`limits`]: the limits of this API
//!
//! `openapi.json` describes the API for clients. The tests validate each response against it.

#![forbid(unsafe_code)]

mod authors;
mod create;
mod delete;
mod fields;
mod get;
pub mod limits;
mod list;
mod problem;
#[cfg(test)]
mod tests;
mod update;
mod watch;

use std::io;
use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use axum::{Router, routing};
use bookshelf::{Error, Shelf};
use hardening_http::{Limits, Shutdown};
use hardening_rest::{Api, ApiRouter, Conditions, Rejection};
use server_kit::Program;
use socket_tap::TapListener;

use crate::problem::Problem;

/// Returns the router of the API, for use in another server. Streams of changes end at the shutdown.
pub fn router(shelf: Shelf, shutdown: Shutdown) -> Router {
    ApiRouter::new(include_str!("../openapi.json"))
        .resource("/v1/books", routing::get(list::list).post(create::create))
        .resource("/v1/books/{id}", routing::get(get::get).patch(update::update).delete(delete::delete))
        .resource("/v1/authors/{id}", routing::get(authors::authors))
        .resource("/v1/books/changes", routing::get(watch::watch))
        .finish(App { shelf, shutdown: shutdown.into() })
}

/// The state of every handler.
#[derive(Clone)]
struct App {
    shelf: Shelf,
    /// axum clones the state for each request, and the clone of a `Shutdown` takes a lock.
    shutdown: Arc<Shutdown>,
}

impl Api for App {
    type Error = Problem;
    const MAX_BODY_BYTES: usize = limits::MAX_BODY_BYTES;
    const NOT_FOUND_HINT: &'static str = "the books are at /v1/books, the documentation at /docs";
}

impl App {
    /// Changes a book at a revision that meets the preconditions. After a concurrent change, checks them again with the new
    /// revision.
    fn change<T>(
        &self,
        id: u32,
        conditions: &Conditions,
        change: impl Fn(u32) -> Result<T, Error>,
    ) -> Result<T, Problem> {
        loop {
            let revision = self.shelf.book(id)?.revision;
            conditions.check(revision)?;
            match change(revision) {
                Err(Error::Conflict { .. }) => {}
                result => return Ok(result?),
            }
        }
    }
}

/// Serves the API until the shutdown, then completes the requests in flight.
///
/// # Errors
/// As [`hardening_http::serve_with`].
pub async fn serve(listener: TapListener, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    serve_with(listener, shelf, shutdown, Limits::default()).await
}

/// Serves the API with the given limits.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    listener: TapListener,
    shelf: Shelf,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    let router = router(shelf, shutdown.clone());
    hardening_http::serve_with(listener, router, reject, shutdown, limits).await
}

/// Returns the response to a request that was rejected before it reached the router, or whose handler panicked.
fn reject(rejection: hardening_http::Rejection) -> Response {
    Problem::from(Rejection::from(rejection)).into_response()
}

/// The name, the help and the examples of the `rest-server` command.
pub const PROGRAM: Program = Program {
    name: "rest-server",
    version: env!("CARGO_PKG_VERSION"),
    api: "rest",
    listen: "127.0.0.1:3000",
    about: "The bookshelf over REST. Prints each socket call as it happens.",
    examples: "Examples:\n  \
        rest-server                                     print each socket call\n  \
        rest-server --trace rest.jsonl --capture 1024   record with payload\n  \
        rest-server --listen [::]:8000 --quiet          listen on every interface, print nothing",
    sample_commands: |address| {
        format!(
            "curl -i 'http://{address}/v1/books/1'\n\
             curl 'http://{address}/v1/books?author_id=1'\n\
             curl -N 'http://{address}/v1/books/changes'\n\
             the documentation of the API in a browser: http://{address}/docs"
        )
    },
};

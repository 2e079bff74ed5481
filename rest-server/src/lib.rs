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
//! - `service`: the seven operations
//! - `convert`: conversions between HTTP and the shelf's types
//! - `problem`: the shelf's errors as problem details
//! - [`limits`]: limits of this API, each with its reason
//!
//! `openapi.json` is the contract, and the tests validate each response against it. [`hardening_rest`] adds strict
//! extractors, conditional requests, `OPTIONS`, 405 and the documentation page.

#![forbid(unsafe_code)]

mod convert;
pub mod limits;
mod problem;
mod service;
#[cfg(test)]
mod tests;

use std::io;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bookshelf::Shelf;
use hardening_http::{Limits, Shutdown};
use hardening_rest::{Api, ApiRouter, Rejection};
use server_kit::Program;
use socket_tap::TapListener;

use crate::problem::Problem;
use crate::service::Service;

/// Returns the router of the API, for use in another server. Streams of changes end at the shutdown.
pub fn router(shelf: Shelf, shutdown: Shutdown) -> Router {
    ApiRouter::new(include_str!("../openapi.json"))
        .resource("/v1/books", get(service::list).post(service::create))
        .resource("/v1/books/{id}", get(service::get).patch(service::update).delete(service::delete))
        .resource("/v1/authors/{id}", get(service::author))
        .resource("/v1/books/changes", get(service::watch))
        .finish(Service::new(shelf, shutdown))
}

impl Api for Service {
    type Error = Problem;
    const MAX_BODY_BYTES: usize = limits::MAX_BODY_BYTES;
    const NOT_FOUND_HINT: &'static str = "the books are at /v1/books, the documentation at /docs";
}

/// Serves the API until the shutdown, then completes the requests in flight.
///
/// # Errors
/// Returns the same errors as [`hardening_http::serve_with`].
pub async fn serve(listener: TapListener, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    serve_with(listener, shelf, shutdown, Limits::default()).await
}

/// Serves the API with the given limits.
///
/// # Errors
/// Returns the same errors as [`serve`].
pub async fn serve_with(
    listener: TapListener,
    shelf: Shelf,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    let router = router(shelf, shutdown.clone());
    hardening_http::serve_with(listener, router, reject, shutdown, limits).await
}

/// Returns the response to a request that was rejected before it reached the router, or whose handler
/// panicked.
fn reject(rejection: hardening_http::Rejection) -> Response {
    Problem::from(Rejection::from(rejection)).into_response()
}

/// Name, default address and help texts of the command `rest-server`.
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

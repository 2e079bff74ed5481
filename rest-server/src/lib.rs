//! The bookshelf over REST, on axum.
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
//! - `books`, `authors`: the resources, a file for each operation
//! - `changes`: server-sent events
//! - `model`: what is shown of the shelf
//! - `input`: what a request brings along: ids, queries, bodies, `Accept`
//! - `conditions`: revisions as `ETag`, `If-Match` and `If-None-Match`
//! - `problem`: every error as RFC 9457 problem details
//! - `resource`: `HEAD`, `OPTIONS` and 405, for every resource
//! - `openapi`: the document of the API, made from all of these
//! - `docs`: the document as a file and as a page
//! - [`limits`]: every limit, with its reason

#![forbid(unsafe_code)]

mod authors;
mod books;
mod changes;
mod conditions;
mod docs;
mod input;
pub mod limits;
mod model;
mod openapi;
mod problem;
mod resource;
#[cfg(test)]
mod tests;

use std::io;

use axum::Router;
use axum::http::{Method, Uri};
use axum::response::IntoResponse as _;
use bookshelf::Shelf;
use hardening_http::{Limits, Shutdown};
use server_kit::Program;
use socket_tap::TapListener;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::openapi::Document;
use crate::problem::Problem;

/// What every handler is given.
#[derive(Clone)]
struct App {
    shelf: Shelf,
    shutdown: Shutdown,
}

/// What the command tells of itself.
pub const PROGRAM: Program = Program {
    name: "rest-server",
    version: env!("CARGO_PKG_VERSION"),
    api: "rest",
    listen: "127.0.0.1:3000",
    about: "The bookshelf over REST. Prints each socket call as it happens.",
    examples: "Examples:\n  \
        rest-server                                     print each socket call\n  \
        rest-server --trace rest.jsonl --capture 1024   record with payload\n  \
        rest-server --listen [::]:8000 --quiet          every interface, without a word",
    sample_commands: |address| {
        format!(
            "curl -i 'http://{address}/v1/books/1'\n\
             curl 'http://{address}/v1/books?author_id=1'\n\
             curl -N 'http://{address}/v1/books/changes'\n\
             a browser on http://{address}/docs, for the rest"
        )
    },
};

/// Serves until the shutdown, then finishes the running requests.
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
    let router = router(shelf, shutdown.clone());
    let reject = |rejection| Problem::from(rejection).into_response();
    hardening_http::serve_with(listener, router, reject, shutdown, limits).await
}

/// The API, for a server of one's own. Streams of changes end at the shutdown.
pub fn router(shelf: Shelf, shutdown: Shutdown) -> Router {
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(books::routes())
        .merge(changes::routes())
        .merge(authors::routes())
        .split_for_parts();
    let allow = resource::allowed(&document.paths);
    guarded(
        router
            .merge(docs::routes(&document))
            .fallback(async move |method: Method, uri: Uri| resource::nowhere(&method, &uri, allow))
            .with_state(App { shelf, shutdown }),
    )
}

/// A handler that panics costs its own request and no more.
fn guarded(router: Router) -> Router {
    router.layer(CatchPanicLayer::custom(|_| Problem::panicked().into_response()))
}

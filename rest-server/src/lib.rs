//! The bookshelf over REST, on axum.
//!
//! # Layout
//!
//! - `books`, `authors`: the resources
//! - `changes`: server-sent events
//! - `extract`: axum's extractors, whose rejections are problems
//! - `problem`: every error as RFC 9457 problem details
//! - `revision`: revisions as `ETag` and `If-Match`

#![forbid(unsafe_code)]

mod authors;
mod books;
mod changes;
mod extract;
mod problem;
mod revision;

use std::io;

use axum::Router;
use axum::routing::get;
use bookshelf::Shelf;
use server_kit::{Limits, Program, Shutdown};
use socket_tap::TapListener;

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
    try_it: |address| {
        format!(
            "curl -i 'http://{address}/v1/books/1'\n\
             curl 'http://{address}/v1/books?author_id=1'\n\
             curl -N 'http://{address}/v1/books/changes'"
        )
    },
};

/// Serves until the shutdown, then finishes the running requests.
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
    server_kit::http::serve(listener, router(shelf, shutdown.clone()), shutdown, limits).await
}

/// The API, for a server of one's own. Streams of changes end at the shutdown.
pub fn router(shelf: Shelf, shutdown: Shutdown) -> Router {
    Router::new()
        .route("/v1/books", get(books::list).post(books::create))
        .route("/v1/books/{id}", get(books::get).patch(books::update).delete(books::delete))
        .route("/v1/books/changes", get(changes::watch))
        .route("/v1/authors/{id}", get(authors::get))
        .method_not_allowed_fallback(Problem::method_not_allowed)
        .fallback(Problem::no_such_path)
        .with_state(App { shelf, shutdown })
}

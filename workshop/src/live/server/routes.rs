//! Which request is answered by what.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use crate::live::operations::{datagrams, run, watch as watching};
use crate::live::response::Refusal;
use crate::live::server::{access, stream};
use crate::live::{Live, download};

/// What is asked for is said in a few words.
const MOST_BODY: usize = 4096;

pub(crate) fn router(live: Arc<Live>) -> Router {
    Router::new()
        .route("/", get(|| text("text/html; charset=utf-8", page::INDEX)))
        .route("/page.js", get(|| text("text/javascript; charset=utf-8", page::SCRIPT)))
        .route("/page.css", get(|| text("text/css; charset=utf-8", page::STYLES)))
        .route("/icon.svg", get(|| text("image/svg+xml", page::ICON)))
        .route("/api/stream", get(stream::stream))
        .route("/api/run", post(run::run))
        .route("/api/watch", post(watching::switch))
        .route("/api/datagrams", post(datagrams::run))
        .merge(download::routes())
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(from_fn_with_state(Arc::clone(&live), access::guard))
        .with_state(live)
}

async fn text(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind)], text)
}

async fn no_such_path() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "there is nothing here; the page is at /".to_owned())
}

async fn no_such_method() -> Refusal {
    Refusal(StatusCode::METHOD_NOT_ALLOWED, "this is not done by that method".to_owned())
}

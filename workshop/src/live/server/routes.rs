//! The routes of the live server.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use super::{access, stream};
use crate::live::download;
use crate::live::operations::handlers;
use crate::live::response::ErrorResponse;
use crate::live::room;
use crate::live::state::State;

/// Maximum size of a request body in bytes. Valid bodies have fewer than 200.
const MAX_BODY: usize = 4096;

pub(crate) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/", get(|| asset("text/html; charset=utf-8", page::INDEX)))
        .route("/page.js", get(|| asset("text/javascript; charset=utf-8", page::SCRIPT)))
        .route("/page.css", get(|| asset("text/css; charset=utf-8", page::STYLES)))
        .route("/icon.svg", get(|| asset("image/svg+xml", page::ICON)))
        .route("/api/stream", get(stream::stream))
        .route("/api/run", post(handlers::run))
        .route("/api/watch", post(handlers::watch))
        .route("/api/datagrams", post(handlers::datagrams))
        .route("/api/experiment", post(handlers::experiment))
        .route("/api/wire", post(handlers::wire))
        .route("/api/wire/recorded/{scenario}", get(handlers::recorded_wire))
        .route("/api/clear", post(handlers::clear))
        .route("/room.js", get(|| asset("text/javascript; charset=utf-8", page::ROOM_SCRIPT)))
        .route("/api/room/join", post(room::handlers::join))
        .route("/api/room/remove", post(room::handlers::remove))
        .route("/api/room/predict", post(room::handlers::predict))
        .route("/api/room/show", post(room::handlers::show))
        .route("/api/room/qr.svg", get(room::handlers::qr))
        .route("/api/room/stream", get(room::stream::stream))
        .merge(download::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(Arc::clone(&state), access::guard))
        .with_state(state)
}

async fn asset(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, content_type)], text)
}

async fn not_found() -> ErrorResponse {
    ErrorResponse(StatusCode::NOT_FOUND, "nothing exists at this path; the page is at /".to_owned())
}

async fn method_not_allowed() -> ErrorResponse {
    ErrorResponse(StatusCode::METHOD_NOT_ALLOWED, "this path does not support this method".to_owned())
}

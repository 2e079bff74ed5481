//! The document of the API, as a file and as a page.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::OpenApi;

use crate::App;
use crate::resource::file;

pub(crate) fn routes(document: &OpenApi) -> Router<App> {
    // Serialized once. axum clones what a handler holds for every connection, and these bytes are shared.
    let json = Bytes::from(document.to_json().unwrap_or_default());
    let json = async move || ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")], json);
    Router::new().route("/openapi.json", file(get(json)))
}

//! The document of the API, as a file and as a page. All of the page is in the binary: it loads nothing from anywhere
//! else.

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::Uri;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::OpenApi;

use crate::App;
use crate::problem::Problem;
use crate::resource::file;

/// What the page may do: use its own files and talk to its own server. Swagger UI sets styles by script, and brings its
/// icons along as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Foreign files have their version in their name: what was loaded once never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Our own files change with the program.
const ASK_AGAIN: &str = "no-cache";

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A file, with the type and the caching that it is sent with.
type Asset = (&'static [u8], &'static str, &'static str);

pub(crate) fn routes(document: &OpenApi) -> Router<App> {
    // Serialized once. axum clones what a handler holds, and a clone of these bytes is a pointer.
    let json = Bytes::from(document.to_json().unwrap_or_default());
    let json = async move || ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, ASK_AGAIN)], json);
    Router::new()
        .route("/openapi.json", file(get(json)))
        .route("/docs", file(get(page)))
        .route("/docs/assets/{file}", file(get(asset)))
}

async fn page() -> Response {
    let page = send((include_bytes!("../assets/index.html"), "text/html; charset=utf-8", ASK_AGAIN));
    ([(CONTENT_SECURITY_POLICY, POLICY)], page).into_response()
}

async fn asset(uri: Uri, file: Result<Path<String>, PathRejection>) -> Response {
    match file.ok().and_then(|Path(file)| find(&file)) {
        Some(asset) => send(asset),
        None => Problem::no_such_path(&uri).into_response(),
    }
}

fn find(file: &str) -> Option<Asset> {
    Some(match file {
        "page.css" => (include_bytes!("../assets/page.css"), STYLE, ASK_AGAIN),
        "page.js" => (include_bytes!("../assets/page.js"), SCRIPT, ASK_AGAIN),
        "swagger-ui-5.35.0.css" => (include_bytes!("../assets/swagger-ui-5.35.0.css"), STYLE, FOREVER),
        "swagger-ui-5.35.0.js" => (include_bytes!("../assets/swagger-ui-5.35.0.js"), SCRIPT, FOREVER),
        _ => return None,
    })
}

fn send((body, kind, caching): Asset) -> Response {
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, caching), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, body).into_response()
}

//! Serves the OpenAPI document and a page that displays it. The page's files are part of the binary.

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::Uri;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;

use crate::router::file;
use crate::{Api, Rejection};

/// Content security policy of the page: it may load files from this server and connect to it, and nothing
/// else. Swagger UI needs styles set by script, and `data:` URIs for its icons.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `Cache-Control` of third-party files. Browsers may cache these files indefinitely, because a new version
/// has a new name.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// `Cache-Control` of files that may differ in the next version of the program.
const REVALIDATE: &str = "no-cache";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// Content, `Content-Type` and `Cache-Control` of a file.
type Asset = (Bytes, &'static str, &'static str);

/// Returns the routes of the OpenAPI document `json` and of the page that displays it. `title` is the page's
/// title.
pub(crate) fn routes<S: Api>(json: &'static str, title: &str) -> Router<S> {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, REVALIDATE)];
    let html = include_str!("../assets/index.html").replace("{title}", title);
    let page: Asset = (html.into(), HTML, REVALIDATE);
    Router::new()
        .route("/openapi.json", file(get((headers, json))))
        .route("/docs", file(get(async move || ([(CONTENT_SECURITY_POLICY, POLICY)], send(page)))))
        .route("/docs/assets/{file}", file(get(asset::<S>)))
}

async fn asset<S: Api>(uri: Uri, file: Result<Path<String>, PathRejection>) -> Result<Response, S::Error> {
    match file.ok().and_then(|Path(file)| find(&file)) {
        Some(asset) => Ok(send(asset)),
        None => Err(Rejection::no_such_path::<S>(&uri).into()),
    }
}

fn find(file: &str) -> Option<Asset> {
    let (bytes, media_type, caching): (&[u8], _, _) = match file {
        "page.css" => (include_bytes!("../assets/page.css"), STYLE, REVALIDATE),
        "page.js" => (include_bytes!("../assets/page.js"), SCRIPT, REVALIDATE),
        "swagger-ui-5.35.0.css" => (include_bytes!("../assets/swagger-ui-5.35.0.css"), STYLE, IMMUTABLE),
        "swagger-ui-5.35.0.js" => (include_bytes!("../assets/swagger-ui-5.35.0.js"), SCRIPT, IMMUTABLE),
        _ => return None,
    };
    Some((Bytes::from_static(bytes), media_type, caching))
}

fn send((bytes, media_type, caching): Asset) -> Response {
    let headers = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, caching), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, bytes).into_response()
}

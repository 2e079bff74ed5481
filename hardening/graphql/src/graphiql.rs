//! GraphiQL, the page for a browser. All of it is in the binary: the page loads nothing from anywhere else.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::http::{Media, Problem};

/// What the page may do: use its own files and talk to its own server. GraphiQL sets styles by script, and brings its
/// fonts and icons along as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; \
                      img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Foreign files have their version in their name: what was loaded once never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Our own files change with the program.
const ASK_AGAIN: &str = "no-cache";

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A file, with the type and the caching that it is sent with.
type Asset = (&'static [u8], &'static str, &'static str);

/// The page itself.
pub(crate) fn page() -> Response {
    let page: Asset = (include_bytes!("../assets/index.html"), "text/html; charset=utf-8", ASK_AGAIN);
    let mut response = send(page);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    response
}

/// `GET /graphql/assets/{file}`: what the page needs.
pub(crate) async fn asset(file: Result<Path<String>, PathRejection>) -> Response {
    file.ok().and_then(|Path(file)| find(&file)).map_or_else(no_such_file, send)
}

fn find(file: &str) -> Option<Asset> {
    Some(match file {
        "page.css" => (include_bytes!("../assets/page.css"), STYLE, ASK_AGAIN),
        "page.js" => (include_bytes!("../assets/page.js"), SCRIPT, ASK_AGAIN),
        "graphiql-3.8.3.min.css" => (include_bytes!("../assets/graphiql-3.8.3.min.css"), STYLE, FOREVER),
        "graphiql-3.8.3.min.js" => (include_bytes!("../assets/graphiql-3.8.3.min.js"), SCRIPT, FOREVER),
        "graphql-ws-5.16.2.min.js" => (include_bytes!("../assets/graphql-ws-5.16.2.min.js"), SCRIPT, FOREVER),
        "react-18.3.1.min.js" => (include_bytes!("../assets/react-18.3.1.min.js"), SCRIPT, FOREVER),
        "react-dom-18.3.1.min.js" => (include_bytes!("../assets/react-dom-18.3.1.min.js"), SCRIPT, FOREVER),
        _ => return None,
    })
}

fn send((body, kind, caching): Asset) -> Response {
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, caching), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, body).into_response()
}

fn no_such_file() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "there is no such file").reply(Media::Json)
}

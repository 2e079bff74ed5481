//! Serves GraphiQL, a page that explores the API in a browser. The page's files are part of the binary.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};

use crate::endpoint::Endpoint;
use crate::http::{HttpError, Media};

/// The parts of the GraphiQL page that depend on the API.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Title of the page.
    pub title: &'static str,
    /// Operations that the editor shows at first.
    pub query: &'static str,
}

impl Page {
    /// Returns the page as HTML.
    pub(crate) fn html(self) -> String {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        let index = include_str!("../assets/index.html");
        index.replace("{title}", &escape(self.title)).replace("{query}", &escape(self.query))
    }
}

/// Content security policy of the page: it may load files from this server and connect to it, and nothing
/// else. GraphiQL needs styles set by script, and `data:` URLs for its fonts and icons.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; \
                      img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `Cache-Control` of third-party files. Browsers may cache these files indefinitely, because a new version
/// has a new name.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// `Cache-Control` of files that may differ in the next version of the program.
const REVALIDATE: &str = "no-cache";

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// Content, `Content-Type` and `Cache-Control` of a file.
type Asset = (&'static [u8], &'static str, &'static str);

/// Returns the GraphiQL page as a response.
pub(crate) fn page<E>(endpoint: &Endpoint<E>) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, REVALIDATE),
        (CONTENT_SECURITY_POLICY, POLICY),
        (VARY, "accept"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, endpoint.page.clone()).into_response()
}

/// Handles `GET /graphql/assets/{file}`: a file that the page loads.
pub(crate) async fn asset(name: Result<Path<String>, PathRejection>) -> Response {
    name.ok().and_then(|Path(name)| find(&name)).map_or_else(not_found, file)
}

fn find(name: &str) -> Option<Asset> {
    Some(match name {
        "page.css" => (include_bytes!("../assets/page.css"), STYLE, REVALIDATE),
        "page.js" => (include_bytes!("../assets/page.js"), SCRIPT, REVALIDATE),
        "graphiql-3.8.3.min.css" => (include_bytes!("../assets/graphiql-3.8.3.min.css"), STYLE, IMMUTABLE),
        "graphiql-3.8.3.min.js" => (include_bytes!("../assets/graphiql-3.8.3.min.js"), SCRIPT, IMMUTABLE),
        "graphql-ws-5.16.2.min.js" => {
            (include_bytes!("../assets/graphql-ws-5.16.2.min.js"), SCRIPT, IMMUTABLE)
        }
        "react-18.3.1.min.js" => (include_bytes!("../assets/react-18.3.1.min.js"), SCRIPT, IMMUTABLE),
        "react-dom-18.3.1.min.js" => (include_bytes!("../assets/react-dom-18.3.1.min.js"), SCRIPT, IMMUTABLE),
        _ => return None,
    })
}

fn file((content, content_type, cache_control): Asset) -> Response {
    let headers =
        [(CONTENT_TYPE, content_type), (CACHE_CONTROL, cache_control), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, content).into_response()
}

fn not_found() -> Response {
    HttpError::new(StatusCode::NOT_FOUND, "not found: the GraphiQL page has no such file")
        .into_response(Media::Json)
}

//! Whether the client takes what there is (RFC 9110, 12.5.1). There is one representation of everything, so there is
//! nothing to choose.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use hardening_http::accept::Accept;

use crate::problem::Problem;

/// The client takes JSON.
pub(crate) struct AcceptsJson;

/// The client takes server-sent events.
pub(crate) struct AcceptsEvents;

impl<S: Send + Sync> FromRequestParts<S> for AcceptsJson {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        check(&parts.headers, "application/json").map(|()| Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AcceptsEvents {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        check(&parts.headers, "text/event-stream").map(|()| Self)
    }
}

fn check(headers: &HeaderMap, media_type: &str) -> Result<(), Problem> {
    if Accept::from_headers(headers).is_none_or(|accept| accept.preference(media_type).is_some()) {
        return Ok(());
    }
    let detail = format!("the answer is {media_type}, and Accept does not name it");
    Err(Problem::new(StatusCode::NOT_ACCEPTABLE, detail))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::ACCEPT;

    fn takes(accept: &str) -> bool {
        let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
        super::check(&headers, "application/json").is_ok()
    }

    #[test]
    fn the_most_exact_range_decides() {
        for accept in [
            "*/*",
            "application/*",
            "Application/JSON",
            "application/json; charset=utf-8",
            "text/html;q=many, application/json",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html, application/json; q=0.001",
            "*/*;q=0, application/json",
        ] {
            assert!(takes(accept), "{accept}");
        }
        for accept in [
            "",
            "text/html",
            "application/xml",
            "application/json;q=0, */*",
            "application/*;q=0.0, */*",
            "json",
            "application/json;q=many",
            "application/json;charset=latin1",
        ] {
            assert!(!takes(accept), "{accept}");
        }
    }
}

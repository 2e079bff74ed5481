//! Content negotiation (RFC 9110, section 12.5.1): rejects a request whose `Accept` header excludes the only
//! media type of the response.

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use hardening_http::accept::Accept;

use crate::{Api, Rejection};

/// Extractor that rejects a request whose `Accept` header excludes JSON.
#[derive(Debug)]
pub struct AcceptsJson;

/// Extractor that rejects a request whose `Accept` header excludes server-sent events.
#[derive(Debug)]
pub struct AcceptsEvents;

impl<S: Api> FromRequestParts<S> for AcceptsJson {
    type Rejection = S::Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, S::Error> {
        check(&parts.headers, "application/json")?;
        Ok(Self)
    }
}

impl<S: Api> FromRequestParts<S> for AcceptsEvents {
    type Rejection = S::Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, S::Error> {
        check(&parts.headers, "text/event-stream")?;
        Ok(Self)
    }
}

fn check(headers: &HeaderMap, media_type: &str) -> Result<(), Rejection> {
    if accepts_anything(headers) {
        return Ok(());
    }
    if Accept::from_headers(headers).is_none_or(|accept| accept.preference(media_type).is_some()) {
        return Ok(());
    }
    let detail = format!("the response is {media_type}, which the Accept header excludes");
    Err(Rejection::Status(StatusCode::NOT_ACCEPTABLE, detail))
}

/// Returns `true` if there is no `Accept` header or it is `*/*`, as in most requests. These need no parsing.
fn accepts_anything(headers: &HeaderMap) -> bool {
    // A scan of a few headers costs less than a lookup.
    let mut lines = headers.iter().filter(|(name, _)| *name == ACCEPT);
    lines.next().is_none_or(|(_, line)| line == "*/*" && lines.next().is_none())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::ACCEPT;

    fn accepts_json(lines: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, line.parse().unwrap());
        }
        super::check(&headers, "application/json").is_ok()
    }

    #[test]
    fn most_specific_media_range_takes_precedence() {
        for accept in [
            &[][..],
            &["*/*"],
            &["application/*"],
            &["Application/JSON"],
            &["application/json; charset=utf-8"],
            &["text/html;q=many, application/json"],
            &["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
            &["text/html, application/json; q=0.001"],
            &["*/*;q=0, application/json"],
            &["text/html", "*/*"],
        ] {
            assert!(accepts_json(accept), "{accept:?}");
        }
        for accept in [
            &[""][..],
            &["text/html"],
            &["application/xml"],
            &["application/json;q=0, */*"],
            &["application/*;q=0.0, */*"],
            &["json"],
            &["application/json;q=many"],
            &["application/json;charset=latin1"],
            &["*/*", "application/json;q=0"],
        ] {
            assert!(!accepts_json(accept), "{accept:?}");
        }
    }
}

//! Conditional requests (RFC 9110, section 13): the `ETag` of a resource is its revision, and `If-Match` and
//! `If-None-Match` list revisions.

mod tags;

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::{Api, Rejection};
use tags::Tags;

/// Converts `representation` to a response, and adds an `ETag` header with the resource's `revision`.
pub fn with_etag(revision: u32, representation: impl IntoResponse) -> Response {
    let mut response = representation.into_response();
    response.headers_mut().insert(ETAG, etag(revision));
    response
}

fn etag(revision: u32) -> HeaderValue {
    // Formatted into an array because `format!` makes a read 2 % more expensive.
    let mut tag = [b'"'; 12];
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(revision).as_bytes();
    tag[1..=digits.len()].copy_from_slice(digits);
    HeaderValue::from_bytes(&tag[..digits.len() + 2]).unwrap_or(HeaderValue::from_static(""))
}

/// Extractor of the headers `If-Match` and `If-None-Match`. Both are optional.
#[derive(Debug, Default)]
pub struct Conditions {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

impl<S: Api> FromRequestParts<S> for Conditions {
    type Rejection = S::Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, S::Error> {
        let headers = &parts.headers;
        // Most requests have no preconditions. A scan of the names costs less than two lookups.
        if !headers.keys().any(|name| name == IF_MATCH || name == IF_NONE_MATCH) {
            return Ok(Self::default());
        }
        Ok(Self {
            if_match: parse(headers, "If-Match", &IF_MATCH)?,
            if_none_match: parse(headers, "If-None-Match", &IF_NONE_MATCH)?,
        })
    }
}

impl Conditions {
    /// Checks that the request has `If-Match`, so that no client overwrites a change that it has not seen
    /// (RFC 6585, section 3).
    ///
    /// # Errors
    /// With 428 if the header is missing.
    pub fn require_if_match(&self) -> Result<(), Rejection> {
        if self.if_match.is_some() {
            return Ok(());
        }
        let detail = "missing If-Match; send the ETag that you read, so that no other change is overwritten";
        Err(Rejection::Status(StatusCode::PRECONDITION_REQUIRED, detail.to_owned()))
    }

    /// Returns the response to a GET of a resource at `revision`: 304 if `If-None-Match` lists that revision,
    /// otherwise the representation.
    ///
    /// # Errors
    /// With 412 if `If-Match` does not list the revision.
    pub fn respond<R: IntoResponse>(
        &self,
        revision: u32,
        representation: impl FnOnce() -> R,
    ) -> Result<Response, Rejection> {
        self.check_if_match(revision)?;
        Ok(match &self.if_none_match {
            Some(tags) if tags.match_weakly(revision) => with_etag(revision, StatusCode::NOT_MODIFIED),
            _ => with_etag(revision, representation()),
        })
    }

    /// Checks that the preconditions allow a change to a resource at `revision`.
    ///
    /// # Errors
    /// With 412 if `If-Match` does not list the revision, or `If-None-Match` does.
    pub fn check(&self, revision: u32) -> Result<(), Rejection> {
        self.check_if_match(revision)?;
        match &self.if_none_match {
            Some(tags) if tags.match_weakly(revision) => Err(Rejection::PreconditionFailed {
                revision,
                detail: format!("the resource is at revision {revision}, which If-None-Match excludes"),
            }),
            _ => Ok(()),
        }
    }

    fn check_if_match(&self, revision: u32) -> Result<(), Rejection> {
        match &self.if_match {
            Some(tags) if !tags.match_strongly(revision) => Err(Rejection::PreconditionFailed {
                revision,
                detail: format!(
                    "the resource is at revision {revision}, not {tags}: read it again, then repeat the change"
                ),
            }),
            _ => Ok(()),
        }
    }
}

fn parse(headers: &HeaderMap, field: &'static str, name: &HeaderName) -> Result<Option<Tags>, Rejection> {
    if !headers.contains_key(name) {
        return Ok(None);
    }
    // A list can span several header lines.
    let lines: Vec<_> =
        headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    match Tags::parse(&lines.join(",")) {
        Some(tags) => Ok(Some(tags)),
        None => Err(Rejection::header(field, "must be * or a list of ETags, such as \"1\" or \"1\", \"2\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::etag;

    #[test]
    fn etag_is_the_quoted_revision() {
        for revision in [0, 1, 9, 10, 99, 100, 1_234_567_890, u32::MAX] {
            assert_eq!(etag(revision), format!("\"{revision}\""));
        }
    }
}

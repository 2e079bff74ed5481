//! Every error as RFC 9457 problem details.
//!
//! # Layout
//!
//! - [`Problem`]: an error answer
//! - `kind`: the problem types
//! - `shelf`: which problem each error of the shelf is

mod kind;
mod shelf;

use axum::Json;
use axum::http::header::{ALLOW, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hardening_http::Rejection;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use kind::Kind;

/// What every error answer is sent as.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// An error answer.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: Kind,
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    revision: Option<u32>,
    /// What tells a client how to do better.
    header: Option<(HeaderName, &'static str)>,
}

/// What is wrong with one argument.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// The member of the body, the parameter of the query or the header that is wrong.
    #[schema(example = "year")]
    pub(crate) field: String,
    /// The rule that it breaks, as the rest of a sentence that begins with its name.
    #[schema(example = "must be a whole number from -3000 to 2100, is 2101")]
    pub(crate) detail: String,
}

/// A problem as it is sent.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem, description = "Why a request failed (RFC 9457).")]
pub(crate) struct Details<'a> {
    /// Which kind of problem; `about:blank` when the status says it all.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "urn:problem-type:bookshelf:invalid")]
    kind: &'a str,
    /// The kind in words.
    #[schema(example = "An argument breaks a rule")]
    title: &'a str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// What went wrong this time, and what to do about it.
    #[schema(example = "year must be a whole number from -3000 to 2100, is 2101")]
    detail: &'a str,
    /// The arguments that are wrong.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    /// The revision that the book has, when the request named another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Int64, minimum = 1, maximum = 4294967295u32, example = 2)]
    revision: Option<u32>,
}

impl Problem {
    /// A problem that its status says all about.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::of(Kind::Blank, status, detail)
    }

    pub(crate) fn of(kind: Kind, status: StatusCode, detail: impl Into<String>) -> Self {
        Self { kind, status, detail: detail.into(), errors: Vec::new(), revision: None, header: None }
    }

    /// Arguments that are wrong.
    pub(crate) fn invalid(status: StatusCode, errors: Vec<FieldError>) -> Self {
        let sentences: Vec<_> =
            errors.iter().map(|error| format!("{} {}", error.field, error.detail)).collect();
        Self { errors, ..Self::of(Kind::Invalid, status, sentences.join("; ")) }
    }

    /// The request names another revision than the book has.
    pub(crate) fn changed(revision: u32, detail: impl Into<String>) -> Self {
        let problem = Self::of(Kind::Changed, StatusCode::PRECONDITION_FAILED, detail);
        Self { revision: Some(revision), ..problem }
    }

    /// Adds a header that tells the client how to do better.
    pub(crate) fn with_header(self, name: HeaderName, value: &'static str) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// No route has the path.
    pub(crate) fn no_such_path(uri: &Uri) -> Self {
        let path = uri.path();
        let detail =
            format!("there is nothing at {path}; the books are at /v1/books, the documentation at /docs");
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The path has a route, but not for the method.
    pub(crate) fn method_not_allowed(method: &Method, uri: &Uri, allow: &HeaderValue) -> Response {
        let detail = format!("{} does not take {method}; see Allow", uri.path());
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, detail);
        ([(ALLOW, allow.clone())], problem).into_response()
    }

    /// A handler panicked. What it said is for the server's own terminal.
    pub(crate) fn panicked() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "a fault of the server; it goes on serving")
    }
}

/// What every server over HTTP refuses.
impl From<Rejection> for Problem {
    fn from(Rejection { status, reason: why }: Rejection) -> Self {
        Self::new(status, why)
    }
}

impl Serialize for Problem {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let details = Details {
            kind: self.kind.uri(),
            title: self.kind.title(self.status),
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            revision: self.revision,
        };
        details.serialize(serializer)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some((name, value)) = self.header {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

//! Problem details (RFC 9457).

use axum::Json;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::ser::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::{FieldError, Positive};

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem type: an identifier for programs and a title for people.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemType {
    /// The `type` member.
    pub uri: &'static str,
    /// The `title` member.
    pub title: &'static str,
}

/// An error response.
#[derive(Debug)]
pub struct ProblemDetails {
    /// The problem type, or `None` for `about:blank`: an error fully described by its status.
    pub kind: Option<&'static ProblemType>,
    /// The status of the response.
    pub status: StatusCode,
    /// The reason of this error.
    pub detail: String,
    /// The invalid arguments.
    pub errors: Vec<FieldError>,
    /// The current revision of the resource, if the request requires another.
    pub revision: Option<u32>,
    /// A header that lists what the server supports instead.
    pub header: Option<(HeaderName, &'static str)>,
}

impl ProblemDetails {
    /// Creates a problem without a type of its own.
    pub fn blank(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { kind: None, status, detail: detail.into(), errors: Vec::new(), revision: None, header: None }
    }

    /// Creates a problem of a type.
    pub fn new(kind: &'static ProblemType, status: StatusCode, detail: impl Into<String>) -> Self {
        Self { kind: Some(kind), ..Self::blank(status, detail) }
    }

    /// Creates a problem from the errors of several arguments.
    #[must_use]
    pub fn fields(kind: &'static ProblemType, status: StatusCode, errors: Vec<FieldError>) -> Self {
        let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self { errors, ..Self::new(kind, status, sentences.join("; ")) }
    }
}

/// The JSON form of [`ProblemDetails`].
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Problem, description = "Why a request failed (RFC 9457).")]
pub struct Document<'a> {
    /// The problem type; `about:blank` if the status describes the error fully.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "urn:problem-type:bookshelf:invalid")]
    kind: &'a str,
    /// The title of the problem type.
    #[schema(example = "An argument breaks a rule")]
    title: &'a str,
    /// The status of the response.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// The reason of this error, and what to do about it.
    #[schema(example = "year must be a whole number from -3000 to 2100, is 2101")]
    detail: &'a str,
    /// The invalid arguments.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    /// The current revision of the resource, if the request requires another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revision: Option<Positive>,
}

impl Serialize for ProblemDetails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, title) = match self.kind {
            Some(kind) => (kind.uri, kind.title),
            None => ("about:blank", reason_phrase(self.status)),
        };
        let document = Document {
            kind,
            title,
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            revision: self.revision.map(Positive),
        };
        document.serialize(serializer)
    }
}

impl IntoResponse for ProblemDetails {
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

/// Returns the reason phrase of RFC 9110, section 15. The `http` crate still has two phrases of older RFCs.
fn reason_phrase(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Content Too Large",
        StatusCode::UNPROCESSABLE_ENTITY => "Unprocessable Content",
        status => status.canonical_reason().unwrap_or("Error"),
    }
}

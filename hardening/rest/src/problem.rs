//! Error responses in the format of problem details (RFC 9457).

use axum::http::header::HeaderName;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::{FieldError, json};

/// The media type of problem details.
const MEDIA_TYPE: &str = "application/problem+json";

/// A problem type: an identifier for programs and a title for people.
#[derive(Debug)]
pub struct ProblemType {
    uri: &'static str,
    title: &'static str,
}

impl ProblemType {
    /// Creates a problem type with the values of the JSON members `type` and `title`.
    #[must_use]
    pub const fn new(uri: &'static str, title: &'static str) -> Self {
        Self { uri, title }
    }
}

/// An error response whose body is a problem-details object.
#[derive(Debug)]
pub struct ProblemDetails {
    /// Problem type. `None` is `about:blank`: the status fully describes the error.
    pub kind: Option<&'static ProblemType>,
    /// Status of the response.
    pub status: StatusCode,
    /// Explanation of the error, for people.
    pub detail: String,
    /// Invalid body fields, query parameters or headers.
    pub errors: Vec<FieldError>,
    /// Current revision of the resource, if a precondition of the request, such as `If-Match`, excludes that
    /// revision.
    pub revision: Option<u32>,
    /// Name and value of the response header that lists the supported media types or content codings.
    pub header: Option<(HeaderName, &'static str)>,
}

impl ProblemDetails {
    /// Creates a problem of the type `about:blank`.
    pub fn blank(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { kind: None, status, detail: detail.into(), errors: Vec::new(), revision: None, header: None }
    }

    /// Creates a problem of the type `kind`.
    pub fn new(kind: &'static ProblemType, status: StatusCode, detail: impl Into<String>) -> Self {
        Self { kind: Some(kind), ..Self::blank(status, detail) }
    }

    /// Creates a problem of the type `kind` that lists invalid fields.
    #[must_use]
    pub fn fields(kind: &'static ProblemType, status: StatusCode, errors: Vec<FieldError>) -> Self {
        let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self { errors, ..Self::new(kind, status, sentences.join("; ")) }
    }
}

impl Serialize for ProblemDetails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (uri, title) = match self.kind {
            Some(kind) => (kind.uri, kind.title),
            None => ("about:blank", reason_phrase(self.status)),
        };
        let mut members = serializer.serialize_struct("Problem", 6)?;
        members.serialize_field("type", uri)?;
        members.serialize_field("title", title)?;
        members.serialize_field("status", &self.status.as_u16())?;
        members.serialize_field("detail", &self.detail)?;
        if !self.errors.is_empty() {
            members.serialize_field("errors", &self.errors)?;
        }
        if let Some(revision) = self.revision {
            members.serialize_field("revision", &revision)?;
        }
        members.end()
    }
}

impl IntoResponse for ProblemDetails {
    fn into_response(self) -> Response {
        let mut response = json::respond(&self, MEDIA_TYPE);
        *response.status_mut() = self.status;
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// Returns the reason phrase of a status in RFC 9110. The `http` crate has outdated phrases for two statuses.
fn reason_phrase(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Content Too Large",
        StatusCode::UNPROCESSABLE_ENTITY => "Unprocessable Content",
        status => status.canonical_reason().unwrap_or("Error"),
    }
}

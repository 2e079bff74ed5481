//! Every error as RFC 9457 problem details.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bookshelf::{Error, Field};
use serde::Serialize;

/// An error answer.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    /// Which kind of problem; `about:blank` when the status says it all (RFC 9457, 4.2.1).
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// The revision that the book has.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u32>,
}

/// What is wrong with one argument.
#[derive(Debug, Serialize)]
struct FieldError {
    field: &'static str,
    detail: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            detail: detail.into(),
            errors: Vec::new(),
            revision: None,
        }
    }

    /// No route has the path.
    pub(crate) async fn no_such_path(uri: Uri) -> Self {
        let path = uri.path();
        Self::new(StatusCode::NOT_FOUND, format!("there is nothing at {path}; the books are at /v1/books"))
    }

    /// The path has a route, but not for the method. axum adds `Allow`.
    pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> Self {
        let path = uri.path();
        Self::new(StatusCode::METHOD_NOT_ALLOWED, format!("{path} does not take {method}; see Allow"))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        let (status, kind, title) = match &error {
            Error::NotFound { .. } => {
                (StatusCode::NOT_FOUND, "urn:problem-type:bookshelf:not-found", "Not on the shelf")
            }
            Error::Invalid { field, .. } => {
                (invalid_status(*field), "urn:problem-type:bookshelf:invalid", "An argument breaks a rule")
            }
            Error::Conflict { .. } => (
                StatusCode::PRECONDITION_FAILED,
                "urn:problem-type:bookshelf:conflict",
                "Changed by someone else",
            ),
            Error::TooMany { .. } => {
                (StatusCode::INSUFFICIENT_STORAGE, "urn:problem-type:bookshelf:full", "The shelf is full")
            }
            Error::FellBehind { .. } => {
                (StatusCode::GONE, "urn:problem-type:bookshelf:fell-behind", "Too slow")
            }
            Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "about:blank", "Internal Server Error"),
        };
        let mut problem = Self { kind, title, ..Self::new(status, detail) };
        match error {
            Error::Invalid { field, reason } => {
                problem.errors.push(FieldError { field: field.name(), detail: reason });
            }
            Error::Conflict { actual, .. } => problem.revision = Some(actual),
            _ => {}
        }
        problem
    }
}

/// A body that is well-formed but breaks a rule is 422; a query string that does is 400.
fn invalid_status(field: Field) -> StatusCode {
    match field {
        Field::PageSize | Field::PageToken => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        // A path whose id is no id names nothing that exists.
        let status = match rejection.status() {
            StatusCode::BAD_REQUEST => StatusCode::NOT_FOUND,
            other => other,
        };
        Self::new(status, rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

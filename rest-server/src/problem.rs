//! Converts errors of `bookshelf` and rejected requests to problem details (RFC 9457).

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use bookshelf::{Error, Field};
use hardening_rest::{FieldError, ProblemDetails, ProblemType, Rejection};
use serde::Serialize;

const NOT_FOUND: ProblemType = ProblemType::new("urn:problem-type:bookshelf:not-found", "Resource not found");
const NO_SUCH_PAGE: ProblemType =
    ProblemType::new("urn:problem-type:bookshelf:no-such-page", "Unknown page token");
const INVALID: ProblemType = ProblemType::new("urn:problem-type:bookshelf:invalid", "Invalid argument");
const NO_SUCH_AUTHOR: ProblemType =
    ProblemType::new("urn:problem-type:bookshelf:no-such-author", "Unknown author");
const CONFLICT: ProblemType = ProblemType::new("urn:problem-type:bookshelf:conflict", "Outdated revision");
const FULL: ProblemType = ProblemType::new("urn:problem-type:bookshelf:full", "The shelf is full");
const FELL_BEHIND: ProblemType = ProblemType::new("urn:problem-type:bookshelf:fell-behind", "Missed changes");

/// An error response of this API.
#[derive(Debug, Serialize)]
pub(crate) struct Problem(ProblemDetails);

impl Problem {
    /// Returns the error for a client that has seen change number `last`, although the newest change of this
    /// server is number `newest`. This happens after a restart of the server.
    pub(crate) fn unknown_change(last: u64, newest: u64) -> Self {
        let detail = format!(
            "change {last} does not exist, because the newest change is {newest}: list the books again, then watch again"
        );
        Self(ProblemDetails::new(&FELL_BEHIND, StatusCode::GONE, detail))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        Self(match error {
            Error::NotFound { .. } => ProblemDetails::new(&NOT_FOUND, StatusCode::NOT_FOUND, detail),
            Error::Invalid { field, reason } => invalid(field, reason),
            Error::Conflict { actual, .. } => conflict(actual, detail),
            Error::TooMany { .. } => ProblemDetails::new(&FULL, StatusCode::INSUFFICIENT_STORAGE, detail),
            Error::FellBehind { .. } => ProblemDetails::new(&FELL_BEHIND, StatusCode::GONE, detail),
            Error::Unavailable(_) => unavailable(detail),
            Error::Internal(_) => ProblemDetails::blank(StatusCode::INTERNAL_SERVER_ERROR, detail),
        })
    }
}

/// Returns the problem details of an invalid argument.
///
/// The status is 422 for a body field and 400 for a query parameter whose value the OpenAPI document
/// excludes. It is 409 for the id of an author that does not exist, and 404 for the token of a page that does
/// not exist.
fn invalid(field: Field, reason: String) -> ProblemDetails {
    let (kind, status) = match field {
        Field::Title | Field::Year | Field::Patch => (&INVALID, StatusCode::UNPROCESSABLE_ENTITY),
        Field::AuthorId => (&NO_SUCH_AUTHOR, StatusCode::CONFLICT),
        Field::PageSize => (&INVALID, StatusCode::BAD_REQUEST),
        Field::PageToken => (&NO_SUCH_PAGE, StatusCode::NOT_FOUND),
    };
    let name = if field == Field::Patch { "body" } else { field.name() };
    ProblemDetails::fields(kind, status, vec![FieldError { field: name.to_owned(), detail: reason }])
}

fn conflict(revision: u32, detail: String) -> ProblemDetails {
    let problem = ProblemDetails::new(&CONFLICT, StatusCode::PRECONDITION_FAILED, detail);
    ProblemDetails { revision: Some(revision), ..problem }
}

fn unavailable(detail: String) -> ProblemDetails {
    let problem = ProblemDetails::blank(StatusCode::SERVICE_UNAVAILABLE, detail);
    // The seconds of `bookshelf::error::RETRY_AFTER`.
    ProblemDetails { header: Some((RETRY_AFTER, "1")), ..problem }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        Self(match rejection {
            Rejection::Status(status, detail) => ProblemDetails::blank(status, detail),
            Rejection::Unsupported { detail, header, supported } => {
                let problem = ProblemDetails::blank(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail);
                ProblemDetails { header: Some((header, supported)), ..problem }
            }
            Rejection::Fields(status, errors) => ProblemDetails::fields(&INVALID, status, errors),
            Rejection::NoSuchId(detail) => ProblemDetails::new(&NOT_FOUND, StatusCode::NOT_FOUND, detail),
            Rejection::PreconditionFailed { revision, detail } => conflict(revision, detail),
        })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

//! Which problem each error of the shelf is.

use axum::http::StatusCode;
use bookshelf::{Error, Field};

use super::{FieldError, Kind, Problem};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::NotFound { .. } => Self::of(Kind::NotFound, StatusCode::NOT_FOUND, detail),
            Error::Invalid { field, reason } => {
                let (kind, status) = invalid(field);
                let errors = vec![FieldError { field: spelled(field).to_owned(), detail: reason }];
                Self { kind, ..Self::invalid(status, errors) }
            }
            Error::Conflict { actual, .. } => Self::changed(actual, detail),
            Error::TooMany { .. } => Self::of(Kind::Full, StatusCode::INSUFFICIENT_STORAGE, detail),
            Error::FellBehind { .. } => Self::of(Kind::FellBehind, StatusCode::GONE, detail),
            Error::Internal(_) => Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail),
        }
    }
}

/// What the document of the API rules out is a 422 in a body and a 400 in a query. What only this shelf rules out, as it
/// is now, no client can know before: that is a 409, and a page that is not there is a 404.
fn invalid(field: Field) -> (Kind, StatusCode) {
    match field {
        Field::Title | Field::Year | Field::Patch => (Kind::Invalid, StatusCode::UNPROCESSABLE_ENTITY),
        Field::AuthorId => (Kind::NoSuchAuthor, StatusCode::CONFLICT),
        Field::PageSize => (Kind::Invalid, StatusCode::BAD_REQUEST),
        Field::PageToken => (Kind::NoSuchPage, StatusCode::NOT_FOUND),
    }
}

/// What this API calls a field.
fn spelled(field: Field) -> &'static str {
    match field {
        Field::Patch => "body",
        field => field.name(),
    }
}

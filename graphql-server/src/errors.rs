//! Converts errors of `bookshelf` to GraphQL errors with a code.

use async_graphql::{ErrorExtensions as _, Value};
use bookshelf::{Entity, Error, Field};
use hardening_graphql::errors::code;

/// An error of a resolver, with `extensions.code`.
///
/// It does not implement `Display`, because async-graphql would then convert it to an error without a code.
#[derive(Clone, Debug)]
pub(crate) struct ApiError(async_graphql::Error);

impl ApiError {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self(async_graphql::Error::new(message)).with("code", code)
    }

    /// Adds a member to `extensions`.
    fn with(self, name: &str, value: impl Into<Value>) -> Self {
        Self(self.0.extend_with(|_, extensions| extensions.set(name, value)))
    }

    /// Returns the error of an invalid argument. The message consists of `argument` and `reason`, e.g.
    /// `first` and `must be from 1 to 100, is 0`.
    pub(crate) fn invalid(argument: &'static str, reason: &str) -> Self {
        Self::new(code::BAD_USER_INPUT, format!("{argument} {reason}")).with("field", argument)
    }

    /// Returns the error of a missing book or author. `id` is the client's text, which may not be a number.
    pub(crate) fn not_found(entity: Entity, id: &str) -> Self {
        Self::new("NOT_FOUND", format!("there is no {entity} {id}"))
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::NotFound { .. } => Self::new("NOT_FOUND", message),
            Error::Invalid { field, reason } => Self::invalid(argument(field), &renamed(reason)),
            Error::Conflict { expected, actual, .. } => {
                Self::new("CONFLICT", message).with("expected", expected).with("actual", actual)
            }
            Error::TooMany { .. } => Self::new(code::LIMIT_REACHED, message),
            Error::FellBehind { missed } => Self::new("FELL_BEHIND", message).with("missed", missed),
            Error::Unavailable(_) => Self::new(code::SERVICE_UNAVAILABLE, message),
            Error::Internal(_) => Self::new(code::INTERNAL, message),
        }
    }
}

/// Converts an error that async-graphql returned to a resolver, e.g. because context data is missing. Such an
/// error is a bug of this server.
impl From<async_graphql::Error> for ApiError {
    fn from(error: async_graphql::Error) -> Self {
        Self::new(code::INTERNAL, error.message)
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        error.0
    }
}

/// Returns the GraphQL argument that sets a field of the bookshelf, e.g. `first` for [`Field::PageSize`].
fn argument(field: Field) -> &'static str {
    match field {
        Field::Title => "title",
        Field::AuthorId => "authorId",
        Field::Year => "year",
        Field::Patch => "input",
        Field::PageSize => "first",
        Field::PageToken => "after",
    }
}

/// Replaces field names of the bookshelf in an error message with GraphQL names, e.g. `author_id` with
/// `authorId`.
fn renamed(reason: String) -> String {
    let fields = [Field::AuthorId, Field::PageSize, Field::PageToken];
    fields.into_iter().fold(reason, |reason, field| reason.replace(field.name(), argument(field)))
}

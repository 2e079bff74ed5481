//! Every error with its code.
//!
//! Clients tell errors apart by `extensions.code`, so none may leave without one. Resolvers therefore fail with a
//! [`Fault`], which `?` makes of every error of the shelf: the library would turn any other type with a message into an
//! error without a code, and so `Fault` has no `Display`.

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use bookshelf::{Entity, Error, Field};

use crate::limits::{MAX_ERRORS, MAX_MESSAGE};

/// What `extensions.code` says.
pub(crate) mod code {
    pub(crate) const NOT_FOUND: &str = "NOT_FOUND";
    pub(crate) const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
    pub(crate) const CONFLICT: &str = "CONFLICT";
    pub(crate) const LIMIT_REACHED: &str = "LIMIT_REACHED";
    pub(crate) const FELL_BEHIND: &str = "FELL_BEHIND";
    pub(crate) const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
    pub(crate) const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    pub(crate) const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
}

/// Why a resolver failed.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    code: &'static str,
    message: String,
    /// What `extensions` says besides the code.
    details: Vec<(&'static str, Value)>,
}

impl Fault {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// An argument breaks a rule; `reason` is the rest of a sentence that begins with the argument's name.
    pub(crate) fn invalid(argument: &'static str, reason: &str) -> Self {
        Self::new(code::BAD_USER_INPUT, format!("{argument} {reason}")).with("field", argument)
    }

    /// Nothing has that id, which may be no number at all.
    pub(crate) fn not_found(entity: Entity, id: &str) -> Self {
        Self::new(code::NOT_FOUND, format!("there is no {entity} {id}"))
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(code::INTERNAL, message)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::NotFound { .. } => Self::new(code::NOT_FOUND, message),
            Error::Invalid { field, reason } => Self::invalid(spelled(field), &respelled(reason)),
            Error::Conflict { expected, actual, .. } => {
                Self::new(code::CONFLICT, message).with("expected", expected).with("actual", actual)
            }
            Error::TooMany { .. } => Self::new(code::LIMIT_REACHED, message),
            Error::FellBehind { missed } => Self::new(code::FELL_BEHIND, message).with("missed", missed),
            Error::Internal(_) => Self::internal(message),
        }
    }
}

impl From<Fault> for async_graphql::Error {
    fn from(fault: Fault) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", fault.code);
        for (name, value) in fault.details {
            extensions.set(name, value);
        }
        Self { message: fault.message, source: None, extensions: Some(extensions) }
    }
}

/// The argument of this API that stands for a field of the shelf.
fn spelled(field: Field) -> &'static str {
    match field {
        Field::Title => "title",
        Field::AuthorId => "authorId",
        Field::Year => "year",
        Field::Patch => "input",
        Field::PageSize => "first",
        Field::PageToken => "after",
    }
}

/// A reason can name another field than the one that it is about.
fn respelled(reason: String) -> String {
    let fields = [Field::AuthorId, Field::PageSize, Field::PageToken];
    fields.into_iter().fold(reason, |reason, field| reason.replace(field.name(), spelled(field)))
}

/// An error of a request as a whole, which names no field of the answer.
pub(crate) fn request_error(
    code: &str,
    message: impl Into<String>,
    at: Option<async_graphql::Pos>,
) -> ServerError {
    let mut error = ServerError::new(message, at);
    finish(&mut error, code);
    error
}

/// What every client gets of a panic. What it said is for the server's own terminal.
pub(crate) const PANICKED: &str = "the service failed, and not because of the request: its log says more";

/// Makes the errors of an answer fit to be sent: each with a code, and not too many of them.
pub(crate) fn finish_all(errors: &mut Vec<ServerError>, code: &str) {
    let left_out = errors.len().saturating_sub(MAX_ERRORS);
    errors.truncate(MAX_ERRORS);
    errors.iter_mut().for_each(|error| finish(error, code));
    if left_out > 0 {
        errors.push(request_error(code::LIMIT_REACHED, format!("and {left_out} more errors"), None));
    }
}

/// Gives an error a code if it has none, and cuts its message short if it is too long.
fn finish(error: &mut ServerError, code: &str) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    if let Some((end, _)) = error.message.char_indices().nth(MAX_MESSAGE) {
        error.message.truncate(end);
        error.message.push('…');
    }
}

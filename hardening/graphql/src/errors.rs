//! Error codes, and the errors that this crate itself returns.
//!
//! Clients distinguish errors by `extensions.code`, so every error gets a code before it is sent.

use async_graphql::{Pos, ServerError};

use crate::limits::{MAX_ERRORS, MAX_MESSAGE};

/// Values of `extensions.code`.
pub mod code {
    /// An argument is not valid.
    pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
    /// The request exceeds a limit of the service.
    pub const LIMIT_REACHED: &str = "LIMIT_REACHED";
    /// The service cannot carry out the request now; the client may repeat it later.
    pub const SERVICE_UNAVAILABLE: &str = "SERVICE_UNAVAILABLE";
    /// The service failed to execute a valid request.
    pub const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
    /// The query has a syntax error.
    pub const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    /// The query or its variables violate the schema, or the query is too large.
    pub const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
}

/// Message that a client gets if its operation panicked. The message of the panic itself is only in the
/// server's log.
pub(crate) const PANICKED: &str = "internal error: see the log of the server";

/// Returns an error of the whole request. Unlike the error of a field, it has no path.
pub(crate) fn request_error(code: &str, message: impl Into<String>, position: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, position);
    finalize(&mut error, code);
    error
}

/// Truncates the list of errors in a response, and finalizes each of them. Those without a code get `code`.
pub(crate) fn finalize_all(errors: &mut Vec<ServerError>, code: &str) {
    let omitted = errors.len().saturating_sub(MAX_ERRORS);
    errors.truncate(MAX_ERRORS);
    errors.iter_mut().for_each(|error| finalize(error, code));
    if omitted > 0 {
        errors.push(request_error(code::LIMIT_REACHED, format!("{omitted} more errors were omitted"), None));
    }
}

/// Gives the error a code if it has none, and truncates its message if it is too long.
fn finalize(error: &mut ServerError, code: &str) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    if let Some((end, _)) = error.message.char_indices().nth(MAX_MESSAGE) {
        error.message.truncate(end);
        error.message.push('…');
    }
}

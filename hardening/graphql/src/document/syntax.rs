//! Parses a query, and shortens syntax errors to one line.

use async_graphql::ServerError;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::parser::{Error, parse_query};

use crate::errors::{code, request_error};

pub(super) fn parse(query: &str) -> Result<ExecutableDocument, ServerError> {
    parse_query(query).map_err(|error| {
        let message = match &error {
            // The message shows the position on several lines, and the reason on the last one.
            Error::Syntax { message, .. } => {
                let reason = message.lines().last().unwrap_or_default();
                format!("syntax error: {}", reason.trim_start_matches([' ', '=']).replace('_', " "))
            }
            other => other.to_string(),
        };
        request_error(code::PARSE_FAILED, message, error.positions().next())
    })
}

//! Errors of parsing a line of a trace.

use std::error::Error;
use std::fmt;

use super::VERSION;
use super::text::printable;

/// The reason why a line is not valid in a trace.
#[derive(Debug)]
#[non_exhaustive]
pub enum LineError {
    /// The line is not JSON, or a field is missing or of the wrong type.
    Json(InvalidJson),
    /// The line is JSON, but not an object.
    NotAnObject,
    /// A field has an invalid value.
    #[non_exhaustive]
    Value {
        /// The name of the field.
        field: &'static str,
        /// The expected value.
        expected: &'static str,
    },
    /// The trace has this newer version of the format.
    NewerVersion(u64),
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::NotAnObject => f.write_str("not a JSON object"),
            Self::Value { field, expected } => write!(f, "field `{field}` must be {expected}"),
            Self::NewerVersion(version) => write!(
                f,
                "the trace has format version {version}, but this program reads versions up to {VERSION}; use a newer program"
            ),
        }
    }
}

impl Error for LineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // The message is the inner error's, and so is the source.
            Self::Json(error) => error.source(),
            _ => None,
        }
    }
}

impl From<InvalidJson> for LineError {
    fn from(error: InvalidJson) -> Self {
        Self::Json(error)
    }
}

/// An error of the JSON parser: invalid JSON, or valid JSON that does not match the trace format. Its
/// [`source`](Error::source) is the parser's own error.
#[derive(Debug)]
pub struct InvalidJson(pub(super) serde_json::Error);

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // serde_json appends line and column, but each parsed text is a single line.
        let text = self.0.to_string();
        let what = text.split(" at line ").next().unwrap_or_default();
        // The message quotes the line, which is untrusted input.
        write!(f, "{}, at column {}", printable(what), self.0.column())
    }
}

impl Error for InvalidJson {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

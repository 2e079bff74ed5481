//! Errors in the lines of a trace.

use std::error::Error;
use std::fmt;

use super::VERSION;
use super::text::printable;

/// The reason why a line of a trace cannot be parsed.
#[derive(Debug)]
#[non_exhaustive]
pub enum LineError {
    /// The line is invalid JSON, or a field is missing or has the wrong type.
    Json(InvalidJson),
    /// The line is JSON, but not an object.
    NotAnObject,
    /// The value of a field is invalid.
    #[non_exhaustive]
    Value {
        /// Name of the field.
        field: &'static str,
        /// Description of a valid value, for example `a number of bytes`.
        expected: &'static str,
    },
    /// The trace has a newer format version than this crate can read. The value is the trace's version.
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
            // The message is that of the inner error, so the source is its source.
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

/// The error of the JSON parser: the line is invalid JSON, or valid JSON that does not match the trace
/// format. [`source`](Error::source) returns the error of serde_json.
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

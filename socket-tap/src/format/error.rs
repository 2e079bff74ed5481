//! Lines that are none of a trace.

use std::error::Error;
use std::fmt;

use super::VERSION;
use super::text::printable;

/// The reason why a line is not part of a trace.
#[derive(Debug)]
#[non_exhaustive]
pub enum LineError {
    /// It is not JSON, or a field is missing or of the wrong type.
    Json(InvalidJson),
    /// It is JSON, and no object.
    NotAnObject,
    /// A field has a value that it cannot have.
    #[non_exhaustive]
    Value {
        /// The field.
        field: &'static str,
        /// The expected value.
        expected: &'static str,
    },
    /// The trace was written by a newer program.
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
                "the trace has format version {version}, this program reads up to {VERSION}: use a newer one"
            ),
        }
    }
}

impl Error for LineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // The text is the inner error's, so its source is, too.
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

/// An error of the JSON parser: invalid JSON, or not the JSON of a trace. Its [`source`](Error::source) is the parser's own error.
#[derive(Debug)]
pub struct InvalidJson(pub(super) serde_json::Error);

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // serde_json counts lines, too, and each of ours is its first.
        let text = self.0.to_string();
        let what = text.split(" at line ").next().unwrap_or_default();
        // It quotes the line, which may hold anything.
        write!(f, "{}, at column {}", printable(what), self.0.column())
    }
}

impl Error for InvalidJson {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

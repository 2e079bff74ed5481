//! The status of a gRPC call: `grpc-status` and `grpc-message`.

use std::fmt;

/// A gRPC status code. `None` is an invalid code, shown as UNKNOWN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(Option<usize>);

const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

impl Status {
    /// Parses the value of `grpc-status`.
    pub(crate) fn of(value: &str) -> Self {
        Self(value.parse().ok())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.and_then(|code| NAMES.get(code));
        f.write_str(name.copied().unwrap_or("UNKNOWN"))
    }
}

/// Returns the name of a status code, such as `NOT_FOUND` for `5`, and the decoded message, from the values of `grpc-status`
/// and `grpc-message`.
///
/// ```
/// assert_eq!(socket_dissect::grpc_status("5", "no%20book"), ("NOT_FOUND".to_owned(), "no book".to_owned()));
/// ```
#[must_use]
pub fn grpc_status(code: &str, message: &str) -> (String, String) {
    (Status::of(code).to_string(), unescaped(message))
}

/// Decodes the percent-encoded value of `grpc-message`.
pub(crate) fn unescaped(message: &str) -> String {
    percent_encoding::percent_decode_str(message).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_codes_are_named_and_messages_unescaped() {
        let names = ["0", "5", "16", "17", "-1", "x"].map(|value| Status::of(value).to_string());
        assert_eq!(names, ["OK", "NOT_FOUND", "UNAUTHENTICATED", "UNKNOWN", "UNKNOWN", "UNKNOWN"]);
        assert_eq!(unescaped("no book 99%3A g%C3%A9n%zz%4"), "no book 99: gén%zz%4");
    }
}

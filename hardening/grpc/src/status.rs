//! Builds a gRPC status with `google.rpc` details, as AIP-193 requires: programs read `reason` and
//! `metadata`, people read the message.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use crate::limits::{MAX_QUOTE_CHARS, MAX_TONIC_CHARS};

/// Names and values for the `metadata` of an error, for programs. The error message contains the same values,
/// for people.
pub type Metadata<'a> = &'a [(&'a str, &'a dyn ToString)];

/// The `domain` in an API's errors. Each `reason` is unique within its domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorDomain(pub &'static str);

impl ErrorDomain {
    /// Returns error details that contain a `google.rpc.ErrorInfo`.
    #[must_use]
    pub fn details(self, reason: &str, metadata: Metadata<'_>) -> ErrorDetails {
        let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), value.to_string()));
        ErrorDetails::with_error_info(reason, self.0, metadata.collect::<HashMap<_, _>>())
    }

    /// Returns a status whose only detail is a `google.rpc.ErrorInfo`.
    #[must_use]
    pub fn status(
        self,
        code: Code,
        reason: &str,
        metadata: Metadata<'_>,
        message: impl Into<String>,
    ) -> Status {
        Status::with_error_details(code, message, self.details(reason, metadata))
    }

    /// Returns INVALID_ARGUMENT with a `google.rpc.BadRequest` that lists the violations.
    #[must_use]
    pub fn invalid(self, violations: Vec<FieldViolation>) -> Status {
        let join = |part: fn(&FieldViolation) -> &str, separator| {
            violations.iter().map(part).collect::<Vec<_>>().join(separator)
        };
        let message = join(|violation| &violation.description, "; ");
        let mut details =
            self.details("FIELD_INVALID", &[("field", &join(|violation| &violation.field, ","))]);
        details.set_bad_request(violations);
        Status::with_error_details(Code::InvalidArgument, message, details)
    }

    /// Returns INVALID_ARGUMENT for a required field without a value. `hint` tells the client what to send.
    #[must_use]
    pub fn missing(self, field: &str, hint: &str) -> Status {
        self.invalid(vec![FieldViolation::new(field, format!("{field} is required; {hint}"))])
    }
}

/// Constructors of the errors that only this crate returns.
impl ErrorDomain {
    pub(crate) fn unknown_service(self, service: &str) -> Status {
        let service = quoted(service);
        let message = format!("unknown service {service:?}");
        self.status(Code::NotFound, "SERVICE_NOT_FOUND", &[("service", &service)], message)
    }

    /// Returns an INTERNAL status for a malformed `grpc-timeout`, as gRPC's own servers do.
    pub(crate) fn malformed_timeout(self, value: &[u8]) -> Status {
        let value = quoted(&String::from_utf8_lossy(value));
        let message = format!(
            "malformed grpc-timeout {value:?}; send 1 to 8 digits and a unit (H, M, S, m, u or n), such as 500m"
        );
        self.status(Code::Internal, "TIMEOUT_MALFORMED", &[("value", &value)], message)
    }

    pub(crate) fn deadline_exceeded(self) -> Status {
        let message = "the client's deadline for the call has passed";
        self.status(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", &[], message)
    }

    pub(crate) fn request_timeout(self, limit: Duration) -> Status {
        let seconds = limit.as_secs_f64();
        let message = format!("the request was not complete within {seconds} s");
        self.status(Code::DeadlineExceeded, "REQUEST_TIMEOUT", &[("seconds", &seconds)], message)
    }

    pub(crate) fn too_large(self, limit: usize) -> Status {
        let message = format!("the request message exceeds the limit of {limit} bytes");
        self.status(Code::ResourceExhausted, "MESSAGE_TOO_LARGE", &[("limit", &limit)], message)
    }

    pub(crate) fn unreadable(self) -> Status {
        let message = "unreadable request message; it is truncated, wrongly compressed, or not the protobuf message of this method";
        self.status(Code::Internal, "PROTOCOL_ERROR", &[], message)
    }

    /// Returns INTERNAL. The message of the panic is printed to standard error and not sent to the client.
    pub(crate) fn panicked(self) -> Status {
        self.status(Code::Internal, "INTERNAL_ERROR", &[], "internal error: the handler panicked")
    }

    /// Adds details to `status`, which tonic returned before it called a handler. `path` is the path of the
    /// method.
    pub(crate) fn with_details(self, status: &Status, path: &str, max_request_bytes: usize) -> Status {
        match status.code() {
            // tonic returns OUT_OF_RANGE where the specification requires RESOURCE_EXHAUSTED.
            Code::OutOfRange | Code::ResourceExhausted => self.too_large(max_request_bytes),
            Code::Unimplemented if status.message().is_empty() => {
                let path = quoted(path);
                let message = format!("unknown method {path:?}; server reflection lists the methods");
                self.status(Code::Unimplemented, "METHOD_NOT_FOUND", &[("method", &path)], message)
            }
            code => self.status(code, "PROTOCOL_ERROR", &[], truncated(status.message(), MAX_TONIC_CHARS)),
        }
    }
}

/// Truncates text from a request, so that an error can quote it.
pub(crate) fn quoted(text: &str) -> String {
    truncated(text, MAX_QUOTE_CHARS)
}

fn truncated(text: &str, max_chars: usize) -> String {
    let mut truncated: String = text.chars().take(max_chars).collect();
    if truncated.len() < text.len() {
        truncated.push('…');
    }
    truncated
}

//! Every error as a gRPC status with details, as AIP-193 asks: a program finds out from `reason` and `metadata` what
//! happened, and never has to read the message.

use std::collections::HashMap;
use std::time::Duration;

use bookshelf::{Entity, Error, Field};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use crate::limits::{MAX_ECHO, MAX_FOUND, MAX_REQUEST_BYTES};

/// Who names the reasons.
const DOMAIN: &str = "bookshelf.v1";

/// What the shelf refused.
pub(crate) fn status(error: Error) -> Status {
    let message = error.to_string();
    match error {
        Error::NotFound { entity, id } => {
            let (reason, kind, name) = match entity {
                Entity::Book => ("BOOK_NOT_FOUND", "bookshelf.v1.Book", format!("books/{id}")),
                Entity::Author => ("AUTHOR_NOT_FOUND", "bookshelf.v1.Author", format!("authors/{id}")),
            };
            let mut details = info(reason, &[("id", &id)]);
            details.set_resource_info(kind, name, "", &message);
            Status::with_error_details(Code::NotFound, message, details)
        }
        Error::Invalid { field, .. } => invalid(vec![FieldViolation::new(path(field), message)]),
        Error::Conflict { id, expected, actual } => {
            let mut details = info(
                "REVISION_OUTDATED",
                &[("id", &id), ("expectedRevision", &expected), ("actualRevision", &actual)],
            );
            details.add_precondition_failure_violation("REVISION", format!("books/{id}"), &message);
            // The caller can read again and repeat: that is ABORTED, not FAILED_PRECONDITION (AIP-154).
            Status::with_error_details(Code::Aborted, message, details)
        }
        Error::TooMany { limit } => {
            let mut details = info("SHELF_FULL", &[("limit", &limit)]);
            details.add_quota_failure_violation("shelf", &message);
            Status::with_error_details(Code::ResourceExhausted, message, details)
        }
        Error::FellBehind { missed } => {
            let details = info("WATCHER_FELL_BEHIND", &[("missed", &missed)]);
            Status::with_error_details(Code::DataLoss, message, details)
        }
        Error::Internal(_) => plain(Code::Internal, "INTERNAL_ERROR", message),
    }
}

/// Where the contract has the argument.
fn path(field: Field) -> &'static str {
    match field {
        Field::Title => "book.title",
        Field::AuthorId => "book.author_id",
        Field::Year => "book.year",
        Field::Patch => "update_mask",
        Field::PageSize => "page_size",
        Field::PageToken => "page_token",
    }
}

/// Arguments that break a rule, at least one.
pub(crate) fn invalid(violations: Vec<FieldViolation>) -> Status {
    let all = |part: fn(&FieldViolation) -> &str, between| {
        violations.iter().map(part).collect::<Vec<_>>().join(between)
    };
    let message = all(|violation| &violation.description, "; ");
    let mut details = info("FIELD_INVALID", &[("field", &all(|violation| &violation.field, ","))]);
    details.set_bad_request(violations);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// An argument that has to be there.
pub(crate) fn missing(field: &str, why: &str) -> Status {
    invalid(vec![FieldViolation::new(field, format!("{field} is missing: {why}"))])
}

/// A watcher that has seen what this server has not: the server was started anew since, and began to count again.
pub(crate) fn unknown_change(sequence: u64, last: u64) -> Status {
    let message = format!(
        "there is no change {sequence}, the last is {last}: list the books again, then watch from now on"
    );
    let details = info("CHANGE_UNKNOWN", &[("sequence", &sequence), ("last", &last)]);
    Status::with_error_details(Code::DataLoss, message, details)
}

/// Health of a service that is none of this server.
pub(crate) fn unknown_service(service: &str) -> Status {
    let service = shortened(service);
    let message = format!("there is no service {service:?}");
    Status::with_error_details(Code::NotFound, message, info("SERVICE_NOT_FOUND", &[("service", &service)]))
}

/// A `grpc-timeout` that is none. The code is the one that gRPC's own servers give for a broken header.
pub(crate) fn malformed_timeout(value: &[u8]) -> Status {
    let value = shortened(&String::from_utf8_lossy(value));
    let message = format!(
        "grpc-timeout is {value:?}: give 1 to 8 digits and one of the units H, M, S, m, u, n, such as 500m"
    );
    Status::with_error_details(Code::Internal, message, info("TIMEOUT_MALFORMED", &[("value", &value)]))
}

/// The client's deadline has passed.
pub(crate) fn deadline_exceeded() -> Status {
    plain(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", "the deadline of the call has passed")
}

/// The request did not come.
pub(crate) fn request_timeout(limit: Duration) -> Status {
    let seconds = limit.as_secs_f64();
    let message = format!("the request was not complete after {seconds} s");
    let details = info("REQUEST_TIMEOUT", &[("seconds", &seconds)]);
    Status::with_error_details(Code::DeadlineExceeded, message, details)
}

/// A message that is longer than this server takes.
pub(crate) fn too_large() -> Status {
    let message = format!("the message is too large: at most {MAX_REQUEST_BYTES} bytes are taken");
    let details = info("MESSAGE_TOO_LARGE", &[("limit", &MAX_REQUEST_BYTES)]);
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

/// A message of which nobody tells what is wrong with it.
pub(crate) fn unreadable() -> Status {
    let message =
        "a message could not be read: it is cut off, or wrongly compressed, or no protobuf of its type";
    plain(Code::Internal, "PROTOCOL_ERROR", message)
}

/// A handler that panicked. What it said is for the operator, on standard error.
pub(crate) fn panicked() -> Status {
    plain(Code::Internal, "INTERNAL_ERROR", "internal error: the call ended in a panic of the server")
}

/// What tonic found wrong by itself, before a handler ran.
pub(crate) fn found_by_tonic(found: &Status, method: &str) -> Status {
    match found.code() {
        // tonic says OUT_OF_RANGE; the specification wants RESOURCE_EXHAUSTED.
        Code::OutOfRange | Code::ResourceExhausted => too_large(),
        Code::Unimplemented if found.message().is_empty() => {
            let method = shortened(method);
            let message =
                format!("there is no method {method:?}: server reflection lists those that there are");
            let details = info("METHOD_NOT_FOUND", &[("method", &method)]);
            Status::with_error_details(Code::Unimplemented, message, details)
        }
        code => plain(code, "PROTOCOL_ERROR", cut(found.message(), MAX_FOUND)),
    }
}

fn plain(code: Code, reason: &str, message: impl Into<String>) -> Status {
    Status::with_error_details(code, message, info(reason, &[]))
}

fn info(reason: &str, metadata: &[(&str, &dyn ToString)]) -> ErrorDetails {
    let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), value.to_string()));
    ErrorDetails::with_error_info(reason, DOMAIN, metadata.collect::<HashMap<_, _>>())
}

/// A client's own text, as much of it as an error tells back.
pub(crate) fn shortened(text: &str) -> String {
    cut(text, MAX_ECHO)
}

/// At most so many characters of it.
fn cut(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

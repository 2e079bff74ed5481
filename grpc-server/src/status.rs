//! Converts the errors of `bookshelf` to gRPC statuses.

use bookshelf::error::RETRY_AFTER;
use bookshelf::{Entity, Error, Field};
use hardening_grpc::status::ErrorDomain;
use tonic::{Code, Status};
use tonic_types::{FieldViolation, StatusExt as _};

/// The `domain` of this API's errors.
pub(crate) const DOMAIN: ErrorDomain = ErrorDomain("bookshelf.v1");

/// Converts an error of the shelf to a gRPC status.
pub(crate) fn from_shelf(error: Error) -> Status {
    let message = error.to_string();
    match error {
        Error::NotFound { entity, id } => {
            let (reason, kind, name) = match entity {
                Entity::Book => ("BOOK_NOT_FOUND", "bookshelf.v1.Book", format!("books/{id}")),
                Entity::Author => ("AUTHOR_NOT_FOUND", "bookshelf.v1.Author", format!("authors/{id}")),
            };
            let mut details = DOMAIN.details(reason, &[("id", &id)]);
            details.set_resource_info(kind, name, "", &message);
            Status::with_error_details(Code::NotFound, message, details)
        }
        Error::Invalid { field, .. } => DOMAIN.invalid(vec![FieldViolation::new(path(field), message)]),
        Error::Conflict { id, expected, actual } => {
            let mut details = DOMAIN.details(
                "REVISION_OUTDATED",
                &[("id", &id), ("expectedRevision", &expected), ("actualRevision", &actual)],
            );
            details.add_precondition_failure_violation("REVISION", format!("books/{id}"), &message);
            // The client can read the book and retry, which AIP-154 maps to ABORTED, not FAILED_PRECONDITION.
            Status::with_error_details(Code::Aborted, message, details)
        }
        Error::TooMany { limit } => {
            let mut details = DOMAIN.details("SHELF_FULL", &[("limit", &limit)]);
            details.add_quota_failure_violation("shelf", &message);
            Status::with_error_details(Code::ResourceExhausted, message, details)
        }
        Error::FellBehind { missed } => {
            DOMAIN.status(Code::DataLoss, "WATCHER_FELL_BEHIND", &[("missed", &missed)], message)
        }
        Error::Unavailable(_) => {
            let mut details = DOMAIN.details("STORE_UNAVAILABLE", &[]);
            details.set_retry_info(Some(RETRY_AFTER));
            Status::with_error_details(Code::Unavailable, message, details)
        }
        Error::Internal(_) => DOMAIN.status(Code::Internal, "INTERNAL_ERROR", &[], message),
    }
}

/// Returns the status for a watch request that asks to continue after change number `sequence`, although the
/// newest change is number `last`. This happens after a restart of the server, which numbers changes from 1
/// again.
pub(crate) fn unknown_change(sequence: u64, last: u64) -> Status {
    let message = format!(
        "change {sequence} does not exist, because the newest change is {last}; list the books again, then watch without after_sequence"
    );
    DOMAIN.status(Code::DataLoss, "CHANGE_UNKNOWN", &[("sequence", &sequence), ("last", &last)], message)
}

/// Returns the path of a field in the request message.
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

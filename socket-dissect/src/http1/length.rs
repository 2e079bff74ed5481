//! The length of a message body: RFC 9112, section 6.3.

use super::exchanges::Method;
use super::fields::{ContentLength, Fields, Transfer};

/// The length of a body, or the event that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// The message has no body.
    None,
    /// The body has this number of bytes.
    Bytes(u64),
    /// The body ends with its last chunk.
    Chunked,
    /// The body ends when the connection is closed.
    UntilClose,
}

/// Returns the length of a request body.
///
/// # Errors
/// The reason why the header fields define no valid length.
pub(super) fn of_request(fields: &Fields) -> Result<Length, &'static str> {
    match (fields.transfer, fields.length) {
        (Transfer::Chunked, _) => Ok(Length::Chunked),
        (Transfer::Other, _) => Err("a request of undefined length"),
        (Transfer::Absent, ContentLength::Absent | ContentLength::Bytes(0)) => Ok(Length::None),
        (Transfer::Absent, ContentLength::Bytes(bytes)) => Ok(Length::Bytes(bytes)),
        (Transfer::Absent, ContentLength::Invalid) => Err("an invalid content-length"),
    }
}

/// Returns the length of the body of a response to a request with the given method.
///
/// # Errors
/// The reason why the header fields define no valid length.
pub(super) fn of_response(fields: &Fields, code: u16, method: Method) -> Result<Length, &'static str> {
    if method == Method::Head || matches!(code, 100..200 | 204 | 304) {
        return Ok(Length::None);
    }
    match (fields.transfer, fields.length) {
        (Transfer::Absent, ContentLength::Absent) | (Transfer::Other, _) => Ok(Length::UntilClose),
        // The server closes the connection, or the client does.
        (Transfer::Absent, ContentLength::Invalid) => Ok(Length::UntilClose),
        _ => of_request(fields),
    }
}

/// Returns the rule that the fields for the length break, with the section.
pub(super) fn violation(fields: &Fields, is_request: bool) -> Option<&'static str> {
    Some(match (fields.transfer, fields.length) {
        (Transfer::Absent, ContentLength::Invalid) => "an invalid content-length (RFC 9112, section 6.3)",
        (Transfer::Other, _) if is_request => "chunked is not the last coding (RFC 9112, section 6.3)",
        (Transfer::Chunked | Transfer::Other, ContentLength::Bytes(_) | ContentLength::Invalid) => {
            "content-length beside transfer-encoding (RFC 9112, section 6.2)"
        }
        _ => return None,
    })
}

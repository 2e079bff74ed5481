//! How long a message's body is: RFC 9112, section 6.3.

use super::exchange::Method;
use super::fields::{ContentLength, Fields, Transfer};

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// There is none.
    None,
    /// After so many bytes.
    Bytes(u64),
    /// With the last chunk.
    Chunked,
    /// With the connection.
    UntilClose,
}

/// Of a request's body.
///
/// # Errors
/// When the request does not say it in a way that is allowed: why.
pub(super) fn of_request(fields: &Fields) -> Result<Length, &'static str> {
    match (fields.transfer, fields.length) {
        (Transfer::Chunked, _) => Ok(Length::Chunked),
        (Transfer::Other, _) => Err("a request whose end is not told"),
        (Transfer::Absent, ContentLength::Absent | ContentLength::Bytes(0)) => Ok(Length::None),
        (Transfer::Absent, ContentLength::Bytes(bytes)) => Ok(Length::Bytes(bytes)),
        (Transfer::Absent, ContentLength::Invalid) => Err("a content-length that is none"),
    }
}

/// Of the body of an answer to a request with that method.
///
/// # Errors
/// As [`of_request`].
pub(super) fn of_response(fields: &Fields, code: u16, method: Method) -> Result<Length, &'static str> {
    if method == Method::Head || matches!(code, 100..200 | 204 | 304) {
        return Ok(Length::None);
    }
    match (fields.transfer, fields.length) {
        (Transfer::Absent, ContentLength::Absent) | (Transfer::Other, _) => Ok(Length::UntilClose),
        _ => of_request(fields),
    }
}

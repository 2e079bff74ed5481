//! The problem types.

use axum::http::StatusCode;

/// What a program tells problems apart by, where the status is not enough.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// The status says it all (RFC 9457, 4.2.1).
    Blank,
    NotFound,
    NoSuchPage,
    Invalid,
    NoSuchAuthor,
    Changed,
    Full,
    FellBehind,
}

impl Kind {
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::Blank => "about:blank",
            Self::NotFound => "urn:problem-type:bookshelf:not-found",
            Self::NoSuchPage => "urn:problem-type:bookshelf:no-such-page",
            Self::Invalid => "urn:problem-type:bookshelf:invalid",
            Self::NoSuchAuthor => "urn:problem-type:bookshelf:no-such-author",
            Self::Changed => "urn:problem-type:bookshelf:conflict",
            Self::Full => "urn:problem-type:bookshelf:full",
            Self::FellBehind => "urn:problem-type:bookshelf:fell-behind",
        }
    }

    pub(crate) fn title(self, status: StatusCode) -> &'static str {
        match self {
            Self::Blank => phrase(status),
            Self::NotFound => "Not on the shelf",
            Self::NoSuchPage => "No page of a list",
            Self::Invalid => "An argument breaks a rule",
            Self::NoSuchAuthor => "Not an author of the shelf",
            Self::Changed => "Changed by someone else",
            Self::Full => "The shelf is full",
            Self::FellBehind => "Changes were missed",
        }
    }
}

/// The phrase that is recommended for a status (RFC 9110, 15). The library still has two of RFC 7231 and RFC 4918.
fn phrase(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Content Too Large",
        StatusCode::UNPROCESSABLE_ENTITY => "Unprocessable Content",
        status => status.canonical_reason().unwrap_or("Error"),
    }
}

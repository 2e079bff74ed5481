//! The headers that requests have, as the document tells them. They are read where they are used, and what an entity tag
//! looks like is for RFC 9110 to say.

use utoipa::IntoParams;

/// `If-Match` where a change needs it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the document alone")]
pub(crate) struct IfMatch {
    /// The `ETag` of the book as it was read, or several of them, or `*` for whatever it is by now.
    #[param(rename = "If-Match", example = "\"1\"")]
    value: String,
}

/// `If-Match` where it is up to the client.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the document alone")]
pub(crate) struct MayIfMatch {
    /// The `ETag` of the book as it was read, or several of them, or `*` for whatever it is by now.
    #[param(rename = "If-Match", nullable = false)]
    value: Option<String>,
}

/// `If-None-Match` of a read.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the document alone")]
pub(crate) struct IfNoneMatch {
    /// The `ETag` of the book that the client has, or several of them, or `*`. When the shelf has no other, the answer
    /// is 304 and has no body.
    #[param(rename = "If-None-Match", nullable = false)]
    value: Option<String>,
}

/// `Last-Event-ID` of a reader that comes back.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the document alone")]
pub(crate) struct LastEventIdHeader {
    /// The `id` of the last event that the reader has seen. Browsers send it by themselves.
    #[param(rename = "Last-Event-ID", nullable = false, pattern = "^[0-9]{1,19}$")]
    value: Option<String>,
}

//! Request headers. The types exist only for the OpenAPI document; the extractors read the headers.

use utoipa::IntoParams;

/// A required `If-Match`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only for the document")]
pub struct IfMatch {
    /// The `ETag` that was read, a list of them, or `*` for any current revision.
    #[param(rename = "If-Match", example = "\"1\"")]
    value: String,
}

/// An optional `If-Match`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only for the document")]
pub struct OptionalIfMatch {
    /// The `ETag` that was read, a list of them, or `*` for any current revision.
    #[param(rename = "If-Match", nullable = false)]
    value: Option<String>,
}

/// An optional `If-None-Match`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only for the document")]
pub struct IfNoneMatch {
    /// The `ETag` that the client has cached, a list of them, or `*`. If it is still current, the response is 304, without
    /// a body.
    #[param(rename = "If-None-Match", nullable = false)]
    value: Option<String>,
}

/// An optional `Last-Event-ID`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only for the document")]
pub struct LastEventIdHeader {
    /// The `id` of the last event that the client has received. Browsers send it when they reconnect.
    #[param(rename = "Last-Event-ID", nullable = false, pattern = "^[0-9]{1,19}$")]
    value: Option<String>,
}

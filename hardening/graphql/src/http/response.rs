//! Builds HTTP responses. Errors have the format of a GraphQL response, too.

use axum::http::header::{CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hardening_http::Rejection;

use crate::engine::Outcome;
use crate::errors::{code, request_error};

/// Media type of a GraphQL response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`: a request error also has the status 200, because clients of this media type read
    /// only the body.
    Json,
    /// `application/graphql-response+json`: the status of a request error is 400.
    GraphqlResponse,
    /// `text/event-stream`: one event for each result.
    EventStream,
}

impl Media {
    /// Returns the `Content-Type` of a response whose body is JSON. For [`EventStream`](Self::EventStream),
    /// this is the type of an [`HttpError`], which is sent as JSON instead of as an event.
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json | Self::EventStream => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// Returns the response to a well-formed GraphQL request.
pub(super) fn from_outcome(media: Media, outcome: &Outcome) -> Response {
    let status = match (media, outcome) {
        (Media::GraphqlResponse, Outcome::RequestError { .. }) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    json(status, media, outcome)
}

/// The error response to a request that violates HTTP or GraphQL over HTTP. No operation of such a request is
/// executed.
#[derive(Debug)]
pub(crate) struct HttpError {
    status: StatusCode,
    message: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl HttpError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), headers: Vec::new() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Adds a response header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    /// Returns the response. Its error code is the reason phrase of the status, such as `METHOD_NOT_ALLOWED`.
    pub(crate) fn into_response(self, media: Media) -> Response {
        let reason = self.status.canonical_reason().unwrap_or(code::INTERNAL);
        let code = reason.to_ascii_uppercase().replace([' ', '-'], "_");
        let mut response = json(self.status, media, &request_error(&code, self.message, None).into());
        response.headers_mut().extend(self.headers);
        response
    }
}

impl From<Rejection> for HttpError {
    fn from(Rejection { status, reason }: Rejection) -> Self {
        Self::new(status, reason)
    }
}

fn json(status: StatusCode, media: Media, outcome: &Outcome) -> Response {
    let headers = [
        (CONTENT_TYPE, media.content_type()),
        (VARY, HeaderValue::from_static("accept")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    match serde_json::to_vec(outcome) {
        Ok(body) => (status, headers, body).into_response(),
        // Unreachable, because all keys of an outcome are strings.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

//! Answers over HTTP, good and bad: all of them JSON in the shape of a GraphQL response.

use axum::http::header::{CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::engine::Outcome;
use crate::errors::{code, request_error};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`: 200 also for a request that was refused, since the client looks into the body only.
    Json,
    /// `application/graphql-response+json`: the status tells whether the request was run.
    GraphqlResponse,
    /// `text/event-stream`: a stream of results, each as an event.
    EventStream,
}

impl Media {
    /// Of an answer that is whole. A problem comes before any stream does.
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json | Self::EventStream => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// The answer to a well-formed request.
pub(super) fn outcome(media: Media, outcome: &Outcome) -> Response {
    let status = match (media, outcome) {
        (Media::GraphqlResponse, Outcome::Refused { .. }) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    json(status, media, outcome)
}

/// A request that breaks the rules of HTTP or of GraphQL over HTTP, so that no operation came of it.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    message: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), headers: Vec::new() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Adds a header that tells the client how to do better.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    pub(crate) fn reply(self, media: Media) -> Response {
        // The code is the status in words, `METHOD_NOT_ALLOWED`.
        let reason = self.status.canonical_reason().unwrap_or(code::INTERNAL);
        let code = reason.to_ascii_uppercase().replace([' ', '-'], "_");
        let mut response = json(self.status, media, &Outcome::from(request_error(&code, self.message, None)));
        response.headers_mut().extend(self.headers);
        response
    }
}

fn json(status: StatusCode, media: Media, body: &impl Serialize) -> Response {
    let headers = [
        (CONTENT_TYPE, media.content_type()),
        (VARY, HeaderValue::from_static("accept")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    match serde_json::to_vec(body) {
        Ok(body) => (status, headers, body).into_response(),
        // Not reached: every key of an answer is text.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

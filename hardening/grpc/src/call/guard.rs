//! The API and the settings of the checks, and the checks that need no more than these.

use std::time::Duration;

use axum::body::HttpBody as _;
use axum::http::{HeaderMap, HeaderName, Request, Response, Uri};
use hardening_http::Shutdown;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};

use super::deadline;
use crate::Api;

const GRPC_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// Settings of a [`Guarded`](super::Guarded) service.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) api: Api,
    /// Time for a client to send its request.
    pub(crate) request_timeout: Duration,
    pub(crate) shutdown: Shutdown,
}

impl Guard {
    /// Returns the client's deadline, or `None` if the request has none. The timeout in the header counts
    /// from the call of this method, so call it as soon as the request arrives.
    ///
    /// # Errors
    /// INTERNAL when the header is malformed, DEADLINE_EXCEEDED when the deadline has passed: a handler must not
    /// change data for a client that no longer waits.
    pub(super) fn deadline(&self, headers: &HeaderMap) -> Result<Option<Instant>, Status> {
        let deadline = deadline::read(headers, self.api.domain)?;
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(self.api.domain.deadline_exceeded());
        }
        Ok(deadline)
    }

    /// Removes the header `grpc-accept-encoding` from a request to a method that is not in
    /// [`Api::compressed_methods`](crate::Api), so that tonic does not compress the response.
    pub(super) fn limit_compression(&self, request: &mut Request<Body>) {
        if !self.api.compressed_methods.contains(&request.uri().path()) {
            request.headers_mut().remove(GRPC_ACCEPT_ENCODING);
        }
    }

    /// Adds error details to the response if it is an error that tonic itself returned.
    pub(super) fn add_details(&self, mut response: Response<Body>, uri: &Uri) -> Response<Body> {
        // The status of a response with messages is in its trailers.
        if !response.body().is_end_stream() {
            return response;
        }
        let status = Status::from_header_map(response.headers());
        if let Some(status) = status.filter(|it| it.code() != Code::Ok && it.details().is_empty()) {
            let detailed = self.api.domain.with_details(&status, uri.path(), self.api.max_request_bytes);
            // Fails only for a message that is not a header value, and tonic percent-encodes messages.
            let _ = detailed.add_header(response.headers_mut());
        }
        response
    }
}

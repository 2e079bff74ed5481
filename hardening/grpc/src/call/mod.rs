//! A tower service around tonic's services. It checks the calls of all methods.
//!
//! - `guarded`: the service, and the future of its response
//! - `protocol`: rejects requests that are not gRPC
//! - `deadline`: reads `grpc-timeout`, the client's deadline
//! - `request`: ends a request stream whose next message is overdue
//! - `framing`: finds the message boundaries in a request body
//! - `response`: ends the response body at the deadline or after a panic

mod deadline;
mod framing;
mod guarded;
mod protocol;
mod request;
mod response;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::http::{HeaderMap, HeaderName, Request, Response, Uri};
use hardening_http::Shutdown;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};

use crate::Api;

pub use guarded::{Guarded, ResponseFuture};
pub use response::ResponseBody;

const GRPC_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// Settings of a [`Guarded`] service.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) api: Api,
    /// Time for a client to send its request.
    pub(crate) request_timeout: Duration,
    pub(crate) shutdown: Shutdown,
}

impl Guard {
    /// Wraps `service` in a [`Guarded`] service with these settings.
    pub(crate) fn protect<S>(self, service: S) -> Guarded<S> {
        Guarded { service, guard: Arc::new(self) }
    }

    /// Returns the client's deadline, or `None` if the request has none. The timeout in the header counts
    /// from the call of this method, so call it as soon as the request arrives.
    ///
    /// # Errors
    /// INTERNAL when the header is malformed, DEADLINE_EXCEEDED when the deadline has passed: a handler must not
    /// change data for a client that no longer waits.
    fn deadline(&self, headers: &HeaderMap) -> Result<Option<Instant>, Status> {
        let deadline = deadline::read(headers, self.api.domain)?;
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(self.api.domain.deadline_exceeded());
        }
        Ok(deadline)
    }

    /// Removes the header `grpc-accept-encoding` from a request to a method that is not in
    /// [`Api::compressed_methods`](crate::Api), so that tonic does not compress the response.
    fn limit_compression(&self, request: &mut Request<Body>) {
        if !self.api.compressed_methods.contains(&request.uri().path()) {
            request.headers_mut().remove(GRPC_ACCEPT_ENCODING);
        }
    }

    /// Adds error details to the response if it is an error that tonic itself returned.
    fn add_details(&self, mut response: Response<Body>, uri: &Uri) -> Response<Body> {
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

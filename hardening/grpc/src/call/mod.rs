//! The checks of every call, whatever its method.
//!
//! - `guarded`: the service that makes the checks, and its future
//! - `protocol`: rejects requests that are not gRPC
//! - `deadline`: the client's `grpc-timeout`
//! - `request`: request streams that outlast the response head, until a message is overdue
//! - `framing`: message boundaries in a request body
//! - `response`: the response body, until its end, the deadline or a panic

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

/// The checks of one API.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) api: Api,
    /// Time for a client to send its request.
    pub(crate) request_timeout: Duration,
    pub(crate) shutdown: Shutdown,
}

impl Guard {
    /// Returns `service` behind the checks.
    pub(crate) fn protect<S>(self, service: S) -> Guarded<S> {
        Guarded { service, guard: Arc::new(self) }
    }

    /// Returns the client's deadline for a request that has just arrived, if the client has one.
    ///
    /// # Errors
    /// INTERNAL when the header is malformed, DEADLINE_EXCEEDED when the deadline has passed: a handler must not change
    /// data for a client that no longer waits.
    fn deadline(&self, headers: &HeaderMap) -> Result<Option<Instant>, Status> {
        let deadline = deadline::read(headers, self.api.domain)?;
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(self.api.domain.deadline_exceeded());
        }
        Ok(deadline)
    }

    /// Removes the client's offer of gzip for methods that do not compress.
    fn limit_compression(&self, request: &mut Request<Body>) {
        if !self.api.compressed_methods.contains(&request.uri().path()) {
            request.headers_mut().remove(GRPC_ACCEPT_ENCODING);
        }
    }

    /// Adds details to an error that tonic made itself.
    fn add_details(&self, mut response: Response<Body>, uri: &Uri) -> Response<Body> {
        // After messages, the status is in the trailers.
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

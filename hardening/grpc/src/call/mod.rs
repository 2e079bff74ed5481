//! Checks that apply to the calls of all methods: an axum middleware around tonic.
//!
//! - `protocol`: rejects requests that are not gRPC
//! - `deadline`: reads `grpc-timeout`, the client's deadline
//! - `request`: ends a request stream whose next message is overdue
//! - `framing`: finds the message boundaries in a request body
//! - `response`: ends the response body at the deadline or after a panic

mod deadline;
mod framing;
mod protocol;
mod request;
mod response;
#[cfg(test)]
mod tests;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures_util::FutureExt as _;
use hardening_http::Shutdown;
use tokio::time::{Instant, timeout_at};
use tonic::{Code, Status};

use crate::Api;

use response::ResponseBody;

/// The middleware's state: the API, and the settings of the checks.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) api: Api,
    /// Time for a client to send its request.
    pub(crate) request_timeout: Duration,
    pub(crate) shutdown: Shutdown,
}

impl Guard {
    /// Wraps the routes of `services` in the checks.
    pub(crate) fn protect(self, services: Router) -> Router {
        services.layer(from_fn_with_state(self, guard))
    }

    /// Removes `grpc-accept-encoding` from a request, unless its method may compress the response.
    fn limit_compression(&self, request: &mut Request) {
        if !self.api.compressed_methods.contains(&request.uri().path()) {
            request.headers_mut().remove("grpc-accept-encoding");
        }
    }

    /// Adds error details to the response if it is an error that tonic itself returned.
    fn add_details(&self, mut response: Response, uri: &Uri) -> Response {
        let status = Status::from_header_map(response.headers());
        if let Some(status) = status.filter(|it| it.code() != Code::Ok && it.details().is_empty()) {
            let detailed = self.api.domain.with_details(&status, uri.path(), self.api.max_request_bytes);
            // Fails only for a message that is not a header value, and tonic percent-encodes messages.
            let _ = detailed.add_header(response.headers_mut());
        }
        response
    }
}

async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    if let Some(rejection) = protocol::reject(&request) {
        return rejection;
    }
    let domain = guard.api.domain;
    let deadline = match deadline::read(&request, domain) {
        Ok(deadline) => deadline,
        Err(status) => return status.into_http(),
    };
    // A handler must not change data for a client that no longer waits.
    if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
        return domain.deadline_exceeded().into_http();
    }
    guard.limit_compression(&mut request);
    let uri = request.uri().clone();
    let (request, outcome) = request::limit_stream(request, &guard);
    let handler = AssertUnwindSafe(next.run(request)).catch_unwind();
    // Handlers wait only for the request, so that a late response head means a slow client.
    let latest = Instant::now() + guard.request_timeout;
    let until = deadline.map_or(latest, |deadline| deadline.min(latest));
    let response = match timeout_at(until, handler).await {
        Ok(Ok(response)) => guard.add_details(response, &uri),
        Ok(Err(_panic)) => domain.panicked().into_http(),
        Err(_elapsed) if deadline == Some(until) => domain.deadline_exceeded().into_http(),
        Err(_elapsed) => domain.request_timeout(guard.request_timeout).into_http(),
    };
    response.map(|body| Body::new(ResponseBody::new(body, domain, deadline, outcome)))
}

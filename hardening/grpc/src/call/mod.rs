//! What every call passes on its way in and out, whatever its method: a middleware around tonic.
//!
//! - `protocol`: what is no gRPC at all is refused
//! - `deadline`: how long the client wants to wait
//! - `questions`: requests that go on while they are answered, until they say nothing more
//! - `messages`: where in its messages a request is
//! - `answer`: the messages of an answer, until their end or the deadline

mod answer;
mod deadline;
mod messages;
mod protocol;
mod questions;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;
use hardening_http::Shutdown;
use tokio::time::{Instant, timeout_at};
use tonic::{Code, Status};

use crate::status;

use answer::Answer;

/// What bounds every call.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// How long a client may take to send its request.
    pub(crate) request_timeout: Duration,
    pub(crate) shutdown: Shutdown,
}

/// Lets the call through, and answers in tonic's place what tonic would not answer as the specification has it.
pub(crate) async fn supervise(
    State(Bounds { request_timeout, shutdown }): State<Bounds>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(refusal) = protocol::refusal(&request) {
        return refusal;
    }
    let deadline = match deadline::read(&request) {
        Ok(deadline) => deadline,
        Err(status) => return status.into_http(),
    };
    // Nothing is changed for a client that has given up.
    if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
        return status::deadline_exceeded().into_http();
    }
    offer_gzip(&mut request);
    let (request, verdict) = questions::bounded(request, request_timeout, shutdown);
    let method = request.uri().path().to_owned();
    let handler = AssertUnwindSafe(next.run(request)).catch_unwind();
    // No method of this server waits for anything but its request.
    let latest = Instant::now() + request_timeout;
    let until = deadline.map_or(latest, |deadline| deadline.min(latest));
    let answer = match timeout_at(until, handler).await {
        Ok(Ok(answer)) => mended(answer, &method),
        Ok(Err(_panic)) => status::panicked().into_http(),
        Err(_elapsed) if deadline == Some(until) => status::deadline_exceeded().into_http(),
        Err(_elapsed) => status::request_timeout(request_timeout).into_http(),
    };
    answer.map(|body| Body::new(Answer::new(body, deadline, verdict)))
}

/// Of the bookshelf's answers only a page of books is long enough for gzip. tonic compresses for a whole service or not
/// at all, and would make every change that is watched longer than it is.
fn offer_gzip(request: &mut Request) {
    if !request.uri().path().ends_with("/ListBooks") {
        request.headers_mut().remove("grpc-accept-encoding");
    }
}

/// An error of tonic's own, as the errors of this server are: it has no details yet.
fn mended(mut answer: Response, method: &str) -> Response {
    let found = Status::from_header_map(answer.headers());
    if let Some(found) = found.filter(|found| found.code() != Code::Ok && found.details().is_empty()) {
        // It fails for a message that is no header, and tonic's percent encoding makes one of everything.
        let _ = status::found_by_tonic(&found, method).add_header(answer.headers_mut());
    }
    answer
}

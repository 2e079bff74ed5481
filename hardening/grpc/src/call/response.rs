//! A response body that ends with a status in every case.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::HttpBody;
use axum::http::HeaderMap;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::body::Body;
use tonic::{Code, Status};

use super::request::StreamOutcome;
use crate::status::ErrorDomain;

/// A response body that sends the handler's messages until the handler completes or panics, or the client's
/// deadline passes. In all three cases, it ends with a status.
#[derive(Debug)]
pub struct ResponseBody {
    messages: Body,
    domain: ErrorDomain,
    deadline: Option<Pin<Box<Sleep>>>,
    outcome: Option<StreamOutcome>,
}

impl ResponseBody {
    pub(super) fn new(
        messages: Body,
        domain: ErrorDomain,
        deadline: Option<Instant>,
        outcome: Option<StreamOutcome>,
    ) -> Self {
        let deadline = deadline.map(|deadline| Box::pin(sleep_until(deadline)));
        Self { messages, domain, deadline, outcome }
    }

    /// Replaces the status OK with the error of the request stream, if there is one.
    fn check_outcome(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        let Some(outcome) = &self.outcome else { return frame };
        let status = frame.trailers_ref().and_then(Status::from_header_map);
        let is_ok = status.is_some_and(|status| status.code() == Code::Ok);
        let error = if is_ok { outcome.error() } else { None };
        error.map_or(frame, |status| self.end_with(&status))
    }

    /// Drops the handler's remaining messages, and returns trailers with `status`.
    fn end_with(&mut self, status: &Status) -> Frame<Bytes> {
        self.messages = Body::empty();
        self.deadline = None;
        let mut trailers = HeaderMap::new();
        // Fails only for a message that is not a header value, and tonic percent-encodes messages.
        let _ = status.add_header(&mut trailers);
        Frame::trailers(trailers)
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        // Polled first, so that the deadline also ends a stream that always has a message ready.
        if self.deadline.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready()) {
            let status = self.domain.deadline_exceeded();
            return Poll::Ready(Some(Ok(self.end_with(&status))));
        }
        let messages = Pin::new(&mut self.messages);
        match catch_unwind(AssertUnwindSafe(|| messages.poll_frame(cx))) {
            Ok(polled) => polled.map_ok(|frame| self.check_outcome(frame)),
            Err(_panic) => {
                let status = self.domain.panicked();
                Poll::Ready(Some(Ok(self.end_with(&status))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.messages.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.messages.size_hint()
    }
}

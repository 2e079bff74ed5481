//! The body of an answer: its messages, then its status.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::http::HeaderMap;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::{Code, Status};

use crate::status;

use super::questions::Verdict;

/// What the handler answers, until it ends, panics, or the client's deadline passes. All three end with a status.
#[derive(Debug)]
pub(super) struct Answer {
    messages: Body,
    deadline: Option<Pin<Box<Sleep>>>,
    verdict: Option<Verdict>,
}

impl Answer {
    pub(super) fn new(messages: Body, deadline: Option<Instant>, verdict: Option<Verdict>) -> Self {
        Self { messages, deadline: deadline.map(|deadline| Box::pin(sleep_until(deadline))), verdict }
    }

    /// The handler takes silent questions, and those that it cannot read, for ended ones, and is content.
    fn judged(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        let said = frame.trailers_ref().and_then(Status::from_header_map);
        let is_content = said.is_some_and(|status| status.code() == Code::Ok);
        let fault = self.verdict.as_ref().filter(|_| is_content).and_then(Verdict::fault);
        fault.map_or(frame, |status| self.end_with(&status))
    }

    /// Drops the handler's stream, and with it what it holds.
    fn end_with(&mut self, status: &Status) -> Frame<Bytes> {
        self.messages = Body::empty();
        self.deadline = None;
        let mut trailers = HeaderMap::new();
        // It fails for a message that is no header, and ours all are.
        let _ = status.add_header(&mut trailers);
        Frame::trailers(trailers)
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // First, so that a stream that always has something to say ends, too.
        if self.deadline.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready()) {
            return Poll::Ready(Some(Ok(self.end_with(&status::deadline_exceeded()))));
        }
        let messages = Pin::new(&mut self.messages);
        match catch_unwind(AssertUnwindSafe(|| messages.poll_frame(cx))) {
            Ok(polled) => polled.map_ok(|frame| self.judged(frame)),
            Err(_panic) => Poll::Ready(Some(Ok(self.end_with(&status::panicked())))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.messages.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.messages.size_hint()
    }
}

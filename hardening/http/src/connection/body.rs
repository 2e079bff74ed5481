//! Request and response bodies that report their progress to the connection's [`Activity`].

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::task::coop::has_budget_remaining;

use super::activity::Activity;
use super::exchange::{Exchange, ExchangeState, Upload};

/// A request body. The connection's [`Activity`] counts it as an upload until it is complete.
#[derive(Debug)]
pub(crate) struct RequestBody<B> {
    body: B,
    upload: Option<Upload>,
}

impl<B: Body> RequestBody<B> {
    pub(crate) fn new(body: B, activity: &Activity) -> Self {
        let upload = (!body.is_end_stream()).then(|| activity.begin_upload());
        Self { body, upload }
    }
}

impl<B: Body + Unpin> Body for RequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.upload = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Maximum length of a chunk of a response, in bytes. It is small, so that even a slow client can read a
/// chunk within the idle timeout.
const MAX_CHUNK: usize = 64 * 1024;

/// A response body, sent in chunks. Each chunk puts the exchange into [`ExchangeState::AwaitingClient`]: the
/// framework polls the next chunk only after the client has read the previous one.
#[derive(Debug)]
pub struct ResponseBody<B> {
    body: B,
    /// The part of a frame that has not been sent yet, because the frame is longer than a chunk.
    rest: Bytes,
    exchange: Exchange,
}

impl<B: Body<Data = Bytes> + Unpin> ResponseBody<B> {
    pub(crate) fn new(body: B, mut exchange: Exchange) -> Self {
        exchange.enter(ExchangeState::AwaitingClient);
        Self { body, rest: Bytes::new(), exchange }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)).transpose()?.map(Frame::into_data) {
                Some(Ok(data)) if data.len() <= MAX_CHUNK => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Some(Ok(data)) => self.rest = data,
                Some(Err(trailers)) => return Poll::Ready(Some(Ok(trailers))),
                None => return Poll::Ready(None),
            }
        }
        let chunk = self.rest.split_to(self.rest.len().min(MAX_CHUNK));
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let chunk = self.poll_chunk(cx);
        if chunk.is_ready() {
            // The framework drops a body after its last frame, which ends the exchange.
            if !self.is_end_stream() {
                self.exchange.enter(ExchangeState::AwaitingClient);
            }
            return chunk;
        }
        self.exchange.enter(ExchangeState::AwaitingEvent);
        // A body that only yields to other tasks is not waiting for an event. A body of known length is not
        // endless.
        if has_budget_remaining() && self.body.size_hint().exact().is_none() {
            ready!(self.exchange.poll_abandoned(cx));
            return Poll::Ready(None);
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // The framework calls this before the first frame, when `rest` is empty.
        self.body.size_hint()
    }
}

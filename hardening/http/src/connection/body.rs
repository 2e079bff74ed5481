//! Bodies that tell their connection's [`Activity`](super::activity::Activity) how far they are.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::task::coop::has_budget_remaining;

use super::activity::{Exchange, Turn, Upload};

/// The body of a request.
#[derive(Debug)]
pub struct Request<B> {
    body: B,
    upload: Option<Upload>,
}

impl<B: Body> Request<B> {
    /// `upload` begins one, unless there is no body.
    pub(crate) fn new(body: B, upload: impl FnOnce() -> Upload) -> Self {
        let upload = (!body.is_end_stream()).then(upload);
        Self { body, upload }
    }
}

impl<B: Body + Unpin> Body for Request<B> {
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

/// The most of an answer that is given at once. A client that takes it within the idle timeout is not too slow.
const PIECE: usize = 64 * 1024;

/// The body of an answer. It is polled when the client has taken what there was, so as soon as it has given something,
/// it is the client's turn.
#[derive(Debug)]
pub struct Answer<B> {
    body: B,
    /// What the body has given and nobody has asked for yet.
    rest: Bytes,
    exchange: Exchange,
}

impl<B: Body<Data = Bytes> + Unpin> Answer<B> {
    pub(crate) fn new(body: B, mut exchange: Exchange) -> Self {
        exchange.pass_to(Turn::Client);
        Self { body, rest: Bytes::new(), exchange }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)).transpose()?.map(Frame::into_data) {
                Some(Ok(data)) => self.rest = data,
                Some(Err(other)) => return Poll::Ready(Some(Ok(other))),
                None => return Poll::Ready(None),
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Answer<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let piece = self.poll_piece(cx);
        self.exchange.pass_to(if piece.is_pending() { Turn::World } else { Turn::Client });
        // What only lets others have their turn has more to give.
        let has_nothing = piece.is_pending() && has_budget_remaining();
        if has_nothing && self.body.size_hint().exact().is_none() {
            // So the connection ends as others do: what has no end of its own ends here.
            ready!(self.exchange.poll_given_up(cx));
            return Poll::Ready(None);
        }
        piece
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // Asked for before anything was given, when there is no rest.
        self.body.size_hint()
    }
}

//! Ends a request stream whose next message is overdue.
//!
//! Only the methods of server reflection can receive further messages after the response head. A request to
//! any other method is complete before the response head, so the request timeout alone limits it.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::BodyDataStream;
use axum::http::Request;
use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::{StreamExt as _, stream};
use hardening_http::Shutdown;
use tokio::time::{Instant, Sleep, sleep};
use tonic::Status;
use tonic::body::Body;

use super::Guard;
use super::framing::{Framing, TooLarge};
use crate::status::ErrorDomain;

/// Time for which a request stream stays open after the shutdown begins, so that a message that is already on
/// its way can still arrive.
const LINGER: Duration = Duration::from_millis(500);

/// The reason why a request stream ended. The handler does not report this reason: even if the stream timed
/// out or was unreadable, the handler completes with OK.
#[derive(Clone, Debug)]
pub(super) struct StreamOutcome {
    /// Set when the stream ends: `Ok`, or the error that ended it. If it is not set when the handler
    /// completes, the handler has stopped at a message that it could not read.
    end: Arc<OnceLock<Result<(), Status>>>,
    domain: ErrorDomain,
}

impl StreamOutcome {
    /// Stores how the stream ended. Only the first call has an effect.
    fn set(&self, end: Result<(), Status>) {
        self.end.get_or_init(|| end);
    }

    /// Returns the error that ended the stream, if any. Call this after the handler has completed with OK.
    pub(super) fn error(&self) -> Option<Status> {
        self.end.get().cloned().unwrap_or_else(|| Err(self.domain.unreadable())).err()
    }
}

/// Limits the request stream if `request` is a call to server reflection. The stream then ends at the
/// shutdown, or when a message takes longer than the request timeout. Returns all other requests unchanged.
pub(super) fn limit_stream(
    request: Request<Body>,
    guard: &Arc<Guard>,
) -> (Request<Body>, Option<StreamOutcome>) {
    if !request.uri().path().starts_with("/grpc.reflection.") {
        return (request, None);
    }
    let outcome = StreamOutcome { end: Arc::default(), domain: guard.api.domain };
    let request = request.map(|body| {
        let stream = LimitedStream {
            chunks: axum::body::Body::new(body).into_data_stream(),
            framing: Framing::new(guard.api.max_request_bytes),
            overdue: Box::pin(sleep(guard.request_timeout)),
            shutdown: linger(guard.shutdown.clone()).boxed(),
            outcome: outcome.clone(),
            guard: Arc::clone(guard),
        };
        Body::new(axum::body::Body::from_stream(stream::unfold(stream, LimitedStream::next)))
    });
    (request, Some(outcome))
}

async fn linger(shutdown: Shutdown) {
    shutdown.cancelled().await;
    sleep(LINGER).await;
}

struct LimitedStream {
    chunks: BodyDataStream,
    framing: Framing,
    /// Timer that fires when the next message is overdue.
    overdue: Pin<Box<Sleep>>,
    shutdown: BoxFuture<'static, ()>,
    outcome: StreamOutcome,
    guard: Arc<Guard>,
}

impl LimitedStream {
    async fn next(mut self) -> Option<(Result<Bytes, axum::Error>, Self)> {
        let domain = self.guard.api.domain;
        let chunk = tokio::select! {
            biased;
            // Polled first, so that the shutdown also ends a stream that always has a chunk ready.
            () = &mut self.shutdown => {
                self.outcome.set(Ok(()));
                return None;
            }
            chunk = self.chunks.next() => chunk,
            () = &mut self.overdue => {
                self.outcome.set(Err(domain.request_timeout(self.guard.request_timeout)));
                return None;
            }
        };
        match &chunk {
            Some(Ok(bytes)) => match self.framing.advance(bytes) {
                Ok(true) => self.overdue.as_mut().reset(Instant::now() + self.guard.request_timeout),
                Ok(false) => {}
                Err(TooLarge) => self.outcome.set(Err(domain.too_large(self.guard.api.max_request_bytes))),
            },
            None if self.framing.is_at_boundary() => self.outcome.set(Ok(())),
            Some(Err(_)) | None => {}
        }
        Some((chunk?, self))
    }
}

//! A stream of accepted connections, for tonic's `serve_with_incoming`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::futures::OwnedNotified;

use crate::accept::concerns_one_connection;
use crate::listener::TapListener;
use crate::pause;
use crate::stream::TapStream;

impl TapListener {
    /// Converts the listener into a stream of its connections, for tonic's `serve_with_incoming`. The stream
    /// never ends and never yields an error: like [`accept_next`](Self::accept_next) it skips aborted
    /// handshakes, and waits while no file descriptor is available.
    #[must_use]
    pub fn into_incoming(self) -> TapIncoming {
        TapIncoming { listener: self, pause: None }
    }
}

#[cfg(unix)]
impl crate::TapUnixListener {
    /// Converts the listener into a stream of its connections, for tonic's `serve_with_incoming`. The stream
    /// never ends and never yields an error: it waits while no file descriptor is available.
    #[must_use]
    pub fn into_incoming(self) -> TapIncoming<Self> {
        TapIncoming { listener: self, pause: None }
    }
}

/// A stream of the accepted connections of a [`TapListener`] or a `TapUnixListener`.
#[derive(Debug)]
pub struct TapIncoming<L = TapListener> {
    listener: L,
    /// Pause that has begun because no file descriptor was available. `None` while the stream accepts.
    pause: Option<Pin<Box<OwnedNotified>>>,
}

impl<L> TapIncoming<L> {
    fn poll_accept<T>(
        &mut self,
        cx: &mut Context<'_>,
        accept: impl Fn(&L, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<Option<io::Result<T>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match ready!(accept(&self.listener, cx)) {
                Ok(stream) => return Poll::Ready(Some(Ok(stream))),
                Err(error) if concerns_one_connection(&error) => {}
                Err(_) => self.pause = pause::begin().map(Box::pin),
            }
        }
    }
}

impl Stream for TapIncoming {
    type Item = io::Result<TapStream>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let accept = |listener: &TapListener, cx: &mut Context<'_>| listener.poll_accept(cx);
        self.get_mut().poll_accept(cx, accept).map(first)
    }
}

#[cfg(unix)]
impl Stream for TapIncoming<crate::TapUnixListener> {
    type Item = io::Result<TapStream<tokio::net::UnixStream>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let accept = |listener: &crate::TapUnixListener, cx: &mut Context<'_>| listener.poll_accept(cx);
        self.get_mut().poll_accept(cx, accept).map(first)
    }
}

/// Returns the accepted stream without the peer's address.
fn first<T, A>(accepted: Option<io::Result<(T, A)>>) -> Option<io::Result<T>> {
    accepted.map(|accepted| accepted.map(|(stream, _)| stream))
}

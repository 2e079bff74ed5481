//! A stream wrapper that records reads and writes.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::event::SockId;
use crate::recorded;
use crate::socket_recorder::SocketRecorder;

pin_project! {
    /// A stream wrapper that records every read, write and shutdown, and the close. It forwards all calls
    /// unchanged to the inner stream.
    ///
    /// Create one with [`TapListener::accept`](crate::TapListener::accept) or [`TapStream::connect`], or wrap any other
    /// stream with [`TapStream::wrap`].
    #[derive(Debug)]
    pub struct TapStream<S = TcpStream> {
        // Dropped before `inner`, so the kernel can still be queried about the stream.
        recorder: Option<SocketRecorder>,
        since: Instant,
        #[pin]
        inner: S,
    }
}

impl<S> TapStream<S> {
    pub(crate) fn new(inner: S, recorder: Option<SocketRecorder>) -> Self {
        Self { recorder, since: Instant::now(), inner }
    }

    /// Returns a reference to the inner stream. The tap does not record reads and writes that are made
    /// directly on it.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner stream. The tap does not record reads and writes that are
    /// made directly on it.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the number of the stream in the recording. Returns `None` if the tap is off.
    pub fn sock(&self) -> Option<SockId> {
        self.recorder.as_ref().map(SocketRecorder::sock)
    }

    /// Stops recording the stream, and returns the inner one. The recording gets a `release` event with the
    /// totals instead of `close`.
    pub fn into_inner(self) -> S {
        let Self { recorder, inner, .. } = self;
        if let Some(recorder) = recorder {
            recorder.release();
        }
        inner
    }

    pub(crate) fn recorder(&self) -> Option<&SocketRecorder> {
        self.recorder.as_ref()
    }

    /// Returns the time at which the stream was accepted, connected or wrapped.
    pub(crate) fn since(&self) -> Instant {
        self.since
    }

    pub(crate) fn into_parts(self) -> (S, Option<SocketRecorder>, Instant) {
        (self.inner, self.recorder, self.since)
    }

    pub(crate) fn from_parts(inner: S, recorder: Option<SocketRecorder>, since: Instant) -> Self {
        Self { recorder, since, inner }
    }

    pub(crate) fn parts_mut(&mut self) -> (&mut S, Option<&SocketRecorder>) {
        (&mut self.inner, self.recorder.as_ref())
    }
}

impl<S: AsyncRead> AsyncRead for TapStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        recorded::poll_read(this.recorder.as_ref(), buf, |buf| this.inner.poll_read(cx, buf))
    }
}

impl<S: AsyncWrite> AsyncWrite for TapStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.project();
        recorded::poll_write(this.recorder.as_ref(), buf, || this.inner.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.project();
        recorded::poll_write_vectored(this.recorder.as_ref(), bufs, || {
            this.inner.poll_write_vectored(cx, bufs)
        })
    }

    // hyper and h2 choose between plain and vectored writes by this.
    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        recorded::poll_flush(this.recorder.as_ref(), || this.inner.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        recorded::poll_shutdown(this.recorder.as_ref(), || this.inner.poll_shutdown(cx))
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "stream_properties/mod.rs"]
mod properties;

//! The owned write half of a stream.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncWrite, Interest};
use tokio::net::TcpStream;

use crate::recorded;
use crate::socket::Socket;
use crate::socket_recorder::SocketRecorder;

/// An owned write half, returned by [`TapStream::into_split`](crate::TapStream::into_split). Dropping it shuts
/// down the sending direction: it sends a FIN and records a `shutdown`.
#[derive(Debug)]
pub struct OwnedWriteHalf<S: Socket = TcpStream> {
    recorder: Option<Arc<SocketRecorder>>,
    /// The inner write half. `None` only while this half is being dropped or reunited.
    inner: Option<S::OwnedWriteHalf>,
    shutdown_on_drop: bool,
}

impl<S: Socket> OwnedWriteHalf<S> {
    pub(super) fn new(recorder: Option<Arc<SocketRecorder>>, inner: S::OwnedWriteHalf) -> Self {
        Self { recorder, inner: Some(inner), shutdown_on_drop: true }
    }

    pub(super) fn socket(&self) -> Option<&S> {
        self.inner.as_ref().map(AsRef::as_ref)
    }

    pub(super) fn into_inner(mut self) -> Option<S::OwnedWriteHalf> {
        self.inner.take()
    }

    fn parts(&mut self) -> io::Result<(Option<&SocketRecorder>, Pin<&mut S::OwnedWriteHalf>)> {
        let inner = self.inner.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        Ok((self.recorder.as_deref(), Pin::new(inner)))
    }

    /// Drops the write half without shutting down the sending direction.
    pub fn forget(mut self) {
        self.shutdown_on_drop = false;
    }

    /// Waits until the stream is writable, like [`TcpStream::writable`].
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    ///
    /// # Errors
    /// Fails like [`TcpStream::writable`].
    pub async fn writable(&self) -> io::Result<()> {
        let socket = self.socket().ok_or(io::ErrorKind::NotConnected)?;
        socket.ready(Interest::WRITABLE).await.map(drop)
    }

    /// Writes without waiting, like [`TapStream::try_write`](crate::TapStream::try_write).
    ///
    /// # Errors
    /// Fails like [`TapStream::try_write`](crate::TapStream::try_write).
    pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        let socket = self.socket().ok_or(io::ErrorKind::NotConnected)?;
        recorded::try_write(self.recorder.as_deref(), 0, std::iter::once(buf), || socket.try_write(buf))
    }
}

impl<S: Socket> Drop for OwnedWriteHalf<S> {
    fn drop(&mut self) {
        if self.shutdown_on_drop
            && let Ok((recorder, inner)) = self.parts()
        {
            // shutdown(2) does not block, so tokio's poll is ready at once.
            let _ = recorded::poll_shutdown(recorder, || {
                inner.poll_shutdown(&mut Context::from_waker(Waker::noop()))
            });
        }
        // Dropped before the socket: if this is its last half, the close is recorded while it is open.
        drop(self.recorder.take());
        if let Some(inner) = self.inner.take() {
            // tokio would repeat a shutdown that failed.
            S::forget(inner);
        }
    }
}

impl<S: Socket> AsyncWrite for OwnedWriteHalf<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let (recorder, inner) = self.get_mut().parts()?;
        recorded::poll_write(recorder, buf, || inner.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let (recorder, inner) = self.get_mut().parts()?;
        recorded::poll_write_vectored(recorder, bufs, || inner.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (recorder, inner) = self.get_mut().parts()?;
        recorded::poll_flush(recorder, || inner.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let (recorder, inner) = this.parts()?;
        let result = recorded::poll_shutdown(recorder, || inner.poll_shutdown(cx));
        if matches!(result, Poll::Ready(Ok(()))) {
            this.shutdown_on_drop = false;
        }
        result
    }
}

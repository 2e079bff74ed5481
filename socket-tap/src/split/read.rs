//! The owned read half of a stream.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, Interest, ReadBuf};
use tokio::net::TcpStream;

use crate::recorded;
use crate::socket::Socket;
use crate::socket_recorder::SocketRecorder;

/// An owned read half, returned by [`TapStream::into_split`](crate::TapStream::into_split).
#[derive(Debug)]
pub struct OwnedReadHalf<S: Socket = TcpStream> {
    /// Dropped before `inner`. If this is the half that is dropped last, the close is therefore recorded
    /// while the socket is still open.
    pub(super) recorder: Option<Arc<SocketRecorder>>,
    pub(super) since: Instant,
    pub(super) inner: S::OwnedReadHalf,
}

impl<S: Socket> OwnedReadHalf<S> {
    /// Waits until the stream is readable, like [`TcpStream::readable`].
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    ///
    /// # Errors
    /// Fails like [`TcpStream::readable`].
    pub async fn readable(&self) -> io::Result<()> {
        self.inner.as_ref().ready(Interest::READABLE).await.map(drop)
    }

    /// Reads without waiting, like [`TapStream::try_read`](crate::TapStream::try_read).
    ///
    /// # Errors
    /// Fails like [`TapStream::try_read`](crate::TapStream::try_read).
    pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        recorded::try_read(self.recorder.as_deref(), buf, |buf| self.inner.as_ref().try_read(buf))
    }
}

impl<S: Socket> AsRef<S> for OwnedReadHalf<S> {
    fn as_ref(&self) -> &S {
        self.inner.as_ref()
    }
}

impl<S: Socket> AsyncRead for OwnedReadHalf<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        recorded::poll_read(this.recorder.as_deref(), buf, |buf| Pin::new(&mut this.inner).poll_read(cx, buf))
    }
}

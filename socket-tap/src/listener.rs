//! A listener that records how it is made and every connection that it accepts.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use tokio::net::{TcpListener, TcpStream};

use crate::accept;
use crate::options::{Keepalive, TcpOptions};
use crate::pending_socket::fd_of;
use crate::socket_recorder::SocketRecorder;
use crate::stream::TapStream;

/// A [`TcpListener`] that records socket, bind, listen, every accept, and its close.
///
/// Its system calls are those of [`TcpListener`]. When the tap is on, it also reads the addresses of each socket
/// (`getsockname(2)`).
#[derive(Debug)]
pub struct TapListener {
    /// The first field is dropped first: its close is recorded before the socket is closed.
    recorder: Option<SocketRecorder>,
    inner: TcpListener,
    options: TcpOptions,
}

impl TapListener {
    /// Sets `TCP_NODELAY` on each accepted connection, and records it. By default the option is not touched.
    ///
    /// Most servers want `true`: see [`TcpOptions::nodelay`]. With a listener of its own a framework does not set it,
    /// and ignores its builder's option of that name (tonic's `tcp_nodelay`).
    #[must_use]
    pub fn nodelay(mut self, nodelay: bool) -> Self {
        self.options = self.options.nodelay(nodelay);
        self
    }

    /// Turns on TCP keep-alive for each accepted connection, and records it. By default the option is not touched.
    ///
    /// It stands in for tonic's `tcp_keepalive`, which has no effect with `serve_with_incoming`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use socket_tap::{Tap, TapListener};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?;
    /// let listener = listener.nodelay(true).keepalive(Duration::from_secs(60));
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn keepalive(mut self, keepalive: impl Into<Keepalive>) -> Self {
        self.options = self.options.keepalive(keepalive);
        self
    }

    pub(crate) fn new(inner: TcpListener, recorder: Option<SocketRecorder>) -> Self {
        Self { recorder, inner, options: TcpOptions::new() }
    }

    /// Returns the listener inside. Connections that it accepts past the tap are not recorded.
    #[must_use]
    pub fn get_ref(&self) -> &TcpListener {
        &self.inner
    }

    /// Takes the listener out; from here on it is not recorded. The recording gets a `release` instead of a close.
    #[must_use]
    pub fn into_inner(self) -> TcpListener {
        if let Some(recorder) = self.recorder {
            recorder.release();
        }
        self.inner
    }

    /// Returns the address that it listens on, with the port that the kernel chose if 0 was requested.
    ///
    /// # Errors
    /// As [`TcpListener::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// Accepts the next connection. Any number of tasks may wait here at once. Cancel safe.
    ///
    /// # Errors
    /// As [`TcpListener::accept`]; the failure is recorded, and the listener keeps listening.
    pub async fn accept(&self) -> io::Result<(TapStream, SocketAddr)> {
        // Not by way of `poll_accept`: only tokio's own future keeps the wakers of all tasks.
        let result = self.inner.accept().await;
        self.accepted(result)
    }

    /// Polls for the next connection, for a future written by hand. As with [`TcpListener::poll_accept`], only the
    /// task of the last call is woken.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TapStream, SocketAddr)>> {
        let result = ready!(self.inner.poll_accept(cx));
        Poll::Ready(self.accepted(result))
    }

    /// Accepts the next connection that can be accepted: skips handshakes that were broken off, and waits when no file
    /// descriptor is left. Every failure is recorded. Cancel safe.
    pub async fn accept_next(&self) -> (TapStream, SocketAddr) {
        accept::next(|| self.accept()).await
    }

    fn accepted(&self, result: io::Result<(TcpStream, SocketAddr)>) -> io::Result<(TapStream, SocketAddr)> {
        let listener = self.recorder.as_ref();
        let (stream, peer) = result.map_err(|error| accept::failed(listener, error))?;
        let local = || stream.local_addr().ok().map(Into::into);
        let recorder = accept::accepted(listener, fd_of(&stream), local, || Some(peer.into()));
        self.options.apply(&stream, recorder.as_ref());
        Ok((TapStream::new(stream, recorder), peer))
    }
}

#[cfg(unix)]
impl std::os::fd::AsFd for TapListener {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.inner.as_fd()
    }
}

#[cfg(unix)]
impl std::os::fd::AsRawFd for TapListener {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.inner.as_raw_fd()
    }
}

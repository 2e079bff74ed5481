//! A TCP listener that records every accepted connection.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use tokio::net::{TcpListener, TcpStream};

use crate::accept;
use crate::options::{Keepalive, TcpOptions};
use crate::pending_socket::fd_of;
use crate::socket_recorder::SocketRecorder;
use crate::stream::TapStream;
use crate::sys::saved_syn;

/// A [`TcpListener`] that records its `socket`, `bind` and `listen`, every `accept`, and its `close`.
///
/// It makes the same system calls as [`TcpListener`]. When the tap is on, it also queries the local address
/// of each socket (`getsockname(2)`).
#[derive(Debug)]
pub struct TapListener {
    /// Dropped before `inner`, so that the close is recorded before the descriptor is closed.
    recorder: Option<SocketRecorder>,
    inner: TcpListener,
    options: TcpOptions,
    /// `true` if the kernel saves the SYN of each connection for the tap.
    saves_syn: bool,
}

impl TapListener {
    /// Sets `TCP_NODELAY` on each accepted connection to `nodelay`, and records it. If this method is not
    /// called, the option stays unchanged.
    ///
    /// Most servers want `true`: see [`TcpOptions::nodelay`]. Frameworks do not set the option on the
    /// connections of a listener that the program provides. tonic's setting `tcp_nodelay`, for example, has
    /// no effect on them.
    #[must_use]
    pub fn nodelay(mut self, nodelay: bool) -> Self {
        self.options = self.options.nodelay(nodelay);
        self
    }

    /// Turns on TCP keep-alive for each accepted connection, and records it. If this method is not called,
    /// the option stays unchanged.
    ///
    /// Use it instead of tonic's `tcp_keepalive`, which has no effect with `serve_with_incoming`.
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
        Self { recorder, inner, options: TcpOptions::new(), saves_syn: false }
    }

    /// Sets whether the kernel saves the SYN of each connection for the tap.
    pub(crate) fn with_saved_syn(mut self, saves_syn: bool) -> Self {
        self.saves_syn = saves_syn;
        self
    }

    /// Returns a reference to the inner listener. The tap does not record connections that are accepted
    /// directly on it.
    #[must_use]
    pub fn get_ref(&self) -> &TcpListener {
        &self.inner
    }

    /// Stops recording the listener, and returns it. The recording gets a `release` event instead of `close`.
    #[must_use]
    pub fn into_inner(self) -> TcpListener {
        if let Some(recorder) = self.recorder {
            recorder.release();
        }
        self.inner
    }

    /// Returns the local address, with the port that the kernel chose if the program requested port 0.
    ///
    /// # Errors
    /// Fails like [`TcpListener::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// Accepts the next connection. Several tasks may wait for connections at the same time.
    ///
    /// # Cancel safety
    /// This method is cancel safe: no connection is lost.
    ///
    /// # Errors
    /// Fails like [`TcpListener::accept`]. The failure is recorded, and the listener can be used further.
    pub async fn accept(&self) -> io::Result<(TapStream, SocketAddr)> {
        // Does not use `poll_accept`, which keeps the waker of only one task.
        let result = self.inner.accept().await;
        self.accepted(result)
    }

    /// Polls for the next connection, for futures that are written by hand. As with
    /// [`TcpListener::poll_accept`], only the task that polled last is woken.
    ///
    /// # Errors
    /// Fails like [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TapStream, SocketAddr)>> {
        let result = ready!(self.inner.poll_accept(cx));
        Poll::Ready(self.accepted(result))
    }

    /// Accepts the next connection, and retries after errors: it skips aborted handshakes, and waits up to a
    /// second when no file descriptor is available. Every failure is recorded.
    ///
    /// # Cancel safety
    /// This method is cancel safe: no connection is lost.
    pub async fn accept_next(&self) -> (TapStream, SocketAddr) {
        accept::next(|| self.accept()).await
    }

    fn accepted(&self, result: io::Result<(TcpStream, SocketAddr)>) -> io::Result<(TapStream, SocketAddr)> {
        let listener = self.recorder.as_ref();
        let (stream, peer) = result.map_err(|error| accept::failed(listener, error))?;
        let local = || stream.local_addr().ok().map(Into::into);
        let syn = || self.saves_syn.then(|| saved_syn(&stream)).flatten();
        let recorder = accept::accepted(listener, fd_of(&stream), local, || Some(peer.into()), syn);
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

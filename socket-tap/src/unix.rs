//! A Unix-domain listener that records every accepted connection.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::path::Path;
use std::task::{Context, Poll, ready};

use socket2::{Domain, SockAddr, Type};
use tokio::net::unix::SocketAddr;
use tokio::net::{UnixListener, UnixSocket, UnixStream};

use crate::accept;
use crate::adopt::adopted;
use crate::event::{self, Addr, Op, SocketKind};
use crate::pending_socket::{PendingSocket, fd_of, record};
use crate::socket_recorder::SocketRecorder;
use crate::stream::TapStream;
use crate::tap::Tap;

/// Default length of the accept queue. It is the default of mio, which tokio's `bind` uses. -1 is the
/// system's maximum.
const BACKLOG: i32 = if cfg!(any(
    target_os = "linux",
    target_os = "freebsd",
    target_os = "openbsd",
    target_vendor = "apple"
)) {
    -1
} else {
    libc::SOMAXCONN
};

/// A [`UnixListener`] that records its `socket`, `bind` and `listen`, every `accept`, and its `close`.
///
/// Recorded addresses are paths. A socket without a path, such as a client's, is recorded as `(unnamed)`.
#[derive(Debug)]
pub struct TapUnixListener {
    /// Dropped before `inner`, so that the close is recorded before the descriptor is closed.
    recorder: Option<SocketRecorder>,
    inner: UnixListener,
}

impl TapUnixListener {
    /// Binds and listens like [`UnixListener::bind`], and records `socket`, `bind` and `listen`. This method
    /// fails if the path exists, and dropping the listener does not remove it, so the program has to remove
    /// the path itself.
    ///
    /// ```
    /// use socket_tap::{Tap, TapStream, TapUnixListener};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("shelf-{}.sock", std::process::id()));
    /// let listener = TapUnixListener::bind(&Tap::off(), &path)?;
    /// let client = TapStream::connect_unix(&Tap::off(), &path).await?;
    /// let (server, _peer) = listener.accept().await?;
    /// # drop((client, server));
    /// std::fs::remove_file(&path)?;
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// Fails like [`UnixListener::bind`].
    pub fn bind(tap: &Tap, path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let pending = PendingSocket::new(tap, Domain::UNIX, Type::STREAM)?;
        let result = SockAddr::unix(path).and_then(|address| pending.socket().bind(&address));
        pending.record(|| Op::Bind { local: Some(path_addr(path)) }, result)?;
        pending.record(|| Op::Listen { backlog: BACKLOG }, pending.socket().listen(BACKLOG))?;
        let (inner, recorder) = pending.convert(|socket| UnixListener::from_std(socket.into()))?.into_parts();
        Ok(Self { recorder, inner })
    }

    /// Listens on a socket that the program has already created and bound, like [`UnixSocket::listen`]. The
    /// recording begins with an `adopt` event, because the tap could not record `socket` and `bind`.
    ///
    /// # Errors
    /// Fails like [`UnixSocket::listen`]. The failure and the close are recorded.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime with I/O enabled.
    pub fn listen(tap: &Tap, socket: UnixSocket, backlog: u32) -> io::Result<Self> {
        // tokio's `UnixSocket` has no method for its address.
        let address = || socket2::SockRef::from(&socket).local_addr().ok()?.as_pathname().map(path_addr);
        let recorder = adopted(tap, fd_of(&socket), |fd| adopt(SocketKind::Listener, fd, address(), None));
        let requested = i32::try_from(backlog).unwrap_or(i32::MAX);
        let result = socket.listen(backlog);
        let inner = record(recorder.as_ref(), || Op::Listen { backlog: requested }, result)?;
        Ok(Self { recorder, inner })
    }

    /// Wraps a listener of tokio that was created without the tap, and records it from now on. The recording
    /// has an `adopt` event instead of `socket`, `bind` and `listen`.
    #[must_use]
    pub fn from_tokio(tap: &Tap, listener: UnixListener) -> Self {
        let local = || listener.local_addr().ok().as_ref().map(addr);
        let recorder = adopted(tap, fd_of(&listener), |fd| adopt(SocketKind::Listener, fd, local(), None));
        Self { recorder, inner: listener }
    }

    /// Wraps a listener of the standard library, and records it from now on. The listener must be in
    /// non-blocking mode.
    ///
    /// # Errors
    /// Fails like [`UnixListener::from_std`].
    ///
    /// # Panics
    /// Panics like [`UnixListener::from_std`]: outside of a tokio runtime with I/O enabled.
    pub fn from_std(tap: &Tap, listener: std::os::unix::net::UnixListener) -> io::Result<Self> {
        UnixListener::from_std(listener).map(|listener| Self::from_tokio(tap, listener))
    }

    /// Returns a reference to the inner listener. The tap does not record connections that are accepted
    /// directly on it.
    #[must_use]
    pub fn get_ref(&self) -> &UnixListener {
        &self.inner
    }

    /// Stops recording the listener, and returns it. The recording gets a `release` event instead of `close`.
    #[must_use]
    pub fn into_inner(self) -> UnixListener {
        if let Some(recorder) = self.recorder {
            recorder.release();
        }
        self.inner
    }

    /// Returns the local address.
    ///
    /// # Errors
    /// Fails like [`UnixListener::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// Accepts the next connection. Several tasks may wait for connections at the same time.
    ///
    /// # Cancel safety
    /// This method is cancel safe: no connection is lost.
    ///
    /// # Errors
    /// Fails like [`UnixListener::accept`]. The failure is recorded, and the listener can be used further.
    pub async fn accept(&self) -> io::Result<(TapStream<UnixStream>, SocketAddr)> {
        // Does not use `poll_accept`, which keeps the waker of only one task.
        let result = self.inner.accept().await;
        self.accepted(result)
    }

    /// Polls for the next connection, for futures that are written by hand. As with
    /// [`UnixListener::poll_accept`], only the task that polled last is woken.
    ///
    /// # Errors
    /// Fails like [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TapStream<UnixStream>, SocketAddr)>> {
        let result = ready!(self.inner.poll_accept(cx));
        Poll::Ready(self.accepted(result))
    }

    /// Accepts the next connection, and retries after errors: it waits up to a second when no file descriptor
    /// is available. Every failure is recorded.
    ///
    /// # Cancel safety
    /// This method is cancel safe: no connection is lost.
    pub async fn accept_next(&self) -> (TapStream<UnixStream>, SocketAddr) {
        accept::next(|| self.accept()).await
    }

    fn accepted(
        &self,
        result: io::Result<(UnixStream, SocketAddr)>,
    ) -> io::Result<(TapStream<UnixStream>, SocketAddr)> {
        let listener = self.recorder.as_ref();
        let (stream, peer) = result.map_err(|error| accept::failed(listener, error))?;
        let local = || stream.local_addr().ok().as_ref().map(addr);
        let recorder = accept::accepted(listener, fd_of(&stream), local, || Some(addr(&peer)));
        Ok((TapStream::new(stream, recorder), peer))
    }
}

impl AsFd for TapUnixListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inner.as_fd()
    }
}

impl AsRawFd for TapUnixListener {
    fn as_raw_fd(&self) -> RawFd {
        self.inner.as_raw_fd()
    }
}

pub(crate) fn path_addr(path: &Path) -> Addr {
    Addr::Other(path.display().to_string())
}

pub(crate) fn adopt(kind: SocketKind, fd: Option<i32>, local: Option<Addr>, peer: Option<Addr>) -> Op {
    Op::Adopt { fd, domain: event::Domain::Unix, kind, on: None, local, peer }
}

/// Returns the path of the address, or `(unnamed)` if it has no path. A Linux address with an abstract name
/// is also `(unnamed)`, because tokio does not expose the name.
pub(crate) fn addr(address: &SocketAddr) -> Addr {
    address.as_pathname().map_or_else(|| Addr::Other("(unnamed)".to_owned()), path_addr)
}

#[cfg(test)]
#[path = "unix_tests.rs"]
mod tests;

//! Unix-domain stream sockets: the same calls, addresses that are paths, and no options to set.

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

/// The length of the queue of connections that wait for an accept: mio's, which tokio's `bind` uses. -1 is as many as
/// the system allows.
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

/// A [`UnixListener`] that records socket, bind, listen, every accept, and its close.
///
/// In the recording its addresses are paths; a socket without one, as a client's is, is `(unnamed)`.
#[derive(Debug)]
pub struct TapUnixListener {
    /// The first field is dropped first: its close is recorded before the socket is closed.
    recorder: Option<SocketRecorder>,
    inner: UnixListener,
}

impl TapUnixListener {
    /// Binds and listens, as [`UnixListener::bind`] does, one recorded step after the other. The path is left behind
    /// when the listener is dropped, and a path that is there already is an error: both are the program's to remove.
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
    /// As [`UnixListener::bind`].
    pub fn bind(tap: &Tap, path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let pending = PendingSocket::new(tap, Domain::UNIX, Type::STREAM)?;
        let result = SockAddr::unix(path).and_then(|address| pending.socket().bind(&address));
        pending.record(|| Op::Bind { local: Some(path_addr(path)) }, result)?;
        pending.record(|| Op::Listen { backlog: BACKLOG }, pending.socket().listen(BACKLOG))?;
        let (inner, recorder) = pending.convert(|socket| UnixListener::from_std(socket.into()))?.into_parts();
        Ok(Self { recorder, inner })
    }

    /// Listens on a socket that the program made and bound itself, as [`UnixSocket::listen`] does. The recording begins
    /// with an `adopt`: the earlier calls were not seen.
    ///
    /// # Errors
    /// As [`UnixSocket::listen`]; the failure is recorded, and the close.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O enabled.
    pub fn listen(tap: &Tap, socket: UnixSocket, backlog: u32) -> io::Result<Self> {
        // tokio has no way to ask this socket for its address.
        let address = || socket2::SockRef::from(&socket).local_addr().ok()?.as_pathname().map(path_addr);
        let recorder = adopted(tap, fd_of(&socket), |fd| adopt(SocketKind::Listener, fd, address(), None));
        let asked = i32::try_from(backlog).unwrap_or(i32::MAX);
        let result = socket.listen(backlog);
        let inner = record(recorder.as_ref(), || Op::Listen { backlog: asked }, result)?;
        Ok(Self { recorder, inner })
    }

    /// Records a listener that was made without the tap, from here on. An `adopt` stands for the calls that made it.
    #[must_use]
    pub fn from_tokio(tap: &Tap, listener: UnixListener) -> Self {
        let local = || listener.local_addr().ok().as_ref().map(addr);
        let recorder = adopted(tap, fd_of(&listener), |fd| adopt(SocketKind::Listener, fd, local(), None));
        Self { recorder, inner: listener }
    }

    /// Records a listener of the standard library, from here on. It must not block.
    ///
    /// # Errors
    /// As [`UnixListener::from_std`].
    ///
    /// # Panics
    /// As [`UnixListener::from_std`]: outside of a tokio runtime with I/O enabled.
    pub fn from_std(tap: &Tap, listener: std::os::unix::net::UnixListener) -> io::Result<Self> {
        UnixListener::from_std(listener).map(|listener| Self::from_tokio(tap, listener))
    }

    /// Returns the listener inside. Connections that it accepts past the tap are not recorded.
    #[must_use]
    pub fn get_ref(&self) -> &UnixListener {
        &self.inner
    }

    /// Takes the listener out; from here on it is not recorded. The recording gets a `release` instead of a close.
    #[must_use]
    pub fn into_inner(self) -> UnixListener {
        if let Some(recorder) = self.recorder {
            recorder.release();
        }
        self.inner
    }

    /// The address that it listens on.
    ///
    /// # Errors
    /// As [`UnixListener::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// Accepts the next connection. Any number of tasks may wait here at once. Cancel safe.
    ///
    /// # Errors
    /// As [`UnixListener::accept`]; the failure is recorded, and the listener keeps listening.
    pub async fn accept(&self) -> io::Result<(TapStream<UnixStream>, SocketAddr)> {
        // Not by way of `poll_accept`: only tokio's own future keeps the wakers of all tasks.
        let result = self.inner.accept().await;
        self.accepted(result)
    }

    /// Polls for the next connection, for a future written by hand. As with [`UnixListener::poll_accept`], only the
    /// task of the last call is woken.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TapStream<UnixStream>, SocketAddr)>> {
        let result = ready!(self.inner.poll_accept(cx));
        Poll::Ready(self.accepted(result))
    }

    /// Accepts the next connection that can be accepted; waits when no file descriptor is left. Every failure is
    /// recorded. Cancel safe.
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

/// An address as text. Linux also has names that are not paths; tokio does not show them.
pub(crate) fn addr(address: &SocketAddr) -> Addr {
    address.as_pathname().map_or_else(|| Addr::Other("(unnamed)".to_owned()), path_addr)
}

#[cfg(test)]
#[path = "unix_tests.rs"]
mod tests;

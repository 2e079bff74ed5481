//! Connecting to a Unix-domain socket, and wrapping Unix-domain streams that were created without the tap.

use std::io;
use std::path::Path;

use socket2::{Domain, SockAddr, Type};
use tokio::net::UnixStream;

use crate::adopt::adopted;
use crate::event::{Op, SocketKind};
use crate::pending_socket::{PendingSocket, fd_of};
use crate::stream::TapStream;
use crate::tap::Tap;
use crate::unix::{addr, adopt, path_addr};

impl TapStream<UnixStream> {
    /// Connects to the socket at `path` like [`UnixStream::connect`], and records `socket` and `connect`.
    ///
    /// # Errors
    /// Fails like [`UnixStream::connect`].
    ///
    /// # Panics
    /// Panics outside of a tokio runtime with I/O enabled, like [`UnixStream::connect`].
    pub async fn connect_unix(tap: &Tap, path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let pending = PendingSocket::new(tap, Domain::UNIX, Type::STREAM)?;
        let began = pending.now();
        let connect = |local| Op::Connect { local, peer: Some(path_addr(path)), began };
        let address = pending.record_failure(|| connect(None), SockAddr::unix(path))?;
        pending.begin_connect(&address, || connect(None))?;
        // A connect that fails or is cancelled drops `pending`, which records the close.
        let pending = pending.convert(|socket| UnixStream::from_std(socket.into()))?;
        let result = connected(pending.socket()).await;
        let local = || pending.socket().local_addr().ok().as_ref().map(addr);
        let local = if result.is_ok() && pending.is_recorded() { local() } else { None };
        pending.record(|| connect(local), result)?;
        let (stream, recorder) = pending.into_parts();
        Ok(Self::new(stream, recorder))
    }

    /// Wraps a Unix-domain stream of tokio that was created without the tap, and records it from now on.
    ///
    /// ```
    /// use socket_tap::{Tap, TapStream};
    /// use tokio::net::UnixStream;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let stream = TapStream::from_unix(&Tap::off(), ours);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn from_unix(tap: &Tap, stream: UnixStream) -> Self {
        let recorder = adopted(tap, fd_of(&stream), |fd| {
            let (local, peer) = (stream.local_addr().ok(), stream.peer_addr().ok());
            adopt(SocketKind::Stream, fd, local.as_ref().map(addr), peer.as_ref().map(addr))
        });
        Self::new(stream, recorder)
    }
}

/// Waits until the connection is established or has failed, and returns the error of a failed one
/// (`SO_ERROR`). tokio's own `connect` waits in the same way.
async fn connected(stream: &UnixStream) -> io::Result<()> {
    stream.writable().await?;
    stream.take_error()?.map_or(Ok(()), Err)
}

//! Unix-domain stream sockets: the same calls, addresses that are paths, and no options to set.

use std::io;
use std::path::Path;
use std::task::{Context, Poll, ready};

use tokio::net::unix::SocketAddr;
use tokio::net::{UnixListener, UnixSocket, UnixStream};

use crate::accept;
use crate::adopt::adopted;
use crate::endpoint::{fd_of, step};
use crate::event::{Addr, Domain, Op, SocketKind};
use crate::listener::BACKLOG;
use crate::sensor::Sensor;
use crate::stream::TapStream;
use crate::tap::Tap;

/// A [`UnixListener`] that records socket, bind, listen, every accept, and its close.
///
/// In the recording its addresses are paths; a socket without one, as a client's is, is `(unnamed)`.
#[derive(Debug)]
pub struct TapUnixListener {
    inner: UnixListener,
    /// `None` when nothing is recorded, and once the close is.
    sensor: Option<Sensor>,
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
        let (socket, sensor) = unix_socket(tap)?;
        let path = path.as_ref();
        let ((), sensor) = step(sensor, || Op::Bind { local: Some(path_addr(path)) }, socket.bind(path))?;
        let (inner, sensor) = step(sensor, || Op::Listen { backlog: BACKLOG }, socket.listen(BACKLOG))?;
        Ok(Self { inner, sensor })
    }

    /// Records a listener that was made without the tap, from here on.
    #[must_use]
    pub fn from_tokio(tap: &Tap, listener: UnixListener) -> Self {
        let local = listener.local_addr().ok().as_ref().map(addr);
        let sensor = adopted(tap, fd_of(&listener), |fd| Op::Adopt {
            fd,
            domain: Domain::Unix,
            kind: SocketKind::Listener,
            on: None,
            local,
            peer: None,
        });
        Self { inner: listener, sensor }
    }

    /// The address that it listens on.
    ///
    /// # Errors
    /// As [`UnixListener::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// Takes the next connection. Cancel safe.
    ///
    /// # Errors
    /// As [`UnixListener::accept`]; the failure is recorded, and the listener goes on listening.
    pub async fn accept(&self) -> io::Result<(TapStream<UnixStream>, SocketAddr)> {
        std::future::poll_fn(|cx| self.poll_accept(cx)).await
    }

    /// The same for a hand-written future.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TapStream<UnixStream>, SocketAddr)>> {
        let result = ready!(self.inner.poll_accept(cx));
        Poll::Ready(match result {
            Ok((stream, peer)) => {
                let local = || stream.local_addr().ok().as_ref().map(addr);
                let sensor = accept::done(self.sensor.as_ref(), fd_of(&stream), local, || Some(addr(&peer)));
                Ok((TapStream::new(stream, sensor), peer))
            }
            Err(error) => Err(accept::failed(self.sensor.as_ref(), error)),
        })
    }

    /// Takes the next connection, whatever happens to others; when no file descriptor is left it waits for one. Every
    /// failure is recorded. Cancel safe.
    pub async fn accept_next(&self) -> (TapStream<UnixStream>, SocketAddr) {
        accept::next(|cx| self.poll_accept(cx)).await
    }
}

impl Drop for TapUnixListener {
    fn drop(&mut self) {
        if let Some(sensor) = self.sensor.take() {
            sensor.close();
        }
    }
}

impl TapStream<UnixStream> {
    /// Connects to a path, as [`UnixStream::connect`] does, and records socket and connect.
    ///
    /// # Errors
    /// As [`UnixStream::connect`].
    pub async fn connect_unix(tap: &Tap, path: impl AsRef<Path>) -> io::Result<Self> {
        let (socket, sensor) = unix_socket(tap)?;
        let path = path.as_ref();
        let result = socket.connect(path).await;
        let local = result.as_ref().ok().and_then(|stream| stream.local_addr().ok()).as_ref().map(addr);
        let (stream, sensor) = step(sensor, || Op::Connect { local, peer: Some(path_addr(path)) }, result)?;
        Ok(Self::new(stream, sensor))
    }
}

fn unix_socket(tap: &Tap) -> io::Result<(UnixSocket, Option<Sensor>)> {
    let socket = UnixSocket::new_stream()?;
    let fd = fd_of(&socket);
    let sensor = tap.recorder().map(|recorder| Sensor::new(recorder, fd));
    if let Some(sensor) = &sensor {
        sensor.done(Op::Socket { fd, domain: Domain::Unix, kind: SocketKind::Stream });
    }
    Ok((socket, sensor))
}

fn path_addr(path: &Path) -> Addr {
    Addr::Other(path.display().to_string())
}

/// Linux also has names that are no paths; tokio does not show them, and they count as none.
fn addr(address: &SocketAddr) -> Addr {
    address.as_pathname().map_or_else(|| Addr::Other("(unnamed)".to_owned()), path_addr)
}

#[cfg(test)]
#[path = "unix_tests.rs"]
mod tests;

//! A listener that records its making and every connection that it takes.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};

use crate::accept;
use crate::endpoint::{fd_of, set_nodelay, step, tcp_socket};
use crate::event::Op;
use crate::sensor::Sensor;
use crate::stream::TapStream;
use crate::tap::Tap;

/// How many finished handshakes may wait for an accept: what tokio asks for. The kernel's `somaxconn` caps it.
pub(crate) const BACKLOG: u32 = 1024;

/// A [`TcpListener`] that records socket, bind, listen, every accept, and its close.
#[derive(Debug)]
pub struct TapListener {
    /// The first field is dropped first: its close comes before that of the socket. `None` when nothing is recorded.
    sensor: Option<Sensor>,
    inner: TcpListener,
    nodelay: bool,
}

impl TapListener {
    /// Binds and listens, as [`TcpListener::bind`] does, one recorded step after the other.
    ///
    /// ```
    /// use socket_tap::{Tap, TapListener};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?;
    /// println!("listening on {}", listener.local_addr()?);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`TcpListener::bind`]: the last address's, when there are several and all fail.
    pub async fn bind(tap: &Tap, address: impl ToSocketAddrs) -> io::Result<Self> {
        let mut last = None;
        for address in tokio::net::lookup_host(address).await? {
            match bind_to(tap, address) {
                Ok(listener) => return Ok(listener),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no address to bind")))
    }

    /// Whether to set `TCP_NODELAY` on each accepted connection, and record it. On by default: frameworks that are
    /// handed a listener of one's own leave it off, and small answers then wait up to 40 ms.
    #[must_use]
    pub fn nodelay(mut self, nodelay: bool) -> Self {
        self.nodelay = nodelay;
        self
    }

    /// The address that it listens on, with the port that the kernel chose when 0 was asked for.
    ///
    /// # Errors
    /// As [`TcpListener::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// Takes the next connection. Cancel safe.
    ///
    /// # Errors
    /// As [`TcpListener::accept`]; the failure is recorded, and the listener goes on listening.
    pub async fn accept(&self) -> io::Result<(TapStream, SocketAddr)> {
        std::future::poll_fn(|cx| self.poll_accept(cx)).await
    }

    /// The same for a hand-written future.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TapStream, SocketAddr)>> {
        let result = ready!(self.inner.poll_accept(cx));
        Poll::Ready(match result {
            Ok((stream, peer)) => Ok((self.accepted(stream, peer), peer)),
            Err(error) => Err(accept::failed(self.sensor.as_ref(), error)),
        })
    }

    /// Takes the next connection, whatever happens to others: a handshake that was broken off is left behind, and
    /// when no file descriptor is left it waits for one. Every failure is recorded. Cancel safe.
    pub async fn accept_next(&self) -> (TapStream, SocketAddr) {
        accept::next(|cx| self.poll_accept(cx)).await
    }

    fn accepted(&self, stream: TcpStream, peer: SocketAddr) -> TapStream {
        let local = || stream.local_addr().ok().map(Into::into);
        let sensor = accept::done(self.sensor.as_ref(), fd_of(&stream), local, || Some(peer.into()));
        if self.nodelay {
            set_nodelay(&stream, sensor.as_ref());
        }
        TapStream::new(stream, sensor)
    }
}

impl TapListener {
    pub(crate) fn adopted(inner: TcpListener, sensor: Option<Sensor>) -> Self {
        Self { inner, sensor, nodelay: true }
    }
}

fn bind_to(tap: &Tap, address: SocketAddr) -> io::Result<TapListener> {
    let (socket, sensor) = tcp_socket(tap, address)?;
    // As tokio does: an address in TIME_WAIT can be bound again. On Windows the option would mean something else.
    #[cfg(unix)]
    let ((), sensor) =
        step(sensor, || Op::Option { name: "SO_REUSEADDR".into(), value: 1 }, socket.set_reuseaddr(true))?;
    let result = socket.bind(address);
    let bound = result.as_ref().ok().and_then(|()| socket.local_addr().ok()).unwrap_or(address);
    let ((), sensor) = step(sensor, || Op::Bind { local: Some(bound.into()) }, result)?;
    let (inner, sensor) = step(sensor, || Op::Listen { backlog: BACKLOG }, socket.listen(BACKLOG))?;
    Ok(TapListener { inner, sensor, nodelay: true })
}

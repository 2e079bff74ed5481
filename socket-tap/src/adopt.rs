//! Recording of sockets and streams that the program created without the tap. For each of them, the first
//! event is `adopt`.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;

use crate::event::{Addr, Domain, Op, SockId, SocketKind};
use crate::pending_socket::fd_of;
use crate::socket_recorder::SocketRecorder;
use crate::stream::TapStream;
use crate::tap::Tap;

/// A description of a stream that the tap did not create, for [`TapStream::wrap`]. A string such as `"tls"`
/// converts into a description with that kind.
///
/// ```
/// use socket_tap::Origin;
///
/// let origin = Origin::new("tls").peer("192.0.2.7:51234".parse::<std::net::SocketAddr>()?);
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Origin {
    domain: Domain,
    on: Option<SockId>,
    local: Option<Addr>,
    peer: Option<Addr>,
}

impl Origin {
    /// Describes a stream of the given kind. The program chooses the word, for example `tls`, `pipe` or
    /// `memory`.
    #[must_use]
    pub fn new(kind: impl Into<Domain>) -> Self {
        Self { domain: kind.into(), on: None, local: None, peer: None }
    }

    /// Sets the number of the recorded stream that this stream is built on, as returned by
    /// [`TapStream::sock`]. Readers of the trace then know that the same bytes appear in both streams, and
    /// count them once. `None` has no effect: `sock` returns it for a stream whose tap is off.
    #[must_use]
    pub fn over(mut self, below: Option<SockId>) -> Self {
        self.on = below;
        self
    }

    /// Sets the local address to record.
    #[must_use]
    pub fn local(mut self, address: impl Into<Addr>) -> Self {
        self.local = Some(address.into());
        self
    }

    /// Sets the peer's address to record.
    #[must_use]
    pub fn peer(mut self, address: impl Into<Addr>) -> Self {
        self.peer = Some(address.into());
        self
    }
}

impl From<&'static str> for Origin {
    fn from(kind: &'static str) -> Self {
        Self::new(kind)
    }
}

impl<S> TapStream<S> {
    /// Wraps a stream of any type, to record its reads and writes. Around a TLS stream, the tap records
    /// plaintext.
    ///
    /// The recording begins with an `adopt` event, because the tap did not record how the stream was created.
    /// A wrapped stream has no file descriptor, so its `close` event lacks the kernel's TCP state.
    ///
    /// ```
    /// use socket_tap::{Origin, Tap, TapStream, sink::Memory};
    /// use tokio::io::AsyncWriteExt;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let recording = Memory::new();
    /// let tap = Tap::server("layers").sink(recording.clone()).start()?;
    /// let (ours, _theirs) = tokio::io::duplex(64);
    ///
    /// let lower = TapStream::wrap(&tap, ours, "memory");
    /// let sock = lower.sock();
    /// // Here a program would put TLS in between.
    /// let mut upper = TapStream::wrap(&tap, lower, Origin::new("tls").over(sock));
    /// upper.write_all(b"hello").await?;
    /// drop(upper);
    ///
    /// tap.finish().await?;
    /// let events = recording.events();
    /// let calls: Vec<(u64, &str)> =
    ///     events.iter().filter_map(|event| Some((event.sock?.get(), event.op.name()))).collect();
    /// assert_eq!(calls[..4], [(1, "adopt"), (2, "adopt"), (2, "write"), (1, "write")]);
    /// assert_eq!(calls[4..], [(2, "close"), (1, "close")]);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn wrap(tap: &Tap, stream: S, origin: impl Into<Origin>) -> Self {
        let Origin { domain, on, local, peer } = origin.into();
        let recorder =
            adopted(tap, None, |fd| Op::Adopt { fd, domain, kind: SocketKind::Stream, on, local, peer });
        Self::new(stream, recorder)
    }
}

impl TapStream<TcpStream> {
    /// Wraps a connection of tokio that was created without the tap, and records it from now on. Its options
    /// stay unchanged.
    ///
    /// ```
    /// use socket_tap::{Tap, TapListener, TapStream};
    /// use tokio::net::TcpStream;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?;
    /// # let address = listener.local_addr()?;
    /// let stream = TapStream::from_tokio(&Tap::off(), TcpStream::connect(address).await?);
    /// assert_eq!(stream.peer_addr()?, address);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn from_tokio(tap: &Tap, stream: TcpStream) -> Self {
        let recorder = adopted(tap, fd_of(&stream), |fd| {
            ip(SocketKind::Stream, fd, stream.local_addr().ok(), stream.peer_addr().ok())
        });
        Self::new(stream, recorder)
    }

    /// Wraps a connection of the standard library, and records it from now on. The connection must be in
    /// non-blocking mode: see [`set_nonblocking`](std::net::TcpStream::set_nonblocking).
    ///
    /// # Errors
    /// Fails like [`TcpStream::from_std`].
    ///
    /// # Panics
    /// Panics like [`TcpStream::from_std`]: outside of a tokio runtime with I/O enabled.
    pub fn from_std(tap: &Tap, stream: std::net::TcpStream) -> io::Result<Self> {
        TcpStream::from_std(stream).map(|stream| Self::from_tokio(tap, stream))
    }
}

/// Creates the recorder of an existing socket or stream, and records its `adopt` event.
pub(crate) fn adopted(
    tap: &Tap,
    fd: Option<i32>,
    op: impl FnOnce(Option<i32>) -> Op,
) -> Option<SocketRecorder> {
    let recorder = tap.recording().map(|recording| SocketRecorder::new(recording, fd));
    if let Some(recorder) = &recorder {
        recorder.succeeded(op(fd));
    }
    recorder
}

pub(crate) fn ip(
    kind: SocketKind,
    fd: Option<i32>,
    local: Option<SocketAddr>,
    peer: Option<SocketAddr>,
) -> Op {
    let domain = local.or(peer).map_or(Domain::Ip, Domain::from);
    Op::Adopt { fd, domain, kind, on: None, local: local.map(Into::into), peer: peer.map(Into::into) }
}

#[cfg(test)]
#[path = "adopt_tests.rs"]
mod tests;

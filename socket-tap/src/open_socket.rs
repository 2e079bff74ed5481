//! A list of the sockets that are open at the moment, with their counts and queues.

use std::fmt;
use std::time::{Duration, Instant};

use crate::close::{EndedBy, Totals};
use crate::event::{Addr, SockId};
use crate::recorder::{Direction, Recorder};
use crate::socket_state::SocketState;
use crate::sys;
use crate::tap::Tap;

/// An open socket of a recording, as returned by [`Tap::open_sockets`].
///
/// Its [`Display`](fmt::Display) form is one line:
///
/// ```text
/// #7 127.0.0.1:3000 ↔ 127.0.0.1:51234, open 3.2 s, idle 3.1 s, 85 B in, 0 B out: waiting for this program to write
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenSocket {
    /// Number of the socket in the recording.
    pub sock: SockId,
    /// File descriptor of the socket. `None` for a wrapped stream.
    pub fd: Option<i32>,
    /// `true` for a stream, `false` for a listener or a datagram socket.
    pub is_stream: bool,
    /// Local address of the socket. `None` if it is unknown.
    pub local: Option<Addr>,
    /// Address of the peer. `None` if there is none or it is unknown.
    pub peer: Option<Addr>,
    /// Time at which the tap began to record the socket.
    pub since: Instant,
    /// Time since the program last read bytes; `None` if it has not read any.
    pub last_read: Option<Duration>,
    /// Time since the program last wrote bytes; `None` if it has not written any.
    pub last_write: Option<Duration>,
    /// Byte and call totals so far. Exact even if the recorder dropped reads and writes.
    pub totals: Totals,
    /// Number of received bytes that the program has not read. Linux only.
    pub receive_queue: Option<u32>,
    /// Number of written bytes that the peer has not acknowledged. Linux only.
    pub send_queue: Option<u32>,
    /// The side that began to end the connection. `None` if neither side has begun to. For example,
    /// [`EndedBy::Peer`] means that the peer has shut down its sending half.
    pub ended_by: Option<EndedBy>,
    /// `true` if the program has shut down its sending half.
    pub is_shut_down: bool,
}

impl Tap {
    /// Returns the open sockets of the recording: streams, listeners and datagram sockets, in the order of their
    /// creation. Returns an empty list if the tap is off.
    ///
    /// It queries the kernel for the receive queue and the send queue of each socket (`SIOCINQ` and
    /// `SIOCOUTQ`, `tcp(7)`). A socket that closes at the same time waits for the query to finish.
    ///
    /// ```
    /// use socket_tap::{Tap, TapListener, TapStream, sink::Memory};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let tap = Tap::server("shop").sink(Memory::new()).start()?;
    /// let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
    /// let _client = TapStream::connect(&Tap::off(), listener.local_addr()?).await?;
    /// let (_server, _peer) = listener.accept().await?;
    ///
    /// for socket in tap.open_sockets().iter().filter(|socket| socket.is_stream) {
    ///     println!("still open: {socket}");
    /// }
    /// assert_eq!(tap.open_sockets().len(), 2);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn open_sockets(&self) -> Vec<OpenSocket> {
        let Some(recording) = self.recording() else { return Vec::new() };
        recording.sockets().map(|socket| OpenSocket::of(socket, recording))
    }
}

impl OpenSocket {
    fn of(socket: &SocketState, recording: &Recorder) -> Self {
        let ago = |raw: u64| (raw != 0).then(|| recording.elapsed_since(raw));
        let addresses = socket.addresses();
        let queues = socket.fd().and_then(sys::queues);
        Self {
            sock: socket.sock(),
            fd: socket.fd(),
            is_stream: socket.is_stream(),
            local: addresses.local,
            peer: addresses.peer,
            since: socket.since(),
            last_read: ago(socket.last_transfer(Direction::Read)),
            last_write: ago(socket.last_transfer(Direction::Write)),
            totals: socket.totals(),
            receive_queue: queues.map(|queues| queues.receive),
            send_queue: queues.map(|queues| queues.send),
            ended_by: socket.ended_by(),
            is_shut_down: socket.is_shut_down(),
        }
    }

    /// Returns the time since the program last read or wrote bytes, or since the socket was opened if it did
    /// neither.
    #[must_use]
    pub fn idle(&self) -> Duration {
        let moved = [self.last_read, self.last_write].into_iter().flatten().min();
        moved.unwrap_or_else(|| self.since.elapsed())
    }

    /// Returns the action that the connection waits for, such as a read by the peer. It is inferred from the
    /// queues and the last read and write of the socket.
    ///
    /// ```
    /// # use socket_tap::{Tap, TapListener, TapStream, WaitingFor, sink::Memory};
    /// # use tokio::io::{AsyncReadExt, AsyncWriteExt};
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let tap = Tap::server("shop").sink(Memory::new()).start()?;
    /// # let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
    /// # let mut client = TapStream::connect(&Tap::off(), listener.local_addr()?).await?;
    /// # let (mut server, _peer) = listener.accept().await?;
    /// client.write_all(b"request").await?;
    /// server.read_exact(&mut [0; 7]).await?;
    /// assert_eq!(tap.open_sockets()[1].waiting_for(), WaitingFor::LocalWrite);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn waiting_for(&self) -> WaitingFor {
        let is_waiting = |queue: Option<u32>| queue.is_some_and(|bytes| bytes > 0);
        match (self.last_read, self.last_write) {
            _ if is_waiting(self.send_queue) => WaitingFor::PeerRead,
            _ if is_waiting(self.receive_queue) => WaitingFor::LocalRead,
            _ if self.is_shut_down => WaitingFor::PeerClose,
            (Some(read), Some(write)) if read < write => WaitingFor::LocalWrite,
            (Some(_), None) => WaitingFor::LocalWrite,
            _ if self.ended_by.is_some() => WaitingFor::LocalClose,
            _ => WaitingFor::PeerWrite,
        }
    }
}

/// The action that an open connection waits for. Its [`Display`](fmt::Display) form is a phrase, for example
/// `waiting for the peer to read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitingFor {
    /// The peer has to read: it has not acknowledged all written bytes.
    PeerRead,
    /// The peer has to write: the program has written since its last read, or neither side has sent bytes.
    PeerWrite,
    /// The peer has to close: the program has shut down its sending half.
    PeerClose,
    /// The program has to read: the kernel has received bytes that the program has not read.
    LocalRead,
    /// The program has to write: it has read since its last write. For example, a server is handling a request,
    /// or has received only a part of it.
    LocalWrite,
    /// The program has to close: the peer has finished sending.
    LocalClose,
}

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PeerRead => "waiting for the peer to read",
            Self::PeerWrite => "waiting for the peer to send",
            Self::PeerClose => "waiting for the peer to close",
            Self::LocalRead => "waiting for this program to read",
            Self::LocalWrite => "waiting for this program to write",
            Self::LocalClose => "waiting for this program to close",
        })
    }
}

impl fmt::Display for OpenSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.sock)?;
        match (&self.local, &self.peer) {
            (None, None) => {}
            (Some(local), None) => write!(f, " {local}")?,
            (None, Some(peer)) => write!(f, " ? ↔ {peer}")?,
            (Some(local), Some(peer)) => write!(f, " {local} ↔ {peer}")?,
        }
        let Totals { rx, tx, .. } = self.totals;
        let (open, idle) = (self.since.elapsed().as_secs_f64(), self.idle().as_secs_f64());
        write!(f, ", open {open:.1} s, idle {idle:.1} s, {rx} B in, {tx} B out")?;
        for (queue, what) in [(self.send_queue, "unacknowledged"), (self.receive_queue, "unread")] {
            if let Some(bytes) = queue.filter(|bytes| *bytes > 0) {
                write!(f, ", {bytes} B {what}")?;
            }
        }
        if self.is_stream { write!(f, ": {}", self.waiting_for()) } else { Ok(()) }
    }
}

#[cfg(test)]
#[path = "open_socket_tests.rs"]
mod tests;

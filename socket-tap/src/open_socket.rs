//! Sockets that are open now.

use std::fmt;
use std::time::{Duration, Instant};

use crate::close::{EndedBy, Totals};
use crate::event::{Addr, SockId};
use crate::sensor::Socket;
use crate::sys;
use crate::tap::Tap;

/// An open socket of a recording, as [`Tap::connections`] finds it.
///
/// Its [`Display`](fmt::Display) form is one line: `#7 127.0.0.1:3000 ↔ 127.0.0.1:51234, open 3.2 s, idle 3.1 s, 85 B in,
/// 0 B out, 1048576 B wait for the peer to read`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenSocket {
    /// Its number in the recording.
    pub sock: SockId,
    /// The file descriptor; `None` for a wrapped stream.
    pub fd: Option<i32>,
    /// Whether it is a stream. Listeners and datagram sockets are not.
    pub is_stream: bool,
    /// Our address.
    pub local: Option<Addr>,
    /// The peer's address.
    pub peer: Option<Addr>,
    /// When the recording of the socket began.
    pub since: Instant,
    /// How long ago bytes last moved; since it is open, when none did.
    pub idle: Duration,
    /// What went through it so far. Exact also when single reads and writes are missing from the recording.
    pub totals: Totals,
    /// Bytes that the kernel has received and the program has not read. Linux only.
    pub receive_queue: Option<u32>,
    /// Bytes that the program has written and the peer has not acknowledged. Linux only.
    pub send_queue: Option<u32>,
    /// The first sign of the connection's end that was seen so far: [`EndedBy::Peer`] when the peer has shut down its
    /// sending half, for example.
    pub ended_by: Option<EndedBy>,
    /// Whether our sending half is shut down.
    pub is_shut_down: bool,
}

impl Tap {
    /// The sockets of the recording that are open now: streams, listeners and datagram sockets, in the order in which
    /// they were made. Empty when nothing is recorded.
    ///
    /// It asks the kernel for the queues of each socket (`SIOCINQ` and `SIOCOUTQ`, `tcp(7)`); a socket that is closing
    /// waits for that moment.
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
    /// for socket in tap.connections().iter().filter(|socket| socket.is_stream) {
    ///     println!("still open: {socket}");
    /// }
    /// assert_eq!(tap.connections().len(), 2);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn connections(&self) -> Vec<OpenSocket> {
        let Some(recording) = self.recording() else { return Vec::new() };
        recording.sockets().each(|socket| {
            let last = socket.last();
            let idle = if last == 0 { socket.since().elapsed() } else { recording.elapsed_since(last) };
            open_socket(socket, idle)
        })
    }
}

fn open_socket(socket: &Socket, idle: Duration) -> OpenSocket {
    let addresses = socket.addresses();
    let queues = socket.fd().and_then(sys::queues);
    OpenSocket {
        sock: socket.sock(),
        fd: socket.fd(),
        is_stream: socket.is_stream(),
        local: addresses.local,
        peer: addresses.peer,
        since: socket.since(),
        idle,
        totals: socket.totals(),
        receive_queue: queues.map(|queues| queues.receive),
        send_queue: queues.map(|queues| queues.send),
        ended_by: socket.ended_by(),
        is_shut_down: socket.is_shut(),
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
        let (open, idle) = (self.since.elapsed().as_secs_f64(), self.idle.as_secs_f64());
        write!(f, ", open {open:.1} s, idle {idle:.1} s, {rx} B in, {tx} B out")?;
        if let Some(bytes) = self.send_queue.filter(|bytes| *bytes > 0) {
            write!(f, ", {bytes} B wait for the peer to read")?;
        }
        if let Some(bytes) = self.receive_queue.filter(|bytes| *bytes > 0) {
            write!(f, ", {bytes} B wait for us to read")?;
        }
        match self.ended_by {
            Some(EndedBy::Peer) => f.write_str(", the peer has finished sending"),
            Some(EndedBy::Reset) => f.write_str(", reset by the peer"),
            Some(EndedBy::Error) => f.write_str(", ended by an error"),
            _ if self.is_shut_down => f.write_str(", we have finished sending"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "open_socket_tests.rs"]
mod tests;

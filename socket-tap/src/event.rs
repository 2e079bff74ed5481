//! The events of a recording: one [`Event`] for each socket operation or packet.

mod build;
mod gap;
mod kind;
mod packet;
mod segment;
mod sock_id;
pub(crate) mod string_enum;
mod tcp_flags;

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use crate::close::Close;

pub use gap::Gap;
pub use kind::{Domain, SocketKind};
pub use packet::{DropReason, Fate, Packet, Protocol};
pub use segment::Segment;
pub use sock_id::SockId;
pub use tcp_flags::{TcpFlags, UnknownFlag};

/// One operation on a socket, and the result that the program got, or one packet in a network. Marks and gaps are
/// events without a socket, too.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Time of the event, in nanoseconds since the recording began. For a socket call that sends, the time at
    /// which it was entered; for any other socket call, the time at which it returned. For a packet, the time at
    /// which its sender's kernel passed it to the network.
    pub t: u64,
    /// Number of the socket. `None` for [`Op::Mark`], [`Op::Gap`] and [`Op::Packet`], which belong to no socket.
    pub sock: Option<SockId>,
    /// The operation and its arguments.
    pub op: Op,
    /// Reason why the operation failed. `None` if it succeeded.
    pub error: Option<Failure>,
}

/// A socket operation with its arguments and results. A result that a failed call did not return is `None` or
/// 0.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// `socket(2)`: creates the socket.
    #[non_exhaustive]
    Socket {
        /// File descriptor of the new socket, as `lsof` and `strace` show it.
        fd: Option<i32>,
        /// Address family of the socket.
        domain: Domain,
        /// Type of the socket: `stream` or `datagram`.
        kind: SocketKind,
    },
    /// `setsockopt(2)`: sets a socket option.
    #[non_exhaustive]
    Option {
        /// Name of the option in the C headers, for example `TCP_NODELAY`.
        name: Cow<'static, str>,
        /// Value that was set.
        value: i64,
    },
    /// `bind(2)`: assigns a local address.
    #[non_exhaustive]
    Bind {
        /// Local address, with the port that the kernel chose if the program requested port 0.
        local: Option<Addr>,
    },
    /// `listen(2)`: starts to accept connections.
    #[non_exhaustive]
    Listen {
        /// Length of the accept queue, as passed to `listen(2)`. -1 stands for the system's maximum.
        backlog: i32,
    },
    /// `accept(2)`: accepts a connection. The event's socket is the new one, or the listening one if the call
    /// failed.
    #[non_exhaustive]
    Accept {
        /// Number of the listening socket.
        on: SockId,
        /// File descriptor of the new socket.
        fd: Option<i32>,
        /// Local address of the connection.
        local: Option<Addr>,
        /// Address of the peer.
        peer: Option<Addr>,
    },
    /// `connect(2)`: connects to a peer.
    #[non_exhaustive]
    Connect {
        /// Local address that the kernel chose.
        local: Option<Addr>,
        /// Address of the peer.
        peer: Option<Addr>,
        /// Time at which `connect(2)` was called, in nanoseconds since the recording began. [`Event::t`] is
        /// the time at which the connection was established or failed.
        began: Option<u64>,
    },
    /// The tap starts to record a socket or stream that it did not create. No system call corresponds to this
    /// event.
    #[non_exhaustive]
    Adopt {
        /// File descriptor. `None` for a stream that is not a socket.
        fd: Option<i32>,
        /// Address family of a socket, or the program's own name for another stream, for example `tls`.
        domain: Domain,
        /// Type of the socket: `listener`, `stream` or `datagram`.
        kind: SocketKind,
        /// Number of the recorded stream that this stream is built on, for example the TCP stream under TLS.
        /// Both record the same bytes.
        on: Option<SockId>,
        /// Local address of the socket or stream.
        local: Option<Addr>,
        /// Address of the peer.
        peer: Option<Addr>,
    },
    /// The tap stops recording a socket or stream that stays open, for example because the program called
    /// [`TapStream::into_inner`](crate::TapStream::into_inner). The event has the totals up to this moment.
    /// No system call corresponds to it.
    Release(Box<Close>),
    /// `read(2)` or `recv(2)`: reads from a stream.
    Read(Transfer),
    /// `write(2)` or `send(2)`, or `writev(2)` if the transfer has slices: writes to a stream.
    Write(Transfer),
    /// `sendto(2)` or `send(2)`: sends one datagram.
    SendTo(Datagram),
    /// `recvfrom(2)`, `recv(2)` or `recvmsg(2)`: receives one datagram.
    RecvFrom(Datagram),
    /// `shutdown(2)` of the sending half: sends a FIN.
    Shutdown,
    /// `close(2)`: closes the socket. The event has the totals of the connection.
    Close(Box<Close>),
    /// A label that the program recorded with [`Tap::mark`](crate::Tap::mark), for the events that follow. No
    /// system call corresponds to this event.
    #[non_exhaustive]
    Mark {
        /// Text of the label.
        label: Cow<'static, str>,
    },
    /// Counts of the events that the recorder dropped since the last gap event, because its buffers were
    /// full.
    Gap(Gap),
    /// A packet in a network, in a recording of packets. No system call corresponds to this event.
    Packet(Box<Packet>),
    /// An operation that this version of the crate does not know, from a newer version of the trace format.
    #[non_exhaustive]
    Unknown {
        /// Name of the operation in the trace.
        name: Cow<'static, str>,
    },
}

impl Op {
    /// Returns the operation's name in a trace, for example `accept`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Socket { .. } => "socket",
            Self::Option { .. } => "option",
            Self::Bind { .. } => "bind",
            Self::Listen { .. } => "listen",
            Self::Accept { .. } => "accept",
            Self::Connect { .. } => "connect",
            Self::Adopt { .. } => "adopt",
            Self::Release(_) => "release",
            Self::Read(_) => "read",
            Self::Write(_) => "write",
            Self::SendTo(_) => "sendto",
            Self::RecvFrom(_) => "recvfrom",
            Self::Shutdown => "shutdown",
            Self::Close(_) => "close",
            Self::Mark { .. } => "mark",
            Self::Gap(_) => "gap",
            Self::Packet(_) => "packet",
            Self::Unknown { name } => name,
        }
    }
}

/// Size and payload of one read or write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transfer {
    /// Number of bytes that were read or written.
    pub bytes: u64,
    /// Number of buffers of a vectored write. `None` for a plain read or write.
    pub slices: Option<u32>,
    /// `true` if the peer has finished sending: a read into a buffer with capacity returned 0 bytes.
    pub eof: bool,
    /// First bytes that were read or written, if the recording captures payload. Shorter than `bytes` if it
    /// captures only a prefix.
    pub data: Option<Box<[u8]>>,
}

/// Size, peer and payload of one datagram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Datagram {
    /// Number of bytes that the program sent or received.
    pub bytes: u64,
    /// Address of the destination or the sender. `None` if the call did not pass or return an address.
    pub peer: Option<Addr>,
    /// `true` if the received datagram was longer than the program's buffer, so that its end was lost.
    pub truncated: bool,
    /// Full length of a truncated datagram, in bytes. Linux only.
    pub length: Option<u64>,
    /// First bytes of the datagram, if the recording captures payload. Shorter than `bytes` if it captures
    /// only a prefix.
    pub data: Option<Box<[u8]>>,
}

/// Reason why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// Reason in words, for example `connection reset`.
    pub reason: Cow<'static, str>,
    /// Error number of the operating system (`errno`). `None` if there is none.
    pub errno: Option<i32>,
}

impl From<&std::io::Error> for Failure {
    fn from(error: &std::io::Error) -> Self {
        Self { reason: error.kind().to_string().into(), errno: error.raw_os_error() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        self.errno.map_or(Ok(()), |errno| write!(f, " (errno {errno})"))
    }
}

/// Address of a socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Addr {
    /// IP address and port.
    Ip(SocketAddr),
    /// Any other address, as text: the path of a Unix-domain socket, for example.
    Other(String),
}

impl From<SocketAddr> for Addr {
    fn from(address: SocketAddr) -> Self {
        Self::Ip(address)
    }
}

impl FromStr for Addr {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|_| Self::Other(text.to_owned()), Self::Ip))
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

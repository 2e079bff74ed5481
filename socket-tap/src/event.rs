//! The events of a recording: one [`Event`] for each socket operation.

mod build;
mod gap;
mod kind;
mod sock_id;
pub(crate) mod string_enum;

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use crate::close::Close;

pub use gap::Gap;
pub use kind::{Domain, SocketKind};
pub use sock_id::SockId;

/// One operation on one socket, with its result as the program saw it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Time of the event in nanoseconds since the recording began: the entry of a call that sends, the return of any
    /// other.
    pub t: u64,
    /// The socket; `None` for events without one ([`Op::Mark`], [`Op::Gap`]).
    pub sock: Option<SockId>,
    /// The operation.
    pub op: Op,
    /// The reason of the failure; `None` if the operation succeeded.
    pub error: Option<Failure>,
}

/// A socket operation, with the values of a successful call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// `socket(2)`: creates the socket.
    #[non_exhaustive]
    Socket {
        /// The file descriptor, as `lsof` and `strace` show it.
        fd: Option<i32>,
        /// The address family.
        domain: Domain,
        /// `stream` or `datagram`.
        kind: SocketKind,
    },
    /// `setsockopt(2)`: sets an option.
    #[non_exhaustive]
    Option {
        /// The name of the option in the C headers.
        name: Cow<'static, str>,
        /// The new value.
        value: i64,
    },
    /// `bind(2)`: assigns a local address.
    #[non_exhaustive]
    Bind {
        /// The address, with the port that the kernel chose if the program requested port 0.
        local: Option<Addr>,
    },
    /// `listen(2)`: starts to accept connections.
    #[non_exhaustive]
    Listen {
        /// Length of the accept queue, as passed to the call; -1 is the system's maximum.
        backlog: i32,
    },
    /// `accept(2)`: accepts a connection. The event's socket is the new one.
    #[non_exhaustive]
    Accept {
        /// The listening socket.
        on: SockId,
        /// The new socket's file descriptor.
        fd: Option<i32>,
        /// The local address.
        local: Option<Addr>,
        /// The peer's address.
        peer: Option<Addr>,
    },
    /// `connect(2)`: connects to a peer.
    #[non_exhaustive]
    Connect {
        /// The local address that the kernel chose.
        local: Option<Addr>,
        /// The peer's address.
        peer: Option<Addr>,
        /// The time at which the call began, in nanoseconds since the recording began. The event's own time is that of
        /// its return.
        began: Option<u64>,
    },
    /// No system call: the tap starts to record a socket or stream that it did not create.
    #[non_exhaustive]
    Adopt {
        /// The file descriptor, for a socket of the kernel.
        fd: Option<i32>,
        /// The address family, or the program's own name for the stream: `tls`.
        domain: Domain,
        /// `listener`, `stream` or `datagram`.
        kind: SocketKind,
        /// The recorded stream below this one: every byte then appears twice.
        on: Option<SockId>,
        /// The local address.
        local: Option<Addr>,
        /// The peer's address.
        peer: Option<Addr>,
    },
    /// No system call: the tap stops recording a stream that stays open. With the totals up to now.
    Release(Box<Close>),
    /// `read(2)`, `recv(2)`.
    Read(Transfer),
    /// `write(2)`, `send(2)`, or `writev(2)` if it has slices.
    Write(Transfer),
    /// `sendto(2)`, `send(2)`: sends one datagram.
    SendTo(Datagram),
    /// `recvfrom(2)`, `recv(2)`: receives one datagram.
    RecvFrom(Datagram),
    /// `shutdown(2)` of the sending half: sends a FIN.
    Shutdown,
    /// `close(2)`, with the connection's totals.
    Close(Box<Close>),
    /// A label that the program gives to the events that follow.
    #[non_exhaustive]
    Mark {
        /// The label.
        label: Cow<'static, str>,
    },
    /// Events that the recorder dropped since the last gap.
    Gap(Gap),
    /// An operation of a newer version of the format.
    #[non_exhaustive]
    Unknown {
        /// The name of the operation.
        name: Cow<'static, str>,
    },
}

impl Op {
    /// Returns the name that a trace uses.
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
            Self::Unknown { name } => name,
        }
    }
}

/// The bytes of one read or write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transfer {
    /// Number of bytes.
    pub bytes: u64,
    /// Number of buffers of a vectored write; `None` for a plain read or write.
    pub slices: Option<u32>,
    /// `true` for a read of 0 bytes into a buffer with capacity: the peer has finished sending.
    pub eof: bool,
    /// The first bytes, if the recording captures payload. Shorter than `bytes` if the payload was cut.
    pub data: Option<Box<[u8]>>,
}

/// One datagram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Datagram {
    /// Number of bytes that the program sent or received.
    pub bytes: u64,
    /// The destination or the sender.
    pub peer: Option<Addr>,
    /// `true` if the datagram was longer than the program's buffer, and its end was lost.
    pub truncated: bool,
    /// The full length of a truncated datagram. Linux only.
    pub length: Option<u64>,
    /// The first bytes, if the recording captures payload. Shorter than `bytes` if the payload was cut.
    pub data: Option<Box<[u8]>>,
}

/// The reason of a failed operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The reason in words: `connection reset`.
    pub reason: Cow<'static, str>,
    /// The operating system's error number.
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

/// A socket's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Addr {
    /// An IP address and port.
    Ip(SocketAddr),
    /// Any other address, as text.
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

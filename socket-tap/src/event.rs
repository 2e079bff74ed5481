//! What a recording is made of: one [`Event`] for each socket operation.

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

/// One operation on one socket, as the program saw it end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// When it ended: nanoseconds of the monotonic clock since the recording began.
    pub t: u64,
    /// On which socket; `None` for an event that belongs to none ([`Op::Mark`], [`Op::Gap`]).
    pub sock: Option<SockId>,
    /// What was done.
    pub op: Op,
    /// Why it failed; `None` when it succeeded.
    pub error: Option<Failure>,
}

/// A socket operation, with what is known when it succeeds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// `socket(2)`: the endpoint was made.
    #[non_exhaustive]
    Socket {
        /// The file descriptor, to find it in `lsof` or `strace`.
        fd: Option<i32>,
        /// The address family.
        domain: Domain,
        /// `stream` or `datagram`.
        kind: SocketKind,
    },
    /// `setsockopt(2)`.
    #[non_exhaustive]
    Option {
        /// The option, as the C headers name it.
        name: Cow<'static, str>,
        /// Its new value.
        value: i64,
    },
    /// `bind(2)`: the socket got its local address.
    #[non_exhaustive]
    Bind {
        /// The address, with the port that the kernel chose when 0 was asked for.
        local: Option<Addr>,
    },
    /// `listen(2)`: connections to the address are taken from now on.
    #[non_exhaustive]
    Listen {
        /// How many finished handshakes may wait for an accept, as passed to the call; -1 is the system's maximum.
        backlog: i32,
    },
    /// `accept(2)`: a connection whose handshake the kernel has finished; this event's socket is the new one.
    #[non_exhaustive]
    Accept {
        /// The listening socket.
        on: SockId,
        /// The new socket's file descriptor.
        fd: Option<i32>,
        /// Our address.
        local: Option<Addr>,
        /// The other side's address.
        peer: Option<Addr>,
    },
    /// `connect(2)`: the handshake from our side.
    #[non_exhaustive]
    Connect {
        /// The address that the kernel gave us.
        local: Option<Addr>,
        /// The other side's address.
        peer: Option<Addr>,
        /// When the call was made: nanoseconds since the recording began. The event's time is when it returned.
        began: Option<u64>,
    },
    /// No call: the tap was given a socket or stream that it did not make, and records it from here on.
    #[non_exhaustive]
    Adopt {
        /// The file descriptor, when it is a socket of the kernel.
        fd: Option<i32>,
        /// The address family, or what the program calls it: `tls`.
        domain: Domain,
        /// `listener`, `stream` or `datagram`.
        kind: SocketKind,
        /// The stream below, when that is recorded, too: every byte then passes twice.
        on: Option<SockId>,
        /// Our address.
        local: Option<Addr>,
        /// The other side's address.
        peer: Option<Addr>,
    },
    /// No call: the tap gave the stream away, still open, and records no more of it. With the totals up to here.
    Release(Box<Close>),
    /// `read(2)`, `recv(2)`.
    Read(Transfer),
    /// `write(2)`, `send(2)`, or `writev(2)` when it has slices.
    Write(Transfer),
    /// `sendto(2)`, `send(2)`: one datagram out.
    SendTo(Datagram),
    /// `recvfrom(2)`, `recv(2)`: one datagram in.
    RecvFrom(Datagram),
    /// `shutdown(2)` of our sending half: our FIN.
    Shutdown,
    /// `close(2)`, with the connection's totals.
    Close(Box<Close>),
    /// A name for what follows, given by the program.
    #[non_exhaustive]
    Mark {
        /// The name.
        label: Cow<'static, str>,
    },
    /// Events that the recorder had no room for since the last gap.
    Gap(Gap),
    /// An operation that this version does not know.
    #[non_exhaustive]
    Unknown {
        /// Its name.
        name: Cow<'static, str>,
    },
}

impl Op {
    /// Its name, as in a trace.
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

/// Bytes that one read or write moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transfer {
    /// How many.
    pub bytes: u64,
    /// From how many buffers they were gathered; `None` for a plain read or write.
    pub slices: Option<u32>,
    /// A read of 0 bytes with room for more: the other side has finished sending.
    pub eof: bool,
    /// The first of the bytes, when payload was asked for. Shorter than `bytes` when cut.
    pub data: Option<Box<[u8]>>,
}

/// One datagram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Datagram {
    /// How many bytes of it the program sent, or got.
    pub bytes: u64,
    /// Where it went, or came from.
    pub peer: Option<Addr>,
    /// It was longer than the buffer it was received into, and the rest is gone.
    pub truncated: bool,
    /// How long a truncated one was. Only Linux tells.
    pub length: Option<u64>,
    /// The first of the bytes, when payload was asked for. Shorter than `bytes` when cut.
    pub data: Option<Box<[u8]>>,
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// In words: `connection reset`.
    pub reason: Cow<'static, str>,
    /// The operating system's number for it.
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
    /// IP and port.
    Ip(SocketAddr),
    /// Any other, as text.
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

//! One call on a socket, in the same terms for kernel and trace.

use std::fmt;

use serde::Serialize;
use socket_tap::event::{Addr, Event, Op};

use super::address;

/// What was asked for, with what is known when it succeeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Socket {
        domain: String,
        kind: String,
    },
    Option {
        name: String,
        value: Option<i64>,
    },
    Bind {
        local: Option<Addr>,
    },
    Listen {
        backlog: i32,
    },
    Accept {
        peer: Option<Addr>,
    },
    Connect {
        peer: Option<Addr>,
    },
    Read {
        bytes: u64,
        eof: bool,
    },
    Write {
        bytes: u64,
        slices: Option<u32>,
    },
    SendTo {
        bytes: u64,
        peer: Option<Addr>,
    },
    /// How long the datagram was: the program may have got less of it.
    RecvFrom {
        bytes: u64,
        peer: Option<Addr>,
    },
    Shutdown,
    Close,
    /// No call: the tap gave the stream away, with or without a sample of `TCP_INFO`.
    Release {
        sampled: bool,
    },
    /// A call that the tap does not know, and that no socket of tokio makes.
    Other(String),
}

/// A call, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) what: What,
    pub(super) result: Result<(), Errno>,
}

/// The operating system's number for an error; a trace may have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Errno(pub(super) Option<i32>);

/// A call and the line that tells of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct At {
    pub(super) line: u64,
    /// Nanoseconds: of the log, since the epoch when the call began; of the trace, since the recording began.
    #[serde(skip)]
    pub(super) time: Option<u64>,
    #[serde(serialize_with = "in_words")]
    pub(super) call: Call,
}

pub(super) fn in_words<S: serde::Serializer>(call: &Call, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(call)
}

/// The kernel takes this many buffers at once (`IOV_MAX`); the standard library offers no more.
const MOST_SLICES: u32 = 1024;

impl Call {
    pub(super) fn done(what: What) -> Self {
        Self { what, result: Ok(()) }
    }

    /// What an event says; `None` for one that is no call on a socket, or one of a later version.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let what = match &event.op {
            Op::Socket { domain, kind, .. } => {
                What::Socket { domain: domain.to_string(), kind: kind.to_string() }
            }
            Op::Option { name, value, .. } => {
                What::Option { name: name.clone().into_owned(), value: Some(*value) }
            }
            Op::Bind { local, .. } => What::Bind { local: local.clone() },
            Op::Listen { backlog, .. } => What::Listen { backlog: as_int(i64::from(*backlog)) },
            Op::Accept { peer, .. } => What::Accept { peer: peer.clone() },
            Op::Connect { peer, .. } => What::Connect { peer: peer.clone() },
            Op::Read(transfer) => What::Read { bytes: transfer.bytes, eof: transfer.eof },
            Op::Write(transfer) => {
                let slices = transfer.slices.map(|slices| slices.min(MOST_SLICES));
                What::Write { bytes: transfer.bytes, slices }
            }
            Op::SendTo(datagram) => What::SendTo { bytes: datagram.bytes, peer: datagram.peer.clone() },
            Op::RecvFrom(datagram) => {
                let bytes = datagram.length.unwrap_or(datagram.bytes);
                What::RecvFrom { bytes, peer: datagram.peer.clone() }
            }
            Op::Shutdown => What::Shutdown,
            Op::Close(_) => What::Close,
            Op::Release(close) => What::Release { sampled: close.tcp.is_some() },
            _ => return None,
        };
        let result = event.error.as_ref().map_or(Ok(()), |error| Err(Errno(error.errno)));
        Some(Self { what, result })
    }

    /// Returns whether the trace says of a call what the kernel saw.
    pub(super) fn is_told_by(&self, trace: &Self) -> bool {
        if self.result != trace.result {
            return false;
        }
        match (&self.what, &trace.what) {
            // The kernel says which port was asked for; the trace, which one it gave.
            (What::Bind { local: Some(asked) }, What::Bind { local: Some(given) }) => {
                address::is_given(asked, given)
            }
            (What::Option { name, value: None }, What::Option { name: told, .. }) => name == told,
            // What a failed call would have brought is nobody's to say.
            (kernel, trace) if self.result.is_err() => kernel.name() == trace.name(),
            (What::Accept { peer: kernel }, What::Accept { peer: trace })
            | (What::Connect { peer: kernel }, What::Connect { peer: trace }) => {
                address::same(kernel.as_ref(), trace.as_ref())
            }
            (What::SendTo { bytes, peer }, What::SendTo { bytes: told, peer: whom })
            | (What::RecvFrom { bytes, peer }, What::RecvFrom { bytes: told, peer: whom }) => {
                bytes == told && address::same(peer.as_ref(), whom.as_ref())
            }
            (kernel, trace) => kernel == trace,
        }
    }

    /// Returns whether it is an error that no system call caused: of what was asked for before the kernel was.
    pub(super) fn never_reached_the_kernel(&self) -> bool {
        self.result == Err(Errno(None))
    }

    pub(super) fn closes(&self) -> bool {
        self.what == What::Close
    }
}

/// The argument of a call that takes an `int`, however it was printed: -1 is 4294967295 without a sign.
pub(super) fn as_int(value: i64) -> i32 {
    i32::try_from(value).or_else(|_| u32::try_from(value).map(u32::cast_signed)).unwrap_or(i32::MIN)
}

impl What {
    fn name(&self) -> &str {
        match self {
            Self::Socket { .. } => "socket",
            Self::Option { .. } => "option",
            Self::Bind { .. } => "bind",
            Self::Listen { .. } => "listen",
            Self::Accept { .. } => "accept",
            Self::Connect { .. } => "connect",
            Self::Read { .. } => "read",
            Self::Write { .. } => "write",
            Self::SendTo { .. } => "sendto",
            Self::RecvFrom { .. } => "recvfrom",
            Self::Shutdown => "shutdown",
            Self::Close => "close",
            Self::Release { .. } => "release",
            Self::Other(name) => name,
        }
    }

    fn details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket { domain, kind } => write!(f, " {domain} {kind}"),
            Self::Option { name, value: Some(value) } => write!(f, " {name} {value}"),
            Self::Option { name, value: None } => write!(f, " {name}"),
            Self::Bind { local: Some(address) } => write!(f, " {address}"),
            Self::Listen { backlog } => write!(f, " backlog {backlog}"),
            Self::Accept { peer: Some(peer) } => write!(f, " from {peer}"),
            Self::Connect { peer: Some(peer) } => write!(f, " to {peer}"),
            Self::Read { eof: true, .. } => f.write_str(" 0 B (FIN)"),
            Self::Read { bytes, .. } | Self::Write { bytes, slices: None } => write!(f, " {bytes} B"),
            Self::SendTo { bytes, peer: Some(peer) } => write!(f, " {bytes} B to {peer}"),
            Self::RecvFrom { bytes, peer: Some(peer) } => write!(f, " {bytes} B from {peer}"),
            Self::SendTo { bytes, peer: None } | Self::RecvFrom { bytes, peer: None } => {
                write!(f, " {bytes} B")
            }
            Self::Write { bytes, slices: Some(slices) } => write!(f, " {bytes} B in {slices} slices"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what.name())?;
        match self.result {
            Ok(()) => self.what.details(f),
            Err(Errno(Some(errno))) => write!(f, " fails with errno {errno}"),
            Err(Errno(None)) => f.write_str(" fails"),
        }
    }
}

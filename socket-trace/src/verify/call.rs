//! One call on a socket, in the same words whether the kernel or the trace tells of it.

use std::fmt;
use std::net::SocketAddr;

use serde::Serialize;
use socket_tap::event::{Addr, Event, Op};

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
        local: Option<SocketAddr>,
    },
    Listen {
        backlog: i64,
    },
    Accept {
        peer: Option<SocketAddr>,
    },
    Connect {
        peer: Option<SocketAddr>,
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
        peer: Option<SocketAddr>,
    },
    /// How long the datagram was: the program may have got less of it.
    RecvFrom {
        bytes: u64,
        peer: Option<SocketAddr>,
    },
    Shutdown,
    Close,
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
            Op::Bind { local, .. } => What::Bind { local: ip(local.as_ref()) },
            Op::Listen { backlog, .. } => What::Listen { backlog: i64::from(*backlog) },
            Op::Accept { peer, .. } => What::Accept { peer: ip(peer.as_ref()) },
            Op::Connect { peer, .. } => What::Connect { peer: ip(peer.as_ref()) },
            Op::Read(transfer) => What::Read { bytes: transfer.bytes, eof: transfer.eof },
            Op::Write(transfer) => {
                let slices = transfer.slices.map(|slices| slices.min(MOST_SLICES));
                What::Write { bytes: transfer.bytes, slices }
            }
            Op::SendTo(datagram) => What::SendTo { bytes: datagram.bytes, peer: ip(datagram.peer.as_ref()) },
            Op::RecvFrom(datagram) => {
                let bytes = datagram.length.unwrap_or(datagram.bytes);
                What::RecvFrom { bytes, peer: ip(datagram.peer.as_ref()) }
            }
            Op::Shutdown => What::Shutdown,
            Op::Close(_) => What::Close,
            _ => return None,
        };
        let result = event.error.as_ref().map_or(Ok(()), |error| Err(Errno(error.errno)));
        Some(Self { what, result })
    }

    /// Whether the trace says of a call what the kernel saw.
    pub(super) fn is_told_by(&self, trace: &Self) -> bool {
        if self.result != trace.result {
            return false;
        }
        match (&self.what, &trace.what) {
            // The kernel says which port was asked for; the trace, which one it gave.
            (What::Bind { local: Some(asked) }, What::Bind { local: Some(given) }) => {
                asked.ip() == given.ip() && (asked.port() == 0 || asked.port() == given.port())
            }
            (What::Option { name, value: None }, What::Option { name: told, .. }) => name == told,
            // What a failed call would have brought is nobody's to say.
            (kernel, trace) if self.result.is_err() => kernel.name() == trace.name(),
            (kernel, trace) => kernel == trace,
        }
    }

    pub(super) fn closes(&self) -> bool {
        self.what == What::Close
    }
}

fn ip(address: Option<&Addr>) -> Option<SocketAddr> {
    match address {
        Some(Addr::Ip(address)) => Some(*address),
        _ => None,
    }
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

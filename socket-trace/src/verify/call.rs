//! A call on a socket, in a form that strace log and trace share.

use serde::Serialize;
use socket_tap::event::{Addr, Event, Op};

use super::address;

mod text;

/// Operation of a call, with the arguments and results that are compared, e.g. a read with its number of
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CallKind {
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
    /// A received datagram of `bytes` bytes. The program's buffer may have been shorter.
    RecvFrom {
        bytes: u64,
        peer: Option<Addr>,
    },
    Shutdown,
    Close,
    /// The program took the stream back from the tap (`into_inner`), which ends its recording without a
    /// system call. `sampled` is `true` if the tap queried `TCP_INFO` before.
    Release {
        sampled: bool,
    },
    /// A system call that the tap does not record, and that tokio never makes on a socket.
    Other(String),
}

/// A call on a socket, and its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) kind: CallKind,
    pub(super) result: Result<(), Errno>,
}

/// Error number of the operating system. `None` if a trace records a failure without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Errno(pub(super) Option<i32>);

/// A call, with its line in the strace log or in the trace.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LocatedCall {
    pub(super) line: u64,
    /// Time in nanoseconds. For a call in the log, the time since 1970 at which it began. For a call in the
    /// trace, the time since the recording began.
    #[serde(skip)]
    pub(super) time: Option<u64>,
    #[serde(serialize_with = "as_text")]
    pub(super) call: Call,
}

pub(super) fn as_text<S: serde::Serializer>(call: &Call, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(call)
}

/// Maximum number of buffers in one call (`IOV_MAX`). The standard library passes at most as many.
const MAX_SLICES: u32 = 1024;

impl Call {
    pub(super) fn succeeded(kind: CallKind) -> Self {
        Self { kind, result: Ok(()) }
    }

    /// Converts an event of the trace. `None` if it is not a call on a socket, or of a kind that this version
    /// does not support.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let kind = match &event.op {
            Op::Socket { domain, kind, .. } => {
                CallKind::Socket { domain: domain.to_string(), kind: kind.to_string() }
            }
            Op::Option { name, value, .. } => {
                CallKind::Option { name: name.clone().into_owned(), value: Some(*value) }
            }
            Op::Bind { local, .. } => CallKind::Bind { local: local.clone() },
            Op::Listen { backlog, .. } => CallKind::Listen { backlog: as_int(i64::from(*backlog)) },
            Op::Accept { peer, .. } => CallKind::Accept { peer: peer.clone() },
            Op::Connect { peer, .. } => CallKind::Connect { peer: peer.clone() },
            Op::Read(transfer) => CallKind::Read { bytes: transfer.bytes, eof: transfer.eof },
            Op::Write(transfer) => {
                let slices = transfer.slices.map(|slices| slices.min(MAX_SLICES));
                CallKind::Write { bytes: transfer.bytes, slices }
            }
            Op::SendTo(datagram) => CallKind::SendTo { bytes: datagram.bytes, peer: datagram.peer.clone() },
            Op::RecvFrom(datagram) => {
                let bytes = datagram.length.unwrap_or(datagram.bytes);
                CallKind::RecvFrom { bytes, peer: datagram.peer.clone() }
            }
            Op::Shutdown => CallKind::Shutdown,
            Op::Close(_) => CallKind::Close,
            Op::Release(close) => CallKind::Release { sampled: close.tcp.is_some() },
            _ => return None,
        };
        let result = event.error.as_ref().map_or(Ok(()), |error| Err(Errno(error.errno)));
        Some(Self { kind, result })
    }

    /// Returns `true` if this call of the strace log equals the call `trace` of the trace. Some values may
    /// differ: a bind to port 0 in the log equals a bind to the assigned port in the trace.
    pub(super) fn matches_recorded(&self, trace: &Self) -> bool {
        if self.result != trace.result {
            return false;
        }
        match (&self.kind, &trace.kind) {
            // The kernel has the requested port, the trace the assigned one.
            (CallKind::Bind { local: Some(requested) }, CallKind::Bind { local: Some(assigned) }) => {
                address::is_assigned(requested, assigned)
            }
            (CallKind::Option { name, value: None }, CallKind::Option { name: recorded, .. }) => {
                name == recorded
            }
            // Addresses and sizes of a failed call are not comparable.
            (kernel, trace) if self.result.is_err() => kernel.name() == trace.name(),
            (CallKind::Accept { peer: kernel }, CallKind::Accept { peer: trace })
            | (CallKind::Connect { peer: kernel }, CallKind::Connect { peer: trace }) => {
                address::same(kernel.as_ref(), trace.as_ref())
            }
            (CallKind::SendTo { bytes, peer }, CallKind::SendTo { bytes: recorded, peer: recorded_peer })
            | (
                CallKind::RecvFrom { bytes, peer },
                CallKind::RecvFrom { bytes: recorded, peer: recorded_peer },
            ) => bytes == recorded && address::same(peer.as_ref(), recorded_peer.as_ref()),
            (kernel, trace) => kernel == trace,
        }
    }

    /// Returns `true` if the call failed without a system call, because the standard library or tokio
    /// rejected the arguments.
    pub(super) fn never_reached_the_kernel(&self) -> bool {
        self.result == Err(Errno(None))
    }

    pub(super) fn closes(&self) -> bool {
        self.kind == CallKind::Close
    }
}

/// Returns the C `int` from which strace printed the value. -1 may be printed as the unsigned 4294967295.
pub(super) fn as_int(value: i64) -> i32 {
    i32::try_from(value).or_else(|_| u32::try_from(value).map(u32::cast_signed)).unwrap_or(i32::MIN)
}

//! Formats calls as text.

use std::fmt;

use super::{Call, CallKind, Errno};

impl CallKind {
    pub(super) fn name(&self) -> &str {
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
        f.write_str(self.kind.name())?;
        match self.result {
            Ok(()) => self.kind.details(f),
            Err(Errno(Some(errno))) => write!(f, " failed with errno {errno}"),
            Err(Errno(None)) => f.write_str(" failed"),
        }
    }
}

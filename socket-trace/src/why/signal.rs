//! The signs of a connection's end: messages that announce it, and calls that carry it out.

use socket_dissect::Goaway;
use socket_tap::format::Side;

use super::explanation::Level;

/// A sign of a connection's end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sign {
    /// `Connection: close` in a message.
    ConnectionClose,
    /// A response with status 408.
    RequestTimeout,
    /// A response that refuses to read the request, such as 400 or 431.
    Rejection,
    Goaway(Goaway),
    /// Many `RST_STREAM` frames of one side.
    RstStreamBurst,
    /// A message that breaks a rule of its protocol.
    Violation(Level),
    /// A WebSocket close frame; `true` if it reports an error.
    WebsocketClose(bool),
    TlsAlert,
    /// `Terminate` of PostgreSQL.
    Terminate,
    Fin,
    /// A RST. `unread` is `true` if received bytes were unread.
    Reset {
        unread: bool,
    },
    TimedOut,
    /// Another error of the network; `aborted` is `true` for ECONNABORTED.
    NetworkError {
        aborted: bool,
    },
}

/// A sign with its place and its sender.
#[derive(Clone, Debug)]
pub(super) struct Signal {
    pub(super) sign: Sign,
    /// The side that sent it. `None` for errors of the network.
    pub(super) by: Option<Side>,
    pub(super) recorded_by: Side,
    pub(super) event: u64,
    pub(super) at: u64,
    pub(super) what: String,
    /// Number of calls that had ended before.
    pub(super) completed: u64,
    /// A call had begun and not ended.
    pub(super) in_flight: bool,
}

impl Sign {
    /// Returns `true` for the end itself, and `false` for a message that announces it.
    pub(super) fn is_end(&self) -> bool {
        matches!(self, Self::Fin | Self::Reset { .. } | Self::TimedOut | Self::NetworkError { .. })
    }

    /// Returns `true` if the peer may end the connection because of the sign.
    pub(super) fn is_offence(&self) -> bool {
        matches!(self, Self::Violation(_) | Self::RstStreamBurst)
    }

    /// Returns `true` if the sign reports that the peer has made an error.
    pub(super) fn is_complaint(&self) -> bool {
        match self {
            Self::Goaway(goaway) => goaway.is_error(),
            Self::WebsocketClose(is_error) => *is_error,
            Self::TlsAlert | Self::Rejection => true,
            _ => false,
        }
    }

    /// Returns `true` if both signs are of the same kind. Each `GOAWAY` is a kind of its own.
    pub(super) fn is_repetition_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Goaway(one), Self::Goaway(other)) => one == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

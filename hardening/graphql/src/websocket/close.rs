//! The codes and reasons with which the server closes a WebSocket.

use std::borrow::Cow;

use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// Content of a close frame: a code and a reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Close {
    code: u16,
    reason: Cow<'static, str>,
}

/// Maximum length of a close reason in bytes. A control frame holds 125 bytes, of which the code takes 2.
const MAX_REASON: usize = 123;

impl Close {
    /// The service shuts down.
    pub(super) const GOING_AWAY: Self = Self::new(1001, "Going away");
    /// A frame violates the WebSocket protocol.
    const PROTOCOL_ERROR: Self = Self::new(1002, "Protocol error");
    /// A text message is not UTF-8.
    const INVALID_TEXT: Self = Self::new(1007, "Invalid UTF-8");
    /// A message from the client was still incomplete after a whole ping interval.
    pub(super) const MESSAGE_TIMEOUT: Self = Self::new(1008, "Message timeout");
    /// A message exceeds the maximum length.
    pub(super) const TOO_LONG: Self = Self::new(1009, "Message too long");
    /// An operation arrived before `connection_init`.
    pub(super) const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    /// The client did not offer the supported subprotocol.
    pub(super) const SUBPROTOCOL_NOT_ACCEPTABLE: Self = Self::new(4406, "Subprotocol not acceptable");
    /// `connection_init` did not arrive in time.
    pub(super) const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    /// `connection_init` arrived twice.
    pub(super) const TOO_MANY_INITS: Self = Self::new(4429, "Too many initialisation requests");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }

    /// Returns the code and reason for a message that violates the subprotocol.
    pub(super) fn invalid_message(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code: 4400, reason: reason.into() }
    }

    /// Returns the code and reason for an operation with the same id as a running operation.
    pub(super) fn already_exists(id: &str) -> Self {
        Self { code: 4409, reason: format!("Subscriber for {id} already exists").into() }
    }

    /// Returns the code and reason for a failed read, or `None` if the client has disconnected.
    pub(super) fn from_error(error: &Error) -> Option<Self> {
        match error {
            // A message longer than the limit of tungstenite.
            Error::Capacity(_) => Some(Self::TOO_LONG),
            Error::Utf8(_) => Some(Self::INVALID_TEXT),
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
            Error::Protocol(_) => Some(Self::PROTOCOL_ERROR),
            _ => None,
        }
    }

    pub(super) fn into_frame(self) -> CloseFrame {
        let mut reason = self.reason.into_owned();
        while reason.len() > MAX_REASON {
            reason.pop();
        }
        CloseFrame { code: self.code.into(), reason: reason.into() }
    }
}

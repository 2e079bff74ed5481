//! Why a connection is closed, in the numbers of the protocol.

use std::borrow::Cow;

use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// A close code with its reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Close {
    code: u16,
    reason: Cow<'static, str>,
}

/// The longest reason, in bytes: a control frame has 125, and the code takes 2.
const MAX_REASON: usize = 123;

impl Close {
    /// The service ends.
    pub(super) const GOING_AWAY: Self = Self::new(1001, "Going away");
    /// A frame is not built or not placed as the transport says.
    const PROTOCOL_ERROR: Self = Self::new(1002, "Protocol error");
    /// A text is not UTF-8.
    const INVALID_TEXT: Self = Self::new(1007, "Invalid UTF-8");
    /// A message began and did not come to its end.
    pub(super) const MESSAGE_TIMEOUT: Self = Self::new(1008, "Message timeout");
    /// A message is longer than any that is taken.
    pub(super) const TOO_LONG: Self = Self::new(1009, "Message too long");
    /// An operation came before the connection was acknowledged.
    pub(super) const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    /// The client asked for a subprotocol that is not spoken here, or for none.
    pub(super) const SUBPROTOCOL_NOT_ACCEPTABLE: Self = Self::new(4406, "Subprotocol not acceptable");
    /// No `connection_init` came in time.
    pub(super) const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    /// A second `connection_init` came.
    pub(super) const TOO_MANY_INITS: Self = Self::new(4429, "Too many initialisation requests");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }

    /// A message that the protocol does not know, or that is not built as it says.
    pub(super) fn invalid_message(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code: 4400, reason: reason.into() }
    }

    /// An operation with that id is still running.
    pub(super) fn already_exists(id: &str) -> Self {
        Self { code: 4409, reason: format!("Subscriber for {id} already exists").into() }
    }

    /// Why nothing more can be read; `None` when the client is gone.
    pub(super) fn of(error: &Error) -> Option<Self> {
        match error {
            // What is longer than the transport itself takes.
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

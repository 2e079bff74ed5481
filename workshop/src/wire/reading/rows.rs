//! The rows of one call packet by packet: socket calls and packets, with notes that explain them.

use serde::Serialize;

/// Text of the row in which `connect` returns.
pub(super) const CONNECTED: &str = "connect returns";

/// Text of a read at the end of the stream.
pub(super) const EOF: &str = "read 0 B (EOF)";

/// A socket call or a packet.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Time since the first row, in nanoseconds.
    pub at_ns: u64,
    /// Lane of the row.
    pub lane: Lane,
    /// The call, or the packet's flags and numbers.
    pub text: String,
    /// For a packet: its direction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<&'static str>,
    /// For a packet: the time at which it arrived since the first row, in nanoseconds. `None` if it was dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrives_ns: Option<u64>,
    /// `true` for a packet that the network dropped.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_dropped: bool,
    /// `true` for a packet that repeats sequence numbers.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_retransmission: bool,
    /// For a packet: its number on the connection, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packet: Option<u64>,
    /// For a packet that is sent again: the number of the packet that it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u64>,
    /// Number of the note that explains the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<usize>,
}

/// A lane of the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// Socket calls of the client.
    Client,
    /// Packets.
    Wire,
    /// Socket calls of the server.
    Server,
}

/// An explanation of a row.
#[derive(Clone, Debug, Serialize)]
pub struct Note {
    /// Stable name of the explanation.
    pub code: &'static str,
    /// The explanation.
    pub text: String,
}

impl Row {
    pub(super) fn new(at_ns: u64, lane: Lane, text: String) -> Self {
        let (is_dropped, is_retransmission) = (false, false);
        let (to, arrives_ns, packet, repeats, note) = (None, None, None, None, None);
        Self { at_ns, lane, text, to, arrives_ns, is_dropped, is_retransmission, packet, repeats, note }
    }
}

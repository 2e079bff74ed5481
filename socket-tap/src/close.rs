//! What is known of a connection at its end.

use serde::{Deserialize, Serialize};

/// The end of a socket: who ended it, what went through, and what the kernel knew of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Close {
    /// Who ended it; `None` for a socket that never carried bytes, such as a listener.
    pub ended_by: Option<EndedBy>,
    /// The operating system's number for the error that ended it; only for [`EndedBy::Reset`] and [`EndedBy::Error`].
    pub errno: Option<i32>,
    /// Our own close was an abort: it told the other side with a RST instead of a FIN, because received bytes were
    /// left unread or `SO_LINGER` was 0. Linux only.
    pub aborted: bool,
    /// What went through it. Exact also when single reads and writes are missing from the recording.
    pub totals: Totals,
    /// The kernel's view, sampled while the socket was still open. Linux only.
    pub tcp: Option<TcpSample>,
}

/// Counts of one connection, or of one datagram socket; there `reads` and `writes` are datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes received.
    pub rx: u64,
    /// Bytes sent.
    pub tx: u64,
    /// Reads that succeeded, the end of stream among them.
    pub reads: u64,
    /// Writes that succeeded.
    pub writes: u64,
}

impl Totals {
    /// Whether nothing went through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndedBy {
    /// We did, before we saw the other side finish.
    Local,
    /// The other side finished sending first (FIN).
    Peer,
    /// The other side tore it down (RST).
    Reset,
    /// Another error of a read or write.
    Error,
}

/// A few fields of the kernel's `TCP_INFO`, see `tcp(7)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TcpSample {
    /// The state of the connection, as `netstat` prints it.
    pub state: String,
    /// Smoothed round-trip time, in microseconds.
    pub rtt_us: u32,
    /// Segments sent again over the connection's life.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retransmits: u32,
    /// Received bytes that the program has not read. What is left at a close makes it an abort.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unread: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

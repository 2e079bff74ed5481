//! The end of a connection: the side that ended it, its totals, and the kernel's view.

use crate::event::string_enum::string_enum;

/// The end of a socket: the side that ended the connection, its totals, and the kernel's view of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Close {
    /// The side that ended the connection; `None` for a socket that never carried bytes, such as a listener.
    pub ended_by: Option<EndedBy>,
    /// The errno of the error that ended the connection; only for [`EndedBy::Reset`] and [`EndedBy::Error`].
    pub errno: Option<i32>,
    /// `true` if the local close was an abort: it sent a RST instead of a FIN, because received bytes were unread or
    /// `SO_LINGER` was 0. Linux only.
    pub aborted: bool,
    /// Bytes and calls over the connection's life. Exact even if reads and writes are missing from the recording.
    pub totals: Totals,
    /// The kernel's view of the connection, sampled while the socket was still open. Linux only.
    pub tcp: Option<TcpSample>,
}

impl Close {
    /// Creates the end of a connection that carried no bytes.
    ///
    /// ```
    /// use socket_tap::close::{Close, EndedBy, Totals};
    ///
    /// let totals = Totals::default().with_reads(2, 85).with_writes(1, 175);
    /// let close = Close::new(EndedBy::Peer).with_totals(totals);
    /// assert_eq!((close.totals.rx, close.totals.tx), (85, 175));
    /// ```
    #[must_use]
    pub fn new(ended_by: EndedBy) -> Self {
        Self { ended_by: Some(ended_by), ..Self::default() }
    }

    /// Sets the totals.
    #[must_use]
    pub fn with_totals(mut self, totals: Totals) -> Self {
        self.totals = totals;
        self
    }
}

/// Totals of one connection or datagram socket. For a datagram socket `reads` and `writes` count datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Bytes received.
    pub rx: u64,
    /// Bytes sent.
    pub tx: u64,
    /// Successful reads, including the end of stream.
    pub reads: u64,
    /// Successful writes.
    pub writes: u64,
}

impl Totals {
    /// Sets the number of reads, and the bytes that they received.
    #[must_use]
    pub fn with_reads(mut self, reads: u64, bytes: u64) -> Self {
        (self.reads, self.rx) = (reads, bytes);
        self
    }

    /// Sets the number of writes, and the bytes that they sent.
    #[must_use]
    pub fn with_writes(mut self, writes: u64, bytes: u64) -> Self {
        (self.writes, self.tx) = (writes, bytes);
        self
    }

    /// Returns `true` if all counts are zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The side that ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndedBy {
    /// The program, before it saw the peer finish.
    Local,
    /// The peer: it finished sending first (FIN).
    Peer,
    /// The peer: it reset the connection (RST).
    Reset,
    /// Neither: a read or write failed with another error.
    Error,
}

impl EndedBy {
    /// Returns the name that a trace uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Peer => "peer",
            Self::Reset => "reset",
            Self::Error => "error",
        }
    }
}

/// A few fields of the kernel's `TCP_INFO`, see `tcp(7)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcpSample {
    /// The state of the connection.
    pub state: TcpState,
    /// Smoothed round-trip time, in microseconds.
    pub rtt_us: u32,
    /// Retransmitted segments over the connection's life.
    pub retransmits: u32,
    /// Received bytes that the program has not read. If there are any, a close is an abort.
    pub unread: u32,
}

impl TcpSample {
    /// Creates a sample of a connection without retransmissions and unread bytes. `rtt_us` is in microseconds.
    #[must_use]
    pub fn new(state: TcpState, rtt_us: u32) -> Self {
        Self { state, rtt_us, retransmits: 0, unread: 0 }
    }
}

string_enum! {
    /// The state of a TCP connection (RFC 9293, section 3.3.2), with the names that `netstat(8)` prints.
    TcpState {
        /// Both sides can send data.
        Established = "ESTABLISHED",
        /// The local SYN is sent.
        SynSent = "SYN_SENT",
        /// The peer's SYN has arrived, and the local SYN is sent.
        SynRecv = "SYN_RECV",
        /// The local FIN is sent and not acknowledged.
        FinWait1 = "FIN_WAIT1",
        /// The local FIN is acknowledged; the peer has not finished.
        FinWait2 = "FIN_WAIT2",
        /// Both sides have finished; the socket waits for late segments.
        TimeWait = "TIME_WAIT",
        /// The connection does not exist, or no longer exists.
        Close = "CLOSE",
        /// The peer has finished; the program has not.
        CloseWait = "CLOSE_WAIT",
        /// The peer has finished; the local FIN is sent and not acknowledged.
        LastAck = "LAST_ACK",
        /// The socket waits for connections.
        Listen = "LISTEN",
        /// Both FINs are sent; the local one is not acknowledged.
        Closing = "CLOSING",
    }
}

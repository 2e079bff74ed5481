//! What is known of a connection at its end.

use crate::event::string_enum::string_enum;

/// The end of a socket: who ended it, what went through, and what the kernel knew of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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

impl Close {
    /// The end of a connection that carried nothing.
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

    /// The same with what went through.
    #[must_use]
    pub fn with_totals(mut self, totals: Totals) -> Self {
        self.totals = totals;
        self
    }
}

/// Counts of one connection, or of one datagram socket; there `reads` and `writes` are datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
    /// The same with so many reads, and the bytes that they brought.
    #[must_use]
    pub fn with_reads(mut self, reads: u64, bytes: u64) -> Self {
        (self.reads, self.rx) = (reads, bytes);
        self
    }

    /// The same with so many writes, and the bytes that they took.
    #[must_use]
    pub fn with_writes(mut self, writes: u64, bytes: u64) -> Self {
        (self.writes, self.tx) = (writes, bytes);
        self
    }

    /// Whether nothing went through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

impl EndedBy {
    /// Its name, as in a trace.
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
    /// Segments sent again over the connection's life.
    pub retransmits: u32,
    /// Received bytes that the program has not read. What is left at a close makes it an abort.
    pub unread: u32,
}

impl TcpSample {
    /// A connection in that state, with nothing sent again and nothing unread.
    #[must_use]
    pub fn new(state: TcpState, rtt_us: u32) -> Self {
        Self { state, rtt_us, retransmits: 0, unread: 0 }
    }
}

string_enum! {
    /// The state of a TCP connection (RFC 9293, section 3.3.2), by the names that `netstat(8)` prints.
    TcpState {
        /// Data goes both ways.
        Established = "ESTABLISHED",
        /// Our SYN is sent.
        SynSent = "SYN_SENT",
        /// A SYN has come, and ours is sent.
        SynRecv = "SYN_RECV",
        /// Our FIN is sent, and not acknowledged.
        FinWait1 = "FIN_WAIT1",
        /// Our FIN is acknowledged; the other side has not finished.
        FinWait2 = "FIN_WAIT2",
        /// Both sides have finished; late segments are waited for.
        TimeWait = "TIME_WAIT",
        /// There is no connection, or no longer.
        Close = "CLOSE",
        /// The other side has finished; we have not.
        CloseWait = "CLOSE_WAIT",
        /// The other side has finished, and our FIN is sent and not acknowledged.
        LastAck = "LAST_ACK",
        /// It waits for connections.
        Listen = "LISTEN",
        /// Both FINs are sent, and ours is not acknowledged.
        Closing = "CLOSING",
    }
}

//! The `close` event of a socket: the side that ended the connection, the byte and call totals, and the
//! kernel's TCP state.

use crate::event::string_enum::string_enum;

/// The details of a `close` event: the side that ended the connection, the totals, and a sample of the
/// kernel's TCP state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Close {
    /// The side that ended the connection. `None` for listeners and datagram sockets. Also `None` if the tap
    /// stopped recording a stream before either side ended it (see
    /// [`Op::Release`](crate::event::Op::Release)).
    pub ended_by: Option<EndedBy>,
    /// The errno of the error that ended the connection; only for [`EndedBy::Reset`] and [`EndedBy::Error`].
    pub errno: Option<i32>,
    /// `true` if the local close sent a RST instead of a FIN, because received bytes were unread or
    /// `SO_LINGER` was 0. Linux only.
    pub aborted: bool,
    /// Byte and call totals of the whole connection. Exact even if the recorder dropped reads and writes.
    pub totals: Totals,
    /// The kernel's state of the TCP connection, sampled just before the close. Linux only.
    pub tcp: Option<TcpSample>,
}

impl Close {
    /// Creates the details of a close by the given side, with all totals 0.
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

    /// Sets the byte and call totals.
    #[must_use]
    pub fn with_totals(mut self, totals: Totals) -> Self {
        self.totals = totals;
        self
    }
}

/// Byte and call totals of one connection or datagram socket. For a datagram socket `reads` and `writes`
/// count datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Number of received bytes.
    pub rx: u64,
    /// Number of sent bytes.
    pub tx: u64,
    /// Number of successful reads, including those that reported the end of stream.
    pub reads: u64,
    /// Number of successful writes.
    pub writes: u64,
}

impl Totals {
    /// Sets the number of reads, and the number of bytes that they received.
    #[must_use]
    pub fn with_reads(mut self, reads: u64, bytes: u64) -> Self {
        (self.reads, self.rx) = (reads, bytes);
        self
    }

    /// Sets the number of writes, and the number of bytes that they sent.
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

/// The side that ended a connection, or the kind of error that ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndedBy {
    /// The program ended the connection, before it saw that the peer had finished sending.
    Local,
    /// The peer ended the connection: it finished sending before the program did (FIN).
    Peer,
    /// The peer reset the connection (RST).
    Reset,
    /// The connection failed with an error other than a reset.
    Error,
}

impl EndedBy {
    /// Returns the value of the trace field `ended_by`: `local`, `peer`, `reset` or `error`.
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

/// State, round-trip time and counters of a TCP connection, as the kernel reports them (`TCP_INFO` and
/// `FIONREAD`, see `tcp(7)`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcpSample {
    /// State of the connection.
    pub state: TcpState,
    /// Smoothed round-trip time, in microseconds.
    pub rtt_us: u32,
    /// Number of segments that were retransmitted since the connection began.
    pub retransmits: u32,
    /// Number of received bytes that the program has not read. If it is not 0, closing the connection sends a
    /// RST.
    pub unread: u32,
}

impl TcpSample {
    /// Creates a sample without retransmissions and unread bytes. `rtt_us` is the round-trip time in
    /// microseconds.
    #[must_use]
    pub fn new(state: TcpState, rtt_us: u32) -> Self {
        Self { state, rtt_us, retransmits: 0, unread: 0 }
    }
}

string_enum! {
    /// The state of a TCP connection (RFC 9293, section 3.3.2). Its text form is the name that `netstat(8)`
    /// prints.
    TcpState {
        /// Both sides can send data.
        Established = "ESTABLISHED",
        /// The local SYN is sent.
        SynSent = "SYN_SENT",
        /// The peer's SYN has arrived, and the local SYN is sent.
        SynRecv = "SYN_RECV",
        /// The local FIN is sent, but the peer has not acknowledged it.
        FinWait1 = "FIN_WAIT1",
        /// The peer has acknowledged the local FIN, but has not sent its own.
        FinWait2 = "FIN_WAIT2",
        /// Both FINs are sent and acknowledged; the socket waits for late segments.
        TimeWait = "TIME_WAIT",
        /// The socket has no connection, either because none was opened or because it has ended.
        Close = "CLOSE",
        /// The peer's FIN has arrived; the local FIN is not sent.
        CloseWait = "CLOSE_WAIT",
        /// The peer's FIN has arrived; the local FIN is sent but not acknowledged.
        LastAck = "LAST_ACK",
        /// The socket listens for connections.
        Listen = "LISTEN",
        /// Both FINs are sent, but the peer has not acknowledged the local one.
        Closing = "CLOSING",
    }
}

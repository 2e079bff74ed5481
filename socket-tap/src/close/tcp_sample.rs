//! A sample of the kernel's state of a TCP connection.

use crate::event::string_enum::string_enum;

/// State, round-trip time and counters of a TCP connection, as the kernel reports them (`TCP_INFO` and
/// `FIONREAD`, see `tcp(7)` and `tcp_info` in Linux's `linux/tcp.h`).
///
/// A number that the kernel does not report is 0. Linux before 4.10 does not report the busy times, and before
/// 4.19 not all of the other numbers. The times have the resolution of the kernel's timer, 1 to 10 ms.
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
    /// Mean deviation of the round-trip time, in microseconds (RFC 6298, `RTTVAR`).
    pub rtt_var_us: u32,
    /// Smallest round-trip time of the last minutes, in microseconds.
    pub min_rtt_us: u32,
    /// Congestion window, in segments.
    pub cwnd: u32,
    /// Maximum size of a sent segment, in bytes.
    pub mss: u32,
    /// Path MTU: the size of the largest packet that the path carries in one piece, in bytes.
    pub pmtu: u32,
    /// Number of segments that are sent and not acknowledged.
    pub unacked: u32,
    /// Number of bytes that the program has written and the kernel has not sent yet.
    pub unsent: u32,
    /// Number of unacknowledged segments that the kernel considers lost.
    pub lost: u32,
    /// Number of times that the kernel detected reordered segments.
    pub reordered: u32,
    /// Number of segments with data that arrived at the peer, including retransmitted ones. A SYN counts as one.
    pub delivered: u32,
    /// Number of segments that were sent, including acknowledgements and retransmissions.
    pub segs_out: u32,
    /// Number of segments that were received.
    pub segs_in: u32,
    /// Number of bytes that the peer has acknowledged. A SYN and a FIN count as one byte each.
    pub bytes_acked: u64,
    /// Number of bytes that arrived and were acknowledged. A FIN counts as one byte.
    pub bytes_received: u64,
    /// Time in which the connection had data to send or unacknowledged data, in microseconds. It includes the
    /// two times below.
    pub busy_us: u64,
    /// Part of `busy_us` in which the peer's receive window was full, in microseconds.
    pub rwnd_limited_us: u64,
    /// Part of `busy_us` in which the local send buffer was too small, in microseconds.
    pub sndbuf_limited_us: u64,
}

impl TcpSample {
    /// Creates a sample in which all numbers except the round-trip time are 0. `rtt_us` is the round-trip time
    /// in microseconds.
    #[must_use]
    pub fn new(state: TcpState, rtt_us: u32) -> Self {
        Self {
            state,
            rtt_us,
            retransmits: 0,
            unread: 0,
            rtt_var_us: 0,
            min_rtt_us: 0,
            cwnd: 0,
            mss: 0,
            pmtu: 0,
            unacked: 0,
            unsent: 0,
            lost: 0,
            reordered: 0,
            delivered: 0,
            segs_out: 0,
            segs_in: 0,
            bytes_acked: 0,
            bytes_received: 0,
            busy_us: 0,
            rwnd_limited_us: 0,
            sndbuf_limited_us: 0,
        }
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

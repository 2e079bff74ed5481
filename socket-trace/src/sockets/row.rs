//! A row of the socket table.

use std::net::SocketAddr;

use serde::Serialize;

/// A row of the socket table: one socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Protocol of the socket.
    pub proto: Proto,
    /// Number of bytes received but not read by the program. For a listening socket: number of connections
    /// not yet accepted.
    pub recv_queue: u32,
    /// Number of bytes sent but not acknowledged by the peer.
    pub send_queue: u32,
    /// Maximum number of connections that a listening socket queues for accept; `None` if it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog: Option<u32>,
    /// Local address of the socket.
    pub local: SocketAddr,
    /// Address of the peer; all zero if the socket has no peer.
    pub foreign: SocketAddr,
    /// TCP state of the socket. A connected UDP socket has [`State::Established`], any other UDP socket
    /// `None`.
    pub state: Option<State>,
    /// A process that has the socket open. `None` if no process has it open, as in TIME_WAIT, or if the
    /// process belongs to another user.
    pub process: Option<Process>,
    /// `true` if a process has the socket open, even one of another user.
    pub owned: bool,
}

/// A process that has a socket open. If several processes have it open, one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Process {
    /// Id of the process.
    pub pid: u32,
    /// Name of the process: the first 15 bytes, as the kernel stores it.
    pub name: String,
}

/// Protocol of a socket, as named by netstat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Proto {
    /// TCP over IPv4.
    Tcp,
    /// TCP over IPv6, or over both IPv6 and IPv4.
    Tcp6,
    /// UDP over IPv4.
    Udp,
    /// UDP over IPv6, or over both IPv6 and IPv4.
    Udp6,
}

impl Proto {
    /// Returns the name of the protocol, as printed by netstat.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Tcp6 => "tcp6",
            Self::Udp => "udp",
            Self::Udp6 => "udp6",
        }
    }
}

/// The states of a TCP connection (RFC 9293, 3.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the function `meaning` describes each state")]
pub enum State {
    Listen,
    SynSent,
    SynRecv,
    Established,
    #[serde(rename = "FIN_WAIT1")]
    FinWait1,
    #[serde(rename = "FIN_WAIT2")]
    FinWait2,
    CloseWait,
    LastAck,
    Closing,
    TimeWait,
    Close,
}

impl State {
    /// Returns the name of the state, as printed by netstat.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Listen => "LISTEN",
            Self::SynSent => "SYN_SENT",
            Self::SynRecv => "SYN_RECV",
            Self::Established => "ESTABLISHED",
            Self::FinWait1 => "FIN_WAIT1",
            Self::FinWait2 => "FIN_WAIT2",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::Closing => "CLOSING",
            Self::TimeWait => "TIME_WAIT",
            Self::Close => "CLOSE",
        }
    }

    /// Explains the state, for the legend of the table.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Listen => {
                "accepts connections. Recv-Q: connections that await accept; Send-Q: how many may wait (the backlog)"
            }
            Self::SynSent => "a connection was requested (SYN); the peer has not responded yet",
            Self::SynRecv => {
                "a peer requested a connection, and the kernel responded; the handshake is not finished"
            }
            Self::Established => {
                "open in both directions. Recv-Q: bytes received but not read by the program; Send-Q: bytes \
                 written but not acknowledged by the peer"
            }
            Self::FinWait1 => "this side has finished sending (FIN); the peer has not acknowledged it yet",
            Self::FinWait2 => {
                "this side has finished sending; the peer has acknowledged that, but has not finished sending"
            }
            Self::CloseWait => {
                "the peer has finished sending (FIN), but the program has not closed its socket; the state lasts \
                 until it does"
            }
            Self::LastAck => {
                "both sides have finished sending, the peer first; the FIN of this side is not acknowledged yet"
            }
            Self::Closing => {
                "both sides have finished sending at the same time; the FIN of this side is not acknowledged yet"
            }
            Self::TimeWait => {
                "closed. The side that closed first reserves the two addresses for twice the maximum lifetime of a \
                 segment (60 s on Linux), so that a late segment cannot reach a new connection. No process has \
                 the socket open"
            }
            Self::Close => "not connected",
        }
    }
}

//! One socket of the machine.

use std::net::SocketAddr;

use serde::Serialize;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What it speaks.
    pub proto: Proto,
    /// Bytes that were received and not read; of a listening socket, connections that wait to be accepted.
    pub recv_queue: u32,
    /// Bytes that were sent and not acknowledged.
    pub send_queue: u32,
    /// Of a listening socket: how many connections may wait; `None` when the kernel does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog: Option<u32>,
    /// Its own address.
    pub local: SocketAddr,
    /// The other side's; all zero when there is none.
    pub foreign: SocketAddr,
    /// Where it is in its life; `None` for UDP, which has none, unless it is connected.
    pub state: Option<State>,
    /// Who has it open. `None` when nobody has, as in TIME_WAIT, or when we may not know.
    pub process: Option<Process>,
    /// Some process has it open, whether or not we may know which.
    pub owned: bool,
}

/// A process that has a socket open; the first, when there are several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// Its name, as the kernel keeps it: the first 15 bytes.
    pub name: String,
}

/// What a socket speaks, as netstat names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Proto {
    /// TCP over IPv4.
    Tcp,
    /// TCP over IPv6; and over IPv4, when the socket takes both.
    Tcp6,
    /// UDP over IPv4.
    Udp,
    /// UDP over IPv6, or both.
    Udp6,
}

impl Proto {
    /// Its name.
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
#[expect(missing_docs, reason = "`meaning` says what each is")]
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
    /// Its name, as netstat prints it.
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

    /// What it means, for the legend.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Listen => {
                "takes connections. Recv-Q: finished handshakes that wait for accept; Send-Q: how many may wait (the \
                 backlog)"
            }
            Self::SynSent => "we asked for a connection (SYN), and nobody has answered yet",
            Self::SynRecv => "we were asked for a connection and answered; the handshake is not finished",
            Self::Established => {
                "open on both sides. Recv-Q: bytes received and not read by the program; Send-Q: bytes written and \
                 not acknowledged by the peer"
            }
            Self::FinWait1 => "we have finished sending (FIN); the peer has not acknowledged that yet",
            Self::FinWait2 => "we have finished sending, and the peer knows; it has not finished yet",
            Self::CloseWait => {
                "the peer has finished sending (FIN), and our program has not closed yet: it lasts for as long as the \
                 program waits"
            }
            Self::LastAck => "the peer had finished, now we have, too; our FIN is not acknowledged yet",
            Self::Closing => "both sides have finished at the same time; our FIN is not acknowledged yet",
            Self::TimeWait => {
                "over. The side that closed first keeps the two addresses to itself for twice the longest life of a \
                 segment (60 s on Linux), so that a late one reaches no new connection. No process has it open"
            }
            Self::Close => "not connected",
        }
    }
}

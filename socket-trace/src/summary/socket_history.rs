//! The socket calls on one socket, from its opening to its close.

use socket_tap::close::{Close, EndedBy};
use socket_tap::event::{Event, Op, SockId, SocketKind};
use socket_tap::format::Side;

use super::role::Role;

mod observe;

/// Direction of the first read or write with data on a connection, as seen by the recording side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstTransfer {
    /// The peer sent first.
    Read,
    /// The recording side sent first.
    Write,
}

/// Maximum number of socket calls and failures that are kept for one socket. It is limited because a trace
/// may contain any number of them.
pub(super) const MAX_CALLS: usize = 32;

/// The socket calls on one socket, as far as the trace has been read.
#[derive(Clone, Debug, Default)]
pub struct SocketHistory {
    /// The socket calls that opened the socket, in order.
    pub opening: Vec<OpeningCall>,
    /// `true` if the program called bind or listen, even if the call failed.
    pub listens: bool,
    /// `true` if the socket has accepted a connection.
    pub accepts: bool,
    /// Kind of the socket, as stated by the event that created or adopted it.
    pub class: SocketClass,
    /// Number of reads that returned bytes.
    pub reads: u64,
    /// Number of writes that sent bytes.
    pub writes: u64,
    /// Number of times that the program shut down the sending half of the socket.
    pub shutdowns: u64,
    /// Name and error of each failed socket call, e.g. `read fails: interrupted`. Consecutive equal failures
    /// are listed once. A read that fails with a reset after a shutdown is in
    /// [`reset_after_shutdown`](Self::reset_after_shutdown) instead.
    pub failures: Vec<String>,
    /// `true` if a read failed after the program's shutdown, because the peer had reset the connection.
    pub reset_after_shutdown: bool,
    /// Time at which the socket was connected (by `accept`, `connect` or `adopt`), in nanoseconds since the
    /// recording began.
    pub opened: Option<u64>,
    /// Direction of the first read or write with data, and its time in nanoseconds since the recording began.
    pub first: Option<(FirstTransfer, u64)>,
    /// Time of the first read or write with data in the opposite direction, in nanoseconds since the
    /// recording began.
    pub answered: Option<u64>,
    /// Totals of the connection, from its `close` event, or from its `release` event if the tap stopped
    /// recording it earlier.
    pub closed: Option<Close>,
    /// `true` if the program took the open socket back from the tap with `into_inner`: the trace then has a
    /// `release` event instead of `close`.
    pub released: bool,
}

/// Kind of a socket, as stated by the event that created or adopted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SocketClass {
    /// A stream socket, which may also become a listener.
    #[default]
    Stream,
    /// A listener that existed before the recording and was adopted.
    Listener,
    /// A stream on top of another stream, such as TLS on TCP.
    Layer,
    /// A datagram socket.
    Datagram,
}

/// A socket call that opens a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpeningCall {
    /// `socket(2)`
    Socket,
    /// `bind(2)`
    Bind,
    /// `listen(2)`
    Listen,
    /// `accept(2)`
    Accept,
    /// `connect(2)`
    Connect,
    /// Adoption of a socket that was open before the recording began.
    Adopt,
}

impl SocketHistory {
    /// Returns the role of the socket in a recording made by `side`. If the opening of a connection is
    /// missing, its role is derived from `side`.
    #[must_use]
    pub fn role(&self, side: Side) -> Role {
        let has = |call| self.opening.contains(&call);
        match side {
            _ if self.class == SocketClass::Datagram => Role::Datagram,
            _ if self.class == SocketClass::Layer => Role::Layer,
            _ if self.class == SocketClass::Listener => Role::Listener,
            _ if has(OpeningCall::Accept) => Role::Accepted,
            _ if has(OpeningCall::Connect) && side == Side::Server => Role::Upstream,
            _ if has(OpeningCall::Connect) => Role::Connected,
            _ if self.listens || self.accepts => Role::Listener,
            Side::Server => Role::Accepted,
            Side::Client | Side::Wire => Role::Connected,
        }
    }

    /// Returns the recorded end of the connection: client or server. `recorded` is the side that made the
    /// whole recording. The two differ, for example, if a server connects to another server.
    #[must_use]
    pub fn side(&self, recorded: Side) -> Side {
        match self.role(recorded) {
            Role::Accepted => Side::Server,
            Role::Connected | Role::Upstream => Side::Client,
            Role::Listener | Role::Layer | Role::Datagram => recorded,
        }
    }

    /// Returns `true` if the program closed the socket without using it: at most, it had bound it to an address.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        let prepares = |call: &OpeningCall| matches!(call, OpeningCall::Socket | OpeningCall::Bind);
        let moves_nothing = self.reads == 0 && self.writes == 0 && self.shutdowns == 0;
        moves_nothing
            && self.closed.is_some()
            && self.failures.is_empty()
            && self.opening.iter().all(prepares)
    }

    /// Returns `false` if the socket ended with a reset, an error or a local abort; `true` if it ended
    /// otherwise or is open.
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        let unclean =
            |close: &Close| close.aborted || matches!(close.ended_by, Some(EndedBy::Reset | EndedBy::Error));
        !self.closed.as_ref().is_some_and(unclean)
    }

    /// Returns what ended the connection: `client` or `server` if one of them closed it, else the value of
    /// `ended_by` in the `close` event. `None` while it is open. `side` is the recorded end of the
    /// connection.
    #[must_use]
    pub fn ended_by(&self, side: Side) -> Option<&'static str> {
        let (local, peer) = match side {
            Side::Server => ("server", "client"),
            Side::Client | Side::Wire => ("client", "server"),
        };
        self.closed.as_ref()?.ended_by.map(|ended_by| match ended_by {
            EndedBy::Local => local,
            EndedBy::Peer => peer,
            other => other.name(),
        })
    }

    /// Returns the side that sent the first byte: `client` or `server`. `None` before the first byte. `side`
    /// is the recorded end of the connection.
    #[must_use]
    pub fn first_sender(&self, side: Side) -> Option<&'static str> {
        self.first.map(|(first, _)| match (side, first) {
            (Side::Server, FirstTransfer::Write) | (Side::Client | Side::Wire, FirstTransfer::Read) => {
                "server"
            }
            (Side::Server, FirstTransfer::Read) | (Side::Client | Side::Wire, FirstTransfer::Write) => {
                "client"
            }
        })
    }

    /// Returns the time from the client's first byte to the server's first byte, in nanoseconds.
    ///
    /// `None` if the server sent first, because its first byte is then not a response.
    #[must_use]
    pub fn first_byte_ns(&self, side: Side) -> Option<u64> {
        let (_, sent) = self.first?;
        let answered = self.answered.filter(|_| self.first_sender(side) == Some("client"));
        answered.map(|answered| answered.saturating_sub(sent))
    }
}

/// If the event is a successful accept, returns the listening socket; else `None`.
pub(super) fn accepting_listener(event: &Event) -> Option<SockId> {
    match event.op {
        Op::Accept { on, .. } if event.error.is_none() => Some(on),
        _ => None,
    }
}

/// Returns `true` if the event is a `connect` in the recording of a server: it leads to another server, such
/// as a database. `side` is the side that made the recording.
pub(crate) fn opens_upstream(event: &Event, side: Side) -> bool {
    side == Side::Server && matches!(event.op, Op::Connect { .. })
}

/// Returns `true` if the event opens a connection. A stream on top of another one is not a connection.
pub(crate) fn opens_connection(event: &Event) -> bool {
    event.error.is_none()
        && match &event.op {
            Op::Accept { .. } | Op::Connect { .. } => true,
            Op::Adopt { kind, on, .. } => *kind == SocketKind::Stream && on.is_none(),
            _ => false,
        }
}

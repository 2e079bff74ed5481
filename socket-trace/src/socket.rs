//! What one socket did from its making to its close.

use serde::Serialize;
use socket_tap::close::{Close, EndedBy};
use socket_tap::event::{Event, Op, SockId, SocketKind};
use socket_tap::format::Side;

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It takes connections.
    Listener,
    /// A connection, as the side that accepted it has it.
    Accepted,
    /// A connection, as the side that made it has it.
    Connected,
    /// A stream above one that is recorded, too, such as TLS: its bytes are another form of that one's.
    Layer,
    /// It sends and receives datagrams.
    Datagram,
}

impl Role {
    /// For a heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Listener => "the server's listening socket",
            Self::Accepted => "a connection, server side",
            Self::Connected => "a connection, client side",
            Self::Layer => "a stream above another",
            Self::Datagram => "a datagram socket",
        }
    }
}

/// Which way the first byte of a connection went, as the recording side sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// The other side spoke first.
    Read,
    /// The recording side spoke first.
    Write,
}

/// No socket takes more calls to come to be. What a trace says may be anything, and is not kept without end.
pub(crate) const MOST_CALLS: usize = 32;

/// A socket's life so far.
#[derive(Clone, Debug, Default)]
pub struct Socket {
    /// Its first events, in order, without transfers and options: how it came to be.
    pub opening: Vec<Opening>,
    /// Whether it was to listen, also when that failed.
    pub listens: bool,
    /// Whether it has taken a connection.
    pub accepts: bool,
    /// What it was said to be when it was made or adopted.
    pub kind: Kind,
    /// Successful reads and writes that moved bytes.
    pub reads: u64,
    /// Writes that moved bytes.
    pub writes: u64,
    /// How often its sending half was shut down.
    pub shutdowns: u64,
    /// Operations that failed, with the reason; one that failed several times in a row once.
    pub failures: Vec<String>,
    /// When it became a connection.
    pub opened: Option<u64>,
    /// Who spoke first, and when.
    pub first: Option<(First, u64)>,
    /// When the first byte went the other way.
    pub answered: Option<u64>,
    /// Its end.
    pub closed: Option<Close>,
    /// Its end is not its close: the tap let go of it before.
    pub released: bool,
}

/// What a socket is by the event that made it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A stream, or something that will become one or take some.
    #[default]
    Stream,
    /// A listener that was there already.
    Listener,
    /// A stream above another.
    Layer,
    /// A datagram socket.
    Datagram,
}

/// A call that makes a socket what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
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
    /// It was there before the recording.
    Adopt,
}

impl Socket {
    /// Takes in one of its events.
    pub fn observe(&mut self, event: &Event) {
        self.listens |= matches!(event.op, Op::Bind { .. } | Op::Listen { .. });
        if let Some(error) = &event.error {
            return self.failed(event.op.name(), &error.reason);
        }
        match &event.op {
            Op::Socket { kind, .. } => {
                self.opened_by(Opening::Socket);
                self.kind = kind_of(kind, None);
            }
            Op::Adopt { kind, on, .. } => {
                self.opened_by(Opening::Adopt);
                self.kind = kind_of(kind, *on);
                self.opened = Some(event.t);
            }
            Op::Bind { .. } => self.opened_by(Opening::Bind),
            Op::Listen { .. } => self.opened_by(Opening::Listen),
            Op::Accept { .. } => {
                self.opened_by(Opening::Accept);
                self.opened = Some(event.t);
            }
            Op::Connect { .. } => {
                self.opened_by(Opening::Connect);
                self.opened = Some(event.t);
            }
            Op::Read(transfer) if transfer.bytes > 0 => {
                self.reads += 1;
                self.moved(First::Read, event.t);
            }
            Op::Write(transfer) if transfer.bytes > 0 => {
                self.writes += 1;
                self.moved(First::Write, event.t);
            }
            Op::RecvFrom(_) => {
                self.kind = Kind::Datagram;
                self.reads += 1;
            }
            Op::SendTo(_) => {
                self.kind = Kind::Datagram;
                self.writes += 1;
            }
            Op::Shutdown => self.shutdowns += 1,
            Op::Close(close) => self.closed = Some((**close).clone()),
            Op::Release(close) => {
                self.closed = Some((**close).clone());
                self.released = true;
            }
            _ => {}
        }
    }

    fn opened_by(&mut self, opening: Opening) {
        if self.opening.len() < MOST_CALLS {
            self.opening.push(opening);
        }
    }

    /// What fails again and again counts once.
    fn failed(&mut self, name: &str, reason: &str) {
        if self.failures.len() < MOST_CALLS {
            self.failures.push(format!("{name} fails: {reason}"));
            self.failures.dedup();
        }
    }

    fn moved(&mut self, way: First, t: u64) {
        match self.first {
            None => self.first = Some((way, t)),
            Some((first, _)) if first != way => {
                self.answered.get_or_insert(t);
            }
            Some(_) => {}
        }
    }

    /// What it is for. A connection whose making is missing in the recording is on the recording's side.
    #[must_use]
    pub fn role(&self, side: Side) -> Role {
        let has = |opening| self.opening.contains(&opening);
        match side {
            _ if self.kind == Kind::Datagram => Role::Datagram,
            _ if self.kind == Kind::Layer => Role::Layer,
            _ if self.kind == Kind::Listener => Role::Listener,
            _ if has(Opening::Accept) => Role::Accepted,
            _ if has(Opening::Connect) => Role::Connected,
            _ if self.listens || self.accepts => Role::Listener,
            Side::Server => Role::Accepted,
            Side::Client => Role::Connected,
        }
    }

    /// Which side of the connection the recording has: a server may connect, too.
    #[must_use]
    pub fn side(&self, recorded: Side) -> Side {
        match self.role(recorded) {
            Role::Accepted => Side::Server,
            Role::Connected => Side::Client,
            Role::Listener | Role::Layer | Role::Datagram => recorded,
        }
    }

    /// Whether it ended as it should: not by a reset, an error, or an abort of ours.
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        let unclean =
            |close: &Close| close.aborted || matches!(close.ended_by, Some(EndedBy::Reset | EndedBy::Error));
        !self.closed.as_ref().is_some_and(unclean)
    }

    /// Who ended the connection, in words that hold for both sides.
    #[must_use]
    pub fn ended_by(&self, side: Side) -> Option<&'static str> {
        let ours = match side {
            Side::Server => ("server", "client"),
            Side::Client => ("client", "server"),
        };
        self.closed.as_ref()?.ended_by.map(|ended_by| match ended_by {
            EndedBy::Local => ours.0,
            EndedBy::Peer => ours.1,
            other => other.name(),
        })
    }

    /// Who spoke first, in words that hold for both sides.
    #[must_use]
    pub fn spoke_first(&self, side: Side) -> Option<&'static str> {
        self.first.map(|(first, _)| match (side, first) {
            (Side::Server, First::Write) | (Side::Client, First::Read) => "server",
            (Side::Server, First::Read) | (Side::Client, First::Write) => "client",
        })
    }

    /// From the client's first byte to the first byte of the server, in nanoseconds. `None` when the server spoke
    /// first: then its first byte answers nothing.
    #[must_use]
    pub fn first_byte_ns(&self, side: Side) -> Option<u64> {
        let (first, spoke) = self.first?;
        let client_first =
            matches!((side, first), (Side::Server, First::Read) | (Side::Client, First::Write));
        self.answered.filter(|_| client_first).map(|answered| answered.saturating_sub(spoke))
    }
}

fn kind_of(kind: &SocketKind, on: Option<SockId>) -> Kind {
    match (kind, on) {
        (SocketKind::Listener, _) => Kind::Listener,
        (SocketKind::Datagram, _) => Kind::Datagram,
        (_, Some(_)) => Kind::Layer,
        _ => Kind::Stream,
    }
}

/// The listening socket that an event speaks of, when it is an accept.
pub(crate) fn accepted_on(event: &Event) -> Option<SockId> {
    match event.op {
        Op::Accept { on, .. } if event.error.is_none() => Some(on),
        _ => None,
    }
}

/// Whether the event opens a connection. A stream above another is none.
pub(crate) fn opens_connection(event: &Event) -> bool {
    event.error.is_none()
        && match &event.op {
            Op::Accept { .. } | Op::Connect { .. } => true,
            Op::Adopt { kind, on, .. } => *kind == SocketKind::Stream && on.is_none(),
            _ => false,
        }
}

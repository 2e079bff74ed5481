//! What bytes are spent on, each way.

use serde::Serialize;
use socket_tap::event::{Event, Op};
use socket_tap::format::Side;

use socket_dissect::{Budget, Class, Part};

/// Bytes, by what they are spent on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// On the connection itself, and on no call.
    pub connection: u64,
    /// On saying where things begin and end.
    pub framing: u64,
    /// On saying what messages are about.
    pub headers: u64,
    /// On the messages themselves, and on the encrypted data of TLS.
    pub payload: u64,
    /// On TLS: headers of records, handshake, alerts. In JSON only where there is any.
    #[serde(skip_serializing_if = "is_zero")]
    pub tls: u64,
    /// That is not known.
    pub unknown: u64,
}

impl Bytes {
    /// Adds bytes of that class. What a trace says may be anything: a sum stops at the most that there is.
    pub fn add(&mut self, class: Class, bytes: u64) {
        let sum = self.of(class);
        *sum = sum.saturating_add(bytes);
    }

    /// Takes bytes of that class away, as many as there are.
    pub(crate) fn take(&mut self, class: Class, bytes: u64) {
        let sum = self.of(class);
        *sum = sum.saturating_sub(bytes);
    }

    fn of(&mut self, class: Class) -> &mut u64 {
        match class {
            Class::Connection => &mut self.connection,
            Class::Framing => &mut self.framing,
            Class::Headers => &mut self.headers,
            Class::Payload => &mut self.payload,
            Class::Tls => &mut self.tls,
            Class::Unknown => &mut self.unknown,
        }
    }

    /// Adds parts of a read or write.
    pub(crate) fn add_parts<'a>(&mut self, parts: impl IntoIterator<Item = &'a Part>) {
        for part in parts {
            self.add(part.class, part.bytes);
        }
    }

    /// Adds all of another.
    pub fn add_all(&mut self, other: &Self) {
        for (class, bytes) in other.by_class() {
            self.add(class, bytes);
        }
    }

    /// What is left without another's.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self {
            connection: self.connection.saturating_sub(other.connection),
            framing: self.framing.saturating_sub(other.framing),
            headers: self.headers.saturating_sub(other.headers),
            payload: self.payload.saturating_sub(other.payload),
            tls: self.tls.saturating_sub(other.tls),
            unknown: self.unknown.saturating_sub(other.unknown),
        }
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_class().into_iter().fold(0, |sum, (_, bytes)| sum.saturating_add(bytes))
    }

    /// How many of each class.
    #[must_use]
    pub fn by_class(&self) -> [(Class, u64); 6] {
        [
            (Class::Connection, self.connection),
            (Class::Framing, self.framing),
            (Class::Headers, self.headers),
            (Class::Payload, self.payload),
            (Class::Tls, self.tls),
            (Class::Unknown, self.unknown),
        ]
    }
}

fn is_zero(bytes: &u64) -> bool {
    *bytes == 0
}

impl From<&Budget> for Bytes {
    fn from(budget: &Budget) -> Self {
        let mut all = Self::default();
        for (class, bytes) in &budget.bytes {
            all.add(*class, *bytes);
        }
        all
    }
}

/// Bytes each way, by what they are spent on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// From the client to the server.
    pub to_server: Bytes,
    /// From the server to the client.
    pub to_client: Bytes,
}

impl Spent {
    /// Adds all of another.
    pub fn add_all(&mut self, other: &Self) {
        self.to_server.add_all(&other.to_server);
        self.to_client.add_all(&other.to_client);
    }

    /// The way that something moved.
    pub(crate) fn way(&mut self, moved: Moved) -> &mut Bytes {
        if moved.to_server { &mut self.to_server } else { &mut self.to_client }
    }

    /// What is left without another's.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self {
            to_server: self.to_server.without(&other.to_server),
            to_client: self.to_client.without(&other.to_client),
        }
    }
}

/// What a read or write moved, or a datagram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moved {
    pub(crate) is_read: bool,
    /// The client sent it.
    pub(crate) to_server: bool,
    pub(crate) bytes: u64,
}

impl Moved {
    /// On that side of a connection. `None` for an event that moved nothing. An empty datagram is one, too; an empty read
    /// is the end of the stream.
    pub(crate) fn by(event: &Event, side: Side) -> Option<Self> {
        let (is_read, bytes) = match &event.op {
            _ if event.error.is_some() => return None,
            Op::Read(transfer) if transfer.bytes > 0 => (true, transfer.bytes),
            Op::Write(transfer) if transfer.bytes > 0 => (false, transfer.bytes),
            Op::RecvFrom(datagram) => (true, datagram.bytes),
            Op::SendTo(datagram) => (false, datagram.bytes),
            _ => return None,
        };
        Some(Self { is_read, to_server: is_read == (side == Side::Server), bytes })
    }
}

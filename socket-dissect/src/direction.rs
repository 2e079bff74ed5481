//! The two directions of a connection.

use socket_tap::format::Side;

/// Direction in which bytes are sent over a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    ToServer,
    ToClient,
}

impl Direction {
    /// Returns the direction of the bytes that `side` reads.
    pub(super) fn of_reads_on(side: Side) -> Self {
        match side {
            Side::Server => Self::ToServer,
            // A recording of the network has no reads.
            Side::Client | Side::Wire => Self::ToClient,
        }
    }

    /// Returns the opposite direction.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}

/// One value for bytes to the server, and one for bytes to the client.
#[derive(Debug, Default)]
pub(super) struct PerDirection<T> {
    pub(super) to_server: T,
    pub(super) to_client: T,
}

impl<T> PerDirection<T> {
    pub(super) fn get(&self, direction: Direction) -> &T {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    pub(super) fn get_mut(&mut self, direction: Direction) -> &mut T {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }
}

//! The two directions of a connection.

use socket_tap::format::Side;

/// Where bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    ToServer,
    ToClient,
}

impl Way {
    /// Where what that side reads goes.
    pub(super) fn of_read(side: Side) -> Self {
        match side {
            Side::Server => Self::ToServer,
            Side::Client => Self::ToClient,
        }
    }

    /// The other one.
    pub(super) fn back(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}

/// One of something for each direction.
#[derive(Debug, Default)]
pub(super) struct Ways<T> {
    pub(super) to_server: T,
    pub(super) to_client: T,
}

impl<T> Ways<T> {
    pub(super) fn get(&self, way: Way) -> &T {
        match way {
            Way::ToServer => &self.to_server,
            Way::ToClient => &self.to_client,
        }
    }

    pub(super) fn get_mut(&mut self, way: Way) -> &mut T {
        match way {
            Way::ToServer => &mut self.to_server,
            Way::ToClient => &mut self.to_client,
        }
    }
}

//! A value for each end of a connection.

use socket_tap::format::Side;

/// A value for each end of a connection: client and server.
#[derive(Clone, Debug, Default)]
pub(super) struct BySide<T> {
    pub(super) client: T,
    pub(super) server: T,
}

impl<T> BySide<T> {
    /// Returns the value of a side.
    pub(super) fn get(&self, side: Side) -> &T {
        if side == Side::Client { &self.client } else { &self.server }
    }

    pub(super) fn get_mut(&mut self, side: Side) -> &mut T {
        if side == Side::Client { &mut self.client } else { &mut self.server }
    }
}

//! Number of bytes, by class and direction.

use serde::Serialize;
use socket_dissect::BytesByClass;

use super::data_transfer::DataTransfer;

/// Number of bytes of each class, in each direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByteBreakdown {
    /// Bytes from the client to the server.
    pub to_server: BytesByClass,
    /// Bytes from the server to the client.
    pub to_client: BytesByClass,
}

impl ByteBreakdown {
    /// Adds the bytes of `other`, by class and direction.
    pub fn add_all(&mut self, other: &Self) {
        self.to_server.add_all(&other.to_server);
        self.to_client.add_all(&other.to_client);
    }

    /// Returns the numbers of bytes in the direction of `transfer`: to the server, or to the client.
    pub(crate) fn direction_of(&mut self, transfer: DataTransfer) -> &mut BytesByClass {
        if transfer.to_server { &mut self.to_server } else { &mut self.to_client }
    }

    /// Returns the numbers of `self` minus those of `other`, by class and direction; 0 where `other` has more
    /// bytes.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self {
            to_server: self.to_server.without(&other.to_server),
            to_client: self.to_client.without(&other.to_client),
        }
    }
}

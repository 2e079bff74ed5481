//! The side that each connection left in TIME_WAIT, as the kernel's tables show it.

use std::collections::HashMap;
use std::net::SocketAddr;

use socket_tap::format::Side;
use socket_trace::sockets::Row;

/// The side that each connection left in TIME_WAIT, by the client's address.
///
/// The tap cannot record it: it samples the state of a socket directly before `close`, and the state TIME_WAIT begins
/// later, without a file descriptor.
#[derive(Clone, Debug, Default)]
pub struct TimeWait(HashMap<SocketAddr, Side>);

impl TimeWait {
    /// Adds the client side's and the server side's sockets in TIME_WAIT.
    pub fn add(&mut self, [client, server]: [Vec<Row>; 2]) {
        self.0.extend(client.into_iter().map(|row| (row.local, Side::Client)));
        self.0.extend(server.into_iter().map(|row| (row.foreign, Side::Server)));
    }

    /// Returns the side that the connection of a client left in TIME_WAIT, if any.
    #[must_use]
    pub fn side(&self, client: SocketAddr) -> Option<Side> {
        self.0.get(&client).copied()
    }
}

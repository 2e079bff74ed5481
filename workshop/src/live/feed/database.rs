//! The addresses of the servers' connections to the database.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;

use socket_tap::event::Addr;

use super::socket_table::{Server, TCP};
use crate::live::state::State;

/// Name of the database in the table of sockets that the live page shows.
pub(super) const DATABASE: &str = "database";

/// The connections that the servers have to the database, as their recorders report them.
#[derive(Debug, Default)]
pub(super) struct Database {
    /// The API whose server opened a connection to the database, by the connection's local address.
    clients: HashMap<SocketAddr, &'static str>,
    /// Addresses of the database to which the servers have connected.
    addresses: BTreeSet<SocketAddr>,
}

impl Database {
    /// Adds the connections to the database that the servers have open now.
    pub(super) fn observe(&mut self, state: &State) {
        if state.database.is_none() {
            return;
        }
        // Closed connections are kept, because their sockets may be in TIME_WAIT. There is at most one for each local port.
        let apis = state.apis.iter().map(|api| (api.name, &api.session));
        for (api, session) in apis.chain([("tcp", &state.plain.tcp)]) {
            for socket in session.recordings.upstream() {
                if let (Some(Addr::Ip(local)), Some(Addr::Ip(peer))) = (&socket.local, &socket.peer) {
                    self.clients.insert(*local, api);
                    self.addresses.insert(*peer);
                }
            }
        }
    }

    /// Returns the API whose server opened the connection to the database with this local address.
    pub(super) fn client(&self, local: SocketAddr) -> Option<&'static str> {
        self.clients.get(&local).copied()
    }

    /// Returns an entry for the database in the list of servers whose sockets the socket table shows. If
    /// servers have connected to several addresses of the database, returns an entry for each.
    pub(super) fn servers(&self) -> Vec<Server> {
        self.addresses
            .iter()
            .map(|address| Server { api: DATABASE, address: *address, protos: TCP })
            .collect()
    }
}

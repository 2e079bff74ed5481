//! Selects the sockets to show.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::row::{Row, State};

/// Conditions for a socket to be shown. A socket is shown if it meets at least one of them, or if there are
/// none.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Ids of processes. Shows the sockets of each process, and sockets in TIME_WAIT with a port on which
    /// such a process listens.
    pub pids: BTreeSet<u32>,
    /// Ports. Shows sockets with one of them as local or foreign port.
    pub ports: BTreeSet<u16>,
    /// Addresses. Shows sockets with one of them as local or foreign address.
    pub addresses: BTreeSet<SocketAddr>,
}

impl Filter {
    /// Returns a filter that selects sockets with this local or foreign port.
    #[must_use]
    pub fn port(port: u16) -> Self {
        Self { ports: BTreeSet::from([port]), ..Self::default() }
    }

    /// Returns a filter that selects the sockets of this process.
    #[must_use]
    pub fn pid(pid: u32) -> Self {
        Self { pids: BTreeSet::from([pid]), ..Self::default() }
    }

    /// Returns `true` if the filter has no condition, so that all sockets are shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pids.is_empty() && self.ports.is_empty() && self.addresses.is_empty()
    }

    /// Adds the conditions of `other`, so that sockets that meet one of these are shown, too.
    pub fn add(&mut self, other: Self) {
        self.pids.extend(other.pids);
        self.ports.extend(other.ports);
        self.addresses.extend(other.addresses);
    }

    /// Removes the rows that meet no condition.
    pub(super) fn apply(&self, rows: &mut Vec<Row>) {
        if self.is_empty() {
            return;
        }
        let is_ours =
            |row: &Row| row.process.as_ref().is_some_and(|process| self.pids.contains(&process.pid));
        let listening: BTreeSet<u16> = (rows.iter())
            .filter(|row| row.state == Some(State::Listen) && is_ours(row))
            .map(|row| row.local.port())
            .collect();
        rows.retain(|row| {
            let ends = [&row.local, &row.foreign];
            is_ours(row)
                || (!row.owned && listening.contains(&row.local.port()))
                || ends.iter().any(|end| self.ports.contains(&end.port()) || self.addresses.contains(end))
        });
    }
}

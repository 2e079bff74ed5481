//! Which sockets to show.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::row::{Row, State};

/// Sockets are shown that fit any of these; all of them, when there is none.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those that one of these processes has open, and what is left in TIME_WAIT where one of them listens.
    pub pids: BTreeSet<u32>,
    /// Those with one of these ports, on either side.
    pub ports: BTreeSet<u16>,
    /// Those with one of these addresses, on either side.
    pub addresses: BTreeSet<SocketAddr>,
}

impl Filter {
    /// Sockets with this port, on either side.
    #[must_use]
    pub fn port(port: u16) -> Self {
        Self { ports: BTreeSet::from([port]), ..Self::default() }
    }

    /// Sockets that this process has open.
    #[must_use]
    pub fn pid(pid: u32) -> Self {
        Self { pids: BTreeSet::from([pid]), ..Self::default() }
    }

    /// Whether it asks for all sockets.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pids.is_empty() && self.ports.is_empty() && self.addresses.is_empty()
    }

    /// Asks for what the other asks for, too.
    pub fn add(&mut self, other: Self) {
        self.pids.extend(other.pids);
        self.ports.extend(other.ports);
        self.addresses.extend(other.addresses);
    }

    /// Leaves what it asks for.
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

//! Marks the rows of the socket table that have changed since the table was last read.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::Serialize;

use super::row::{Proto, Row};

/// A row of the socket table, and its change since the table was last read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// The current row. If the socket no longer exists, its last row.
    #[serde(flatten)]
    pub row: Row,
    /// Change of the row since the table was last read.
    pub change: Change,
}

/// Change of a row since the table was last read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// The row is unchanged, or there is no earlier table.
    Same,
    /// The row is new.
    New,
    /// State, queues or process of the row have changed.
    Changed,
    /// The socket of the row no longer exists.
    Gone,
}

impl Change {
    /// Returns the character that is shown in front of the row.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Same => ' ',
            Self::New => '+',
            Self::Changed => '*',
            Self::Gone => '-',
        }
    }
}

/// Marks the changes from `before` to `now`. Rows keep the order of `now`; rows that are gone come last.
#[must_use]
pub fn mark(before: &[Row], now: &[Row]) -> Vec<Marked> {
    let mut old = by_key(before);
    let mut marked: Vec<Marked> = Vec::with_capacity(now.len());
    for (key, row) in keyed(now) {
        let change = match old.remove(&key) {
            None => Change::New,
            Some(same) if same == row => Change::Same,
            Some(_) => Change::Changed,
        };
        marked.push(Marked { row: row.clone(), change });
    }
    let gone = keyed(before).filter(|(key, _)| old.contains_key(key));
    marked.extend(gone.map(|(_, row)| Marked { row: row.clone(), change: Change::Gone }));
    marked
}

/// Marks all rows as unchanged. Used when no earlier table exists.
#[must_use]
pub fn unmarked(now: &[Row]) -> Vec<Marked> {
    now.iter().map(|row| Marked { row: row.clone(), change: Change::Same }).collect()
}

/// Identifies a row: protocol, both addresses, and an index among rows with equal addresses, since several sockets
/// may listen on one address (`SO_REUSEPORT`).
type Key = (Proto, SocketAddr, SocketAddr, usize);

fn keyed(rows: &[Row]) -> impl Iterator<Item = (Key, &Row)> {
    let mut seen: BTreeMap<(Proto, SocketAddr, SocketAddr), usize> = BTreeMap::new();
    rows.iter().map(move |row| {
        let count = seen.entry((row.proto, row.local, row.foreign)).or_default();
        *count += 1;
        ((row.proto, row.local, row.foreign, *count), row)
    })
}

fn by_key(rows: &[Row]) -> BTreeMap<Key, &Row> {
    keyed(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sockets::row::State;

    fn row(port: u16, state: State) -> Row {
        Row {
            proto: Proto::Tcp,
            recv_queue: 0,
            send_queue: 0,
            backlog: None,
            local: ([127, 0, 0, 1], port).into(),
            foreign: ([127, 0, 0, 1], 80).into(),
            state: Some(state),
            process: None,
            owned: true,
        }
    }

    #[test]
    fn new_changed_and_gone_rows_are_marked() {
        let before = [row(1, State::Established), row(2, State::Established), row(3, State::TimeWait)];
        let now = [row(1, State::Established), row(2, State::TimeWait), row(4, State::SynSent)];
        let signs = |marked: &[Marked]| marked.iter().map(|row| row.change.sign()).collect::<String>();
        let marked = mark(&before, &now);
        assert_eq!(signs(&marked), " *+-");
        assert_eq!(marked[3].row, before[2]);
        assert_eq!(signs(&unmarked(&now)), "   ");
    }

    #[test]
    fn socket_rows_with_equal_addresses_are_distinguished() {
        let two = [row(1, State::Listen), row(1, State::Listen)];
        let marked = mark(&two[..1], &two);
        assert_eq!(marked.iter().map(|row| row.change).collect::<Vec<_>>(), [Change::Same, Change::New]);
        assert_eq!(mark(&two, &two[..1])[1].change, Change::Gone);
    }
}

//! Tracks the threads and processes of a log, and their tables of file descriptors.

use std::collections::HashMap;

use super::creations::{Creation, Creations};
use super::line::Tid;

/// Number of a socket in the trace.
pub(super) type Number = u64;

/// An open file descriptor that is not known to be a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Descriptor {
    pub(super) target: Target,
    pub(super) closes_on_exec: bool,
}

/// The object that a file descriptor refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Socket(Number),
    /// A socket that is not recorded, for example one of a `socketpair`.
    Unrecorded,
}

impl Target {
    pub(super) fn socket(self) -> Option<Number> {
        match self {
            Self::Socket(number) => Some(number),
            Self::Unrecorded => None,
        }
    }
}

/// A table of file descriptors, with the number of threads that use it.
#[derive(Debug, Default)]
struct Table {
    descriptors: HashMap<i32, Descriptor>,
    threads: usize,
}

type TableId = u64;

/// Number of the thread in a log without numbers.
const NO_TID: Tid = 0;

#[derive(Debug, Default)]
pub(super) struct Processes {
    tables: HashMap<TableId, Table>,
    threads: HashMap<Tid, TableId>,
    creations: Creations,
    /// A new thread of a process whose line has no number, and whether it shares the table of descriptors. The next line
    /// shows whether strace follows the thread.
    unfollowed: Option<(Tid, bool)>,
    last: TableId,
    first: Option<TableId>,
}

/// Effect of a change on the number of descriptors of sockets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) acquired: Vec<Number>,
    pub(super) released: Vec<Number>,
}

impl Processes {
    /// Registers a thread at its first line.
    pub(super) fn sees(&mut self, tid: Tid) -> Change {
        let mut change = self.follows(tid);
        change.acquired.extend(self.registers(tid).acquired);
        change
    }

    /// Creates the thread whose creator had no number in the log, if the thread of the next line has one: with several
    /// threads, strace writes the numbers. A log that still has none shows only one of the threads.
    fn follows(&mut self, next: Tid) -> Change {
        match self.unfollowed.take() {
            Some((tid, shares)) if next != NO_TID => self.creates(NO_TID, tid, shares),
            _ => Change::default(),
        }
    }

    fn registers(&mut self, tid: Tid) -> Change {
        if self.threads.contains_key(&tid) {
            return Change::default();
        }
        if let Some(Creation { by, shares, .. }) = self.creations.assign(tid) {
            return self.creates(by, tid, shares);
        }
        self.joins_first(tid);
        Change::default()
    }

    /// Adds a thread that is as old as the log, which begins later than the program: its threads share one table.
    fn joins_first(&mut self, tid: Tid) {
        let table = self.first.filter(|table| self.tables.contains_key(table));
        let table = table.unwrap_or_else(|| self.new_table(HashMap::new()));
        self.first.get_or_insert(table);
        self.join(tid, table);
    }

    /// Processes the beginning of a call that creates a thread or a process.
    pub(super) fn begins_creation(&mut self, by: Tid, shares: bool) {
        self.creations.begin(by, shares);
    }

    /// Processes the end of such a call. `created` is the new thread, or `None` if the call failed.
    pub(super) fn ends_creation(&mut self, by: Tid, created: Option<Tid>) -> Change {
        let Some(end) = self.creations.end(by, created) else { return Change::default() };
        let mut change = Change::default();
        if let Some(tid) = end.mistaken.filter(|tid| !end.shares && self.threads.contains_key(tid)) {
            change = self.removes(tid);
            self.joins_first(tid);
        }
        match end.created {
            Some(tid) if by == NO_TID => self.unfollowed = Some((tid, end.shares)),
            Some(tid) => {
                change.released.extend(self.removes(tid).released);
                change.acquired = self.creates(by, tid, end.shares).acquired;
            }
            None => {}
        }
        change
    }

    fn creates(&mut self, by: Tid, tid: Tid, shares: bool) -> Change {
        let Some(parent) = self.threads.get(&by).copied() else { return Change::default() };
        if shares {
            self.join(tid, parent);
            return Change::default();
        }
        let descriptors = self.tables.get(&parent).map(|table| table.descriptors.clone()).unwrap_or_default();
        let acquired = descriptors.values().filter_map(|descriptor| descriptor.target.socket()).collect();
        let table = self.new_table(descriptors);
        self.join(tid, table);
        Change { acquired, released: Vec::new() }
    }

    fn new_table(&mut self, descriptors: HashMap<i32, Descriptor>) -> TableId {
        self.last += 1;
        self.tables.insert(self.last, Table { descriptors, threads: 0 });
        self.last
    }

    fn join(&mut self, tid: Tid, table: TableId) {
        self.threads.insert(tid, table);
        if let Some(table) = self.tables.get_mut(&table) {
            table.threads += 1;
        }
    }

    /// Processes the end of a thread. With the last thread of a table, its descriptors are closed.
    pub(super) fn exits(&mut self, tid: Tid) -> Change {
        let acquired = self.follows(tid).acquired;
        self.creations.end_thread(tid);
        Change { acquired, ..self.removes(tid) }
    }

    fn removes(&mut self, tid: Tid) -> Change {
        let Some(id) = self.threads.remove(&tid) else { return Change::default() };
        let Some(table) = self.tables.get_mut(&id) else { return Change::default() };
        table.threads = table.threads.saturating_sub(1);
        if table.threads > 0 {
            return Change::default();
        }
        let table = self.tables.remove(&id).unwrap_or_default();
        Change { acquired: Vec::new(), released: sockets(table.descriptors.into_iter().collect()) }
    }

    /// Returns `true` if a thread has begun and not ended.
    #[cfg(all(target_os = "linux", feature = "record"))]
    pub(super) fn has(&self, tid: Tid) -> bool {
        self.threads.contains_key(&tid)
    }

    /// Returns the thread with the lowest number of each table of descriptors: one of each process.
    #[cfg(all(target_os = "linux", feature = "record"))]
    pub(super) fn first_threads(&self) -> Vec<Tid> {
        let mut first: HashMap<TableId, Tid> = HashMap::new();
        for (tid, table) in &self.threads {
            first.entry(*table).and_modify(|first| *first = (*first).min(*tid)).or_insert(*tid);
        }
        first.into_values().collect()
    }

    /// Processes a successful `execve`: closes the descriptors that do not survive it.
    pub(super) fn executes(&mut self, tid: Tid) -> Change {
        let Some(table) = self.table(tid) else { return Change::default() };
        let closed: Vec<_> =
            table.descriptors.extract_if(|_, descriptor| descriptor.closes_on_exec).collect();
        Change { acquired: Vec::new(), released: sockets(closed) }
    }

    /// Gives a thread a copy of its table, as `unshare(CLONE_FILES)` does.
    pub(super) fn unshares(&mut self, tid: Tid) -> Change {
        let Some(table) = self.table(tid).filter(|table| table.threads > 1) else { return Change::default() };
        table.threads -= 1;
        self.creates(tid, tid, false)
    }

    /// Continues the thread `from` under the number `to`: a thread that is not the first calls `execve`.
    pub(super) fn renumbers(&mut self, from: Tid, to: Tid) -> Change {
        let Some(table) = self.threads.remove(&from) else { return Change::default() };
        self.creations.end_thread(to);
        let change = self.removes(to);
        self.threads.insert(to, table);
        change
    }

    pub(super) fn get(&self, tid: Tid, fd: i32) -> Option<Descriptor> {
        let table = self.tables.get(self.threads.get(&tid)?)?;
        table.descriptors.get(&fd).copied()
    }

    /// Opens a descriptor. Returns the socket that had the number before: its close is not in the log, or the call
    /// itself closes it, as `dup2` does.
    pub(super) fn open(&mut self, tid: Tid, fd: i32, descriptor: Descriptor) -> Option<Number> {
        self.table(tid)?.descriptors.insert(fd, descriptor)?.target.socket()
    }

    /// Sets whether a descriptor is closed by `execve`.
    pub(super) fn set_closes_on_exec(&mut self, tid: Tid, fds: impl Fn(i32) -> bool, closes: bool) {
        let Some(table) = self.table(tid) else { return };
        for (_, descriptor) in table.descriptors.iter_mut().filter(|(fd, _)| fds(**fd)) {
            descriptor.closes_on_exec = closes;
        }
    }

    /// Closes the descriptors for which `fds` is true, and returns their sockets.
    pub(super) fn close(&mut self, tid: Tid, fds: impl Fn(i32) -> bool) -> Vec<Number> {
        let Some(table) = self.table(tid) else { return Vec::new() };
        sockets(table.descriptors.extract_if(|fd, _| fds(*fd)).collect())
    }

    /// Closes one descriptor, and returns its socket.
    pub(super) fn close_one(&mut self, tid: Tid, fd: i32) -> Option<Number> {
        self.table(tid)?.descriptors.remove(&fd)?.target.socket()
    }

    fn table(&mut self, tid: Tid) -> Option<&mut Table> {
        self.tables.get_mut(self.threads.get(&tid)?)
    }
}

/// Returns the sockets of closed descriptors, in the order of their numbers.
fn sockets(mut closed: Vec<(i32, Descriptor)>) -> Vec<Number> {
    closed.sort_unstable_by_key(|(fd, _)| *fd);
    closed.into_iter().filter_map(|(_, descriptor)| descriptor.target.socket()).collect()
}

#[cfg(test)]
#[path = "processes_tests.rs"]
mod tests;

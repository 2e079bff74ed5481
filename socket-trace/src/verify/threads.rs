//! Which threads of a log belong to the process that recorded. File descriptors of other processes, a shell that
//! started it or a child that it started, have the same numbers and mean something else.

use std::collections::HashMap;

use super::log::{Syscall, Tid};
use super::syscall::Outcome;

#[derive(Debug)]
pub(super) struct Threads {
    pid: Tid,
    /// Whether each thread seen so far is of the process.
    ours: HashMap<Tid, bool>,
    /// Who is making a thread or a process: whether it is ours, and whether it makes a thread.
    making: HashMap<Tid, (bool, bool)>,
}

impl Threads {
    pub(super) fn of(pid: Tid) -> Self {
        Self { pid, ours: HashMap::new(), making: HashMap::new() }
    }

    /// Returns whether the process is in the log at all.
    pub(super) fn seen(&self) -> bool {
        self.ours.contains_key(&self.pid)
    }

    /// A thread begins a call: whether it is ours.
    pub(super) fn begins(&mut self, call: &Syscall) -> Result<bool, String> {
        let ours = match self.ours.get(&call.tid) {
            Some(ours) => *ours,
            None => self.first_seen(call.tid)?,
        };
        self.ours.insert(call.tid, ours);
        if let Some(thread) = makes(call) {
            self.making.insert(call.tid, (ours, thread));
        }
        Ok(ours)
    }

    /// A call has ended: when it made a thread or a process, that one's kind is known.
    pub(super) fn ends(&mut self, call: &Syscall, outcome: &Outcome) -> Result<(), String> {
        let Some((by_us, thread)) = self.making.remove(&call.tid) else { return Ok(()) };
        let Outcome::Value(made) = outcome else { return Ok(()) };
        let Ok(made) = Tid::try_from(*made) else { return Ok(()) };
        let ours = if thread { by_us } else { made == self.pid };
        match self.ours.insert(made, ours) {
            Some(taken) if taken != ours => Err(format!(
                "it turns out late whether {made} is a thread or a process of its own: start the program that \
                 records directly under strace"
            )),
            _ => Ok(()),
        }
    }

    /// Its first line may come before the line that says what it is.
    fn first_seen(&self, tid: Tid) -> Result<bool, String> {
        if tid == self.pid {
            return Ok(true);
        }
        if self.ours.is_empty() {
            return Ok(false);
        }
        let mut kinds = self.making.values().map(|(by_us, thread)| *by_us && *thread);
        let first = kinds.next().ok_or_else(|| {
            format!(
                "nothing says where thread {tid} comes from: strace must start the program, with \
                 clone and clone3 among the calls of -e trace"
            )
        })?;
        Ok(first || kinds.any(|ours| ours))
    }
}

/// Returns whether a call makes a thread; `None` when it makes neither that nor a process.
fn makes(call: &Syscall) -> Option<bool> {
    match call.name.as_str() {
        "clone" | "clone3" => Some(call.arguments.contains("CLONE_THREAD")),
        "fork" | "vfork" => Some(false),
        _ => None,
    }
}

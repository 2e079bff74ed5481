//! Identifies the threads of the recorded process. A log may contain other processes, such as the shell that
//! started the recorded process, or a child process. File descriptors with equal numbers refer to different
//! files in different processes.

use std::collections::HashMap;

use super::log::{Syscall, Tid};
use super::syscall::Outcome;

/// A call in progress that creates a thread or a process.
#[derive(Clone, Copy, Debug)]
struct Creation {
    /// `true` if a thread of the recorded process made the call.
    by_us: bool,
    /// `true` if the call creates a thread, `false` if it creates a process.
    is_thread: bool,
}

#[derive(Debug)]
pub(super) struct Threads {
    pid: Tid,
    /// For each thread, `true` if it belongs to the recorded process.
    ours: HashMap<Tid, bool>,
    /// Calls in progress that create a thread or a process, by the calling thread.
    creating: HashMap<Tid, Creation>,
}

impl Threads {
    pub(super) fn of(pid: Tid) -> Self {
        Self { pid, ours: HashMap::new(), creating: HashMap::new() }
    }

    /// Returns `true` if the log contains the recorded process.
    pub(super) fn has_process(&self) -> bool {
        self.ours.contains_key(&self.pid)
    }

    /// Processes the beginning of a call. Returns `true` if its thread belongs to the recorded process.
    pub(super) fn begins(&mut self, call: &Syscall) -> Result<bool, String> {
        let ours = match self.ours.get(&call.tid) {
            Some(ours) => *ours,
            None => self.first_seen(call.tid)?,
        };
        self.ours.insert(call.tid, ours);
        if let Some(is_thread) = creates_thread(call) {
            self.creating.insert(call.tid, Creation { by_us: ours, is_thread });
        }
        Ok(ours)
    }

    /// Processes the end of a call, which may have created a thread or a process.
    pub(super) fn ends(&mut self, call: &Syscall, outcome: &Outcome) -> Result<(), String> {
        let Some(Creation { by_us, is_thread }) = self.creating.remove(&call.tid) else { return Ok(()) };
        let Outcome::Value(created) = outcome else { return Ok(()) };
        let Ok(created) = Tid::try_from(*created) else { return Ok(()) };
        let ours = if is_thread { by_us } else { created == self.pid };
        match self.ours.insert(created, ours) {
            Some(assumed) if assumed != ours => Err(format!(
                "the log shows too late whether {created} is a thread or a process; start the recorded program \
                 directly under strace"
            )),
            _ => Ok(()),
        }
    }

    /// Returns `true` if the thread `tid`, which appears for the first time, belongs to the recorded process.
    /// The call that created the thread may still be in progress: its end may be later in the log.
    fn first_seen(&self, tid: Tid) -> Result<bool, String> {
        if tid == self.pid {
            return Ok(true);
        }
        if self.ours.is_empty() {
            return Ok(false);
        }
        let mut kinds = self.creating.values().map(|creation| creation.by_us && creation.is_thread);
        let first = kinds.next().ok_or_else(|| {
            format!(
                "the origin of thread {tid} is unknown; strace must start the program, with clone and clone3 among \
                 the calls of -e trace"
            )
        })?;
        Ok(first || kinds.any(|ours| ours))
    }
}

/// Returns `true` if the call creates a thread, `false` if it creates a process, and `None` if neither.
fn creates_thread(call: &Syscall) -> Option<bool> {
    match call.name.as_str() {
        "clone" | "clone3" => Some(call.arguments.contains("CLONE_THREAD")),
        "fork" | "vfork" => Some(false),
        _ => None,
    }
}

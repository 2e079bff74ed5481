//! Matches new threads with the calls that create them: a thread may run, and end, before the call returns.

use std::collections::HashSet;

use super::line::Tid;

/// The calls in progress that create threads and processes.
#[derive(Debug, Default)]
pub(super) struct Creations {
    calls: Vec<Creation>,
    /// Threads that ended during these calls: they may be the new ones.
    gone: HashSet<Tid>,
}

/// A call in progress that creates a thread or a process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Creation {
    /// Thread that makes the call.
    pub(super) by: Tid,
    /// `true` if the new thread uses the same table of descriptors.
    pub(super) shares: bool,
    /// The new thread, if a line of it came before the end of the call.
    created: Option<Tid>,
}

/// The end of a call that creates a thread or a process.
#[derive(Clone, Copy, Debug)]
pub(super) struct CreationEnd {
    /// `true` if the new thread uses the same table of descriptors.
    pub(super) shares: bool,
    /// The new thread, unless it is known, or has ended.
    pub(super) created: Option<Tid>,
    /// A thread that was taken for the new one, and that no other call in progress can have created.
    pub(super) mistaken: Option<Tid>,
}

impl Creations {
    /// Processes the beginning of a call of the thread `by`.
    pub(super) fn begin(&mut self, by: Tid, shares: bool) {
        self.calls.push(Creation { by, shares, created: None });
    }

    /// Returns the call that seems to create a thread whose first line this is.
    pub(super) fn assign(&mut self, tid: Tid) -> Option<Creation> {
        let creation = self.calls.iter_mut().find(|creation| creation.created.is_none())?;
        creation.created = Some(tid);
        Some(*creation)
    }

    /// Processes the end of the call of the thread `by`. `created` is the new thread, or `None` if the call failed. Returns
    /// `None` if its beginning is not known.
    pub(super) fn end(&mut self, by: Tid, created: Option<Tid>) -> Option<CreationEnd> {
        let index = self.calls.iter().position(|creation| creation.by == by)?;
        let Creation { shares, created: assigned, .. } = self.calls.swap_remove(index);
        let has_gone = created.is_some_and(|tid| self.gone.remove(&tid));
        self.forget_gone();
        if created == assigned {
            return Some(CreationEnd { shares, created: None, mistaken: None });
        }
        // Several calls were in progress, and the thread was assigned to another one.
        if let Some(other) = self.calls.iter_mut().find(|other| created.is_some() && other.created == created)
        {
            other.created = None;
        }
        let is_of_another = self.calls.iter().any(|other| other.created.is_none());
        let mistaken = assigned.filter(|_| !is_of_another);
        Some(CreationEnd { shares, created: created.filter(|_| !has_gone), mistaken })
    }

    /// Processes the end of a thread, which ends its call, too.
    pub(super) fn end_thread(&mut self, tid: Tid) {
        self.calls.retain(|creation| creation.by != tid);
        self.gone.insert(tid);
        self.forget_gone();
    }

    fn forget_gone(&mut self) {
        if self.calls.is_empty() {
            self.gone.clear();
        }
    }
}

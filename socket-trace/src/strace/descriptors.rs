//! Calls that duplicate, pass and close descriptors, and that create processes.

use std::collections::VecDeque;

use super::line::{Outcome, Tid};
use super::processes::{Descriptor, Number, Target};
use super::text::{after, descriptor, elements, leading_number, quoted};
use super::tracker::{Ended, Tracker};

/// Maximum number of descriptors in messages on their way. The oldest is dropped.
const MAX_PASSING: usize = 256;

/// A descriptor in a message on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed {
    by: Tid,
    /// Time at which the call began that sends it.
    entry: u64,
    /// `None` if it is no socket.
    target: Option<Number>,
}

impl Tracker {
    /// Processes a call on descriptors or processes. Returns `false` for any other call.
    pub(super) fn changes_descriptors(&mut self, ended: &Ended<'_>) -> bool {
        let arguments = ended.call.arguments;
        match ended.call.name {
            "close" => {}
            "dup" | "dup2" => self.duplicates(ended, false),
            "dup3" => self.duplicates(ended, arguments.get(2).contains("O_CLOEXEC")),
            "fcntl" | "fcntl64" => self.controls(ended),
            "ioctl" => match arguments.get(1) {
                "FIOCLEX" => self.sets_close_on_exec(ended, true),
                "FIONCLEX" => self.sets_close_on_exec(ended, false),
                _ => {}
            },
            "close_range" => self.closes_range(ended),
            "socketpair" => {
                for fd in
                    elements(arguments.get(3)).filter_map(descriptor).filter(|_| ended.value().is_some())
                {
                    self.opens_unrecorded(ended.tid, fd, ended.end);
                }
            }
            "clone" | "clone3" | "fork" | "vfork" => {
                let created = ended.value().and_then(|tid| tid.try_into().ok());
                let change = self.processes.ends_creation(ended.tid, created);
                self.applies(change, ended.end);
            }
            "execve" | "execveat" if ended.value().is_some() => {
                let path = arguments.get(if ended.call.name == "execve" { 0 } else { 1 });
                self.program.get_or_insert_with(|| program(path));
                let change = self.processes.executes(ended.tid);
                self.applies(change, ended.end);
            }
            "unshare" if arguments.get(0).contains("CLONE_FILES") && ended.value().is_some() => {
                let change = self.processes.unshares(ended.tid);
                self.applies(change, ended.end);
            }
            "execve" | "execveat" | "unshare" => {}
            "io_uring_setup" => self.uses_io_uring |= ended.value().is_some(),
            _ => return false,
        }
        true
    }

    pub(super) fn opens_unrecorded(&mut self, tid: u32, fd: i32, time: u64) {
        self.assigns(tid, fd, Descriptor { target: Target::Unrecorded, closes_on_exec: false }, time);
    }

    fn duplicates(&mut self, ended: &Ended<'_>, closes_on_exec: bool) {
        let Some(fd) = ended.new_fd() else { return };
        let is_itself = descriptor(ended.call.arguments.get(0)) == Some(fd);
        match ended.target {
            _ if is_itself => {}
            Some(target) => {
                if let Some(socket) = target.socket() {
                    self.acquires(socket);
                }
                self.assigns(ended.tid, fd, Descriptor { target, closes_on_exec }, ended.end);
            }
            // A file takes the place of a socket.
            None => {
                if let Some(replaced) = self.processes.close_one(ended.tid, fd) {
                    self.releases(replaced, ended.end);
                }
            }
        }
    }

    fn controls(&mut self, ended: &Ended<'_>) {
        let arguments = ended.call.arguments;
        match arguments.get(1) {
            "F_DUPFD" => self.duplicates(ended, false),
            "F_DUPFD_CLOEXEC" => self.duplicates(ended, true),
            "F_SETFD" => self.sets_close_on_exec(ended, arguments.get(2).contains("FD_CLOEXEC")),
            _ => {}
        }
    }

    fn sets_close_on_exec(&mut self, ended: &Ended<'_>, closes: bool) {
        if ended.value().is_some() {
            let fd = descriptor(ended.call.arguments.get(0));
            self.processes.set_closes_on_exec(ended.tid, |other| Some(other) == fd, closes);
        }
    }

    fn closes_range(&mut self, ended: &Ended<'_>) {
        let arguments = ended.call.arguments;
        let bound = |index| leading_number(arguments.get(index));
        let (Some(first), Some(last), Some(_)) = (bound(0), bound(1), ended.value()) else { return };
        // The last number may be printed as an unsigned one.
        let range = |fd: i32| i64::from(fd) >= first && (last < 0 || i64::from(fd) <= last);
        if arguments.get(2).contains("CLOSE_RANGE_CLOEXEC") {
            return self.processes.set_closes_on_exec(ended.tid, range, true);
        }
        for socket in self.processes.close(ended.tid, range) {
            self.releases(socket, ended.entry);
        }
    }

    /// Processes the descriptors in a message (`SCM_RIGHTS`) when the call that sends it begins: the receiver may return
    /// first. They arrive in the order in which they were sent.
    pub(super) fn sends_descriptors(&mut self, tid: Tid, entry: u64, message: &str) {
        for fd in rights(message) {
            let target = self.processes.get(tid, fd).and_then(|descriptor| descriptor.target.socket());
            target.into_iter().for_each(|socket| self.acquires(socket));
            self.passing.push_back(Passed { by: tid, entry, target });
        }
        while self.passing.len() > MAX_PASSING {
            if let Some(lost) = self.passing.pop_front().and_then(|lost| lost.target) {
                self.releases(lost, entry);
            }
        }
    }

    /// Drops the descriptors of a message that was not sent.
    pub(super) fn drops_unsent(&mut self, tid: Tid, entry: u64, time: u64) {
        let is_unsent = |passed: &Passed| (passed.by, passed.entry) == (tid, entry);
        let (unsent, passing): (VecDeque<_>, _) = self.passing.drain(..).partition(is_unsent);
        self.passing = passing;
        for socket in unsent.into_iter().filter_map(|passed| passed.target) {
            self.releases(socket, time);
        }
    }

    /// Processes the descriptors in a message that was received.
    pub(super) fn receives_descriptors(&mut self, ended: &Ended<'_>) {
        if !matches!(ended.call.outcome, Outcome::Value(..)) {
            return;
        }
        for fd in rights(ended.call.arguments.get(1)) {
            if let Some(socket) = self.passing.pop_front().and_then(|passed| passed.target) {
                let closes_on_exec = ended.call.arguments.get(2).contains("MSG_CMSG_CLOEXEC");
                let target = Target::Socket(socket);
                self.assigns(ended.tid, fd, Descriptor { target, closes_on_exec }, ended.end);
            }
        }
    }
}

/// Returns the descriptors in a message.
fn rights(message: &str) -> impl Iterator<Item = i32> {
    // Most messages have none. The search is slower.
    let has_rights = message.contains("SCM_RIGHTS");
    let rights = has_rights.then(|| after(message, "cmsg_type=SCM_RIGHTS, cmsg_data=")).flatten();
    elements(rights.unwrap_or_default()).filter_map(descriptor)
}

/// Returns the file name of a path in quotes.
fn program(path: &str) -> String {
    let path = quoted(path, 4096).map(|quoted| quoted.bytes).unwrap_or_default();
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

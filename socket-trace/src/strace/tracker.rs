//! Follows the sockets of all processes of a log, and makes the events of a trace.

use std::collections::{HashMap, VecDeque};

use socket_tap::event::{Event, Op};

use super::call_names::{creates_thread, is_sending};
use super::descriptors::Passed;
use super::line::{Call, Outcome, Tid};
use super::order::Order;
use super::payload::PayloadLimit;
use super::processes::{Change, Descriptor, Number, Processes, Target};
use super::socket::Socket;
use super::text;

/// Follows the sockets of all processes of a log. Times are those of the log, in nanoseconds.
#[derive(Debug)]
pub(super) struct Tracker {
    pub(super) processes: Processes,
    pub(super) sockets: HashMap<Number, Socket>,
    pub(super) order: Order,
    /// Descriptors in messages that were sent and not yet received.
    pub(super) passing: VecDeque<Passed>,
    pub(super) payload: PayloadLimit,
    /// Name of the first program that was executed.
    pub(super) program: Option<String>,
    /// `true` once a program has set up an `io_uring`.
    pub(super) uses_io_uring: bool,
    /// The call in progress of each thread.
    pending: HashMap<Tid, Pending>,
    /// The calls in progress that send, with the times of their entries.
    sending: Vec<(Tid, u64)>,
    last: Number,
}

/// A call that has begun and not ended.
#[derive(Debug)]
struct Pending {
    name: String,
    arguments: String,
    entry: u64,
    target: Option<Target>,
}

/// A call that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended<'a> {
    pub(super) tid: Tid,
    pub(super) entry: u64,
    pub(super) end: u64,
    pub(super) call: Call<'a>,
    /// The object that the first argument refers to.
    pub(super) target: Option<Target>,
}

impl Ended<'_> {
    /// Returns the value that the call returned, if it succeeded.
    pub(super) fn value(&self) -> Option<i64> {
        match self.call.outcome {
            Outcome::Value(value, _) if value >= 0 => Some(value),
            _ => None,
        }
    }

    /// Returns the file descriptor that the call returned.
    pub(super) fn new_fd(&self) -> Option<i32> {
        self.value().and_then(|fd| fd.try_into().ok())
    }
}

impl Tracker {
    pub(super) fn new(payload: PayloadLimit) -> Self {
        Self {
            processes: Processes::default(),
            sockets: HashMap::new(),
            order: Order::default(),
            passing: VecDeque::new(),
            payload,
            program: None,
            uses_io_uring: false,
            pending: HashMap::new(),
            sending: Vec::new(),
            last: 0,
        }
    }

    /// Processes a call that one line shows.
    pub(super) fn calls(&mut self, tid: Tid, entry: u64, call: Call<'_>) {
        // Lines of the call in progress are missing.
        self.forgets(tid, entry);
        let target = self.enters(tid, entry, call.name, call.arguments.get(0), call.arguments);
        let end = entry.saturating_add(call.duration.unwrap_or(0));
        self.ends(&Ended { tid, entry, end, call, target });
    }

    /// Processes the beginning of a call.
    pub(super) fn begins(&mut self, tid: Tid, entry: u64, name: &str, arguments: &str) {
        self.forgets(tid, entry);
        let shown = format!("{arguments})");
        let split = text::Arguments::split(&shown).map(|(arguments, _)| arguments).unwrap_or_default();
        let target = self.enters(tid, entry, name, arguments, split);
        // The kernel keeps the socket open until the call returns.
        if let Some(socket) = target.and_then(Target::socket) {
            self.acquires(socket);
        }
        if is_sending(name) {
            self.sending.push((tid, entry));
        }
        let (name, arguments) = (name.to_owned(), arguments.to_owned());
        self.pending.insert(tid, Pending { name, arguments, entry, target });
    }

    /// Processes the end of a call whose beginning was another line. `None` if that line or this one cannot be read.
    pub(super) fn resumes(&mut self, tid: Tid, time: u64, name: &str, rest: &str) -> Option<()> {
        if self.pending.get(&tid)?.name != name {
            return None;
        }
        let mut pending = self.finishes(tid)?;
        pending.arguments.push_str(rest);
        let call = Call::parse(&pending.name, &pending.arguments);
        if let Some(call) = call {
            let end = call.duration.map_or(time, |duration| pending.entry.saturating_add(duration));
            self.ends(&Ended { tid, entry: pending.entry, end, call, target: pending.target });
        }
        if let Some(socket) = pending.target.and_then(Target::socket) {
            self.releases(socket, time);
        }
        call.map(|_| ())
    }

    /// Processes the end of a thread.
    pub(super) fn exits(&mut self, tid: Tid, time: u64) {
        self.forgets(tid, time);
        let change = self.processes.exits(tid);
        self.applies(change, time);
    }

    /// Processes an `execve` of the thread `by`, which from now on has the number `tid`.
    pub(super) fn supersedes(&mut self, tid: Tid, by: Tid, time: u64) {
        self.forgets(tid, time);
        if let Some(pending) = self.finishes(by) {
            self.pending.insert(tid, pending);
        }
        let change = self.processes.renumbers(by, tid);
        self.applies(change, time);
    }

    /// Returns the next event that no later line can precede or complete. `now` is the time of the last line.
    pub(super) fn next_event(&mut self, now: u64) -> Option<Event> {
        self.order.take(now, self.sending.iter().map(|(_, entry)| *entry))
    }

    /// Processes the entry of a call, and returns what its first argument refers to.
    fn enters(
        &mut self,
        tid: Tid,
        entry: u64,
        name: &str,
        first: &str,
        arguments: text::Arguments<'_>,
    ) -> Option<Target> {
        let change = self.processes.sees(tid);
        self.applies(change, entry);
        if creates_thread(name) {
            let is_flag = |flag: &str| (0..2).any(|index| arguments.get(index).contains(flag));
            self.processes.begins_creation(tid, is_flag("CLONE_FILES") || is_flag("CLONE_THREAD"));
            return None;
        }
        if name == "sendmsg" {
            self.sends_descriptors(tid, entry, arguments.get(1));
        }
        let fd = text::descriptor(first)?;
        if name == "close" {
            // The kernel may reuse the number before the log shows the end of the call.
            let closed = self.processes.close_one(tid, fd)?;
            self.learns_from_comment(closed, first);
            self.releases(closed, entry);
            return None;
        }
        match self.processes.get(tid, fd) {
            Some(descriptor) => Some(descriptor.target),
            None => self.adopts(tid, entry, fd, name, arguments),
        }
    }

    /// Adds a socket with its first descriptor, and returns its number.
    pub(super) fn opens(
        &mut self,
        tid: Tid,
        fd: i32,
        socket: Socket,
        closes_on_exec: bool,
        time: u64,
    ) -> Number {
        let number = self.next_number();
        self.sockets.insert(number, socket);
        self.assigns(tid, fd, Descriptor { target: Target::Socket(number), closes_on_exec }, time);
        number
    }

    /// Returns the number of a new socket.
    pub(super) fn next_number(&mut self) -> Number {
        self.last += 1;
        self.last
    }

    /// Gives a number to a descriptor, whose reference is already counted.
    pub(super) fn assigns(&mut self, tid: Tid, fd: i32, descriptor: Descriptor, time: u64) {
        if let Some(replaced) = self.processes.open(tid, fd, descriptor) {
            self.releases(replaced, time);
        }
    }

    pub(super) fn acquires(&mut self, number: Number) {
        if let Some(socket) = self.sockets.get_mut(&number) {
            socket.references += 1;
        }
    }

    /// Ends one reference to a socket. The last one closes it.
    pub(super) fn releases(&mut self, number: Number, time: u64) {
        let Some(socket) = self.sockets.get_mut(&number) else { return };
        socket.references = socket.references.saturating_sub(1);
        if socket.references > 0 {
            return;
        }
        if let Some(socket) = self.sockets.remove(&number) {
            self.emits(number, time, Op::Close(Box::new(socket.close())), None);
        }
    }

    pub(super) fn applies(&mut self, change: Change, time: u64) {
        change.acquired.into_iter().for_each(|number| self.acquires(number));
        change.released.into_iter().for_each(|number| self.releases(number, time));
    }

    /// Removes the call in progress of a thread.
    fn finishes(&mut self, tid: Tid) -> Option<Pending> {
        self.sending.retain(|(thread, _)| *thread != tid);
        self.pending.remove(&tid)
    }

    /// Drops the call in progress of a thread, which has no result.
    fn forgets(&mut self, tid: Tid, time: u64) {
        let Some(pending) = self.finishes(tid) else { return };
        if pending.name == "sendmsg" {
            self.drops_unsent(tid, pending.entry, time);
        }
        if let Some(socket) = pending.target.and_then(Target::socket) {
            self.releases(socket, time);
        }
    }
}

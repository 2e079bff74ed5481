//! Commands for the drain thread, and its wake-ups.

use std::io;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::sync::atomic::{AtomicBool, Ordering};
use super::sync::thread::{self, Thread};
use super::sync::{Condvar, Mutex, OnceLock, mpsc};
use super::{Recorder, lock};
use crate::format::End;

/// The longest time between an event and its batch. A process that is killed loses about as much.
const INTERVAL: Duration = Duration::from_millis(20);

/// A request to the drain thread. It replies when it is done; a reply that is dropped means that it has ended.
#[derive(Debug)]
pub(crate) enum Command {
    /// Hand over everything that has happened so far.
    Flush(Reply<()>),
    /// The same, then complete the recording.
    Finish(Reply<io::Result<End>>),
    /// The same, as soon as no stream is open, or at that moment.
    FinishWhenIdle(Instant, Reply<io::Result<End>>),
}

/// The receiver of a reply.
#[derive(Debug)]
pub(crate) enum Reply<T> {
    Task(oneshot::Sender<T>),
    Thread(mpsc::SyncSender<T>),
    None,
}

impl<T> Reply<T> {
    pub(crate) fn send(self, value: T) {
        // The one who asked may have stopped waiting.
        match self {
            Self::Task(reply) => _ = reply.send(value),
            Self::Thread(reply) => _ = reply.try_send(value),
            Self::None => {}
        }
    }
}

/// The commands that wait, and the thread that takes them.
#[derive(Debug)]
pub(super) struct Commands {
    /// `None` when the drain thread has ended.
    queue: Mutex<Option<Vec<Command>>>,
    ended: Condvar,
    drain: OnceLock<Thread>,
    /// Somebody waits for the last stream to close.
    idle_requested: AtomicBool,
    /// [`INTERVAL`], but for tests.
    interval: Duration,
    /// A child process that was forked has no drain thread.
    process: u32,
}

impl Commands {
    pub(super) fn new() -> Self {
        Self {
            queue: Mutex::new(Some(Vec::new())),
            ended: Condvar::new(),
            drain: OnceLock::new(),
            idle_requested: AtomicBool::new(false),
            interval: INTERVAL,
            process: std::process::id(),
        }
    }

    /// Wakes the drain thread; if it does not sleep, its next sleep ends at once.
    pub(super) fn wake(&self) {
        if let Some(drain) = self.drain.get() {
            drain.unpark();
        }
    }

    pub(super) fn waits_for_idle(&self) -> bool {
        self.idle_requested.load(Ordering::Acquire)
    }

    #[cfg(test)]
    #[cfg(not(model))]
    pub(super) fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
    }

    fn is_forked_child(&self) -> bool {
        self.process != std::process::id()
    }
}

impl Recorder {
    /// Names the thread that [`wait`](Self::wait)s.
    pub(crate) fn set_drain_thread(&self, thread: &Thread) {
        let _ = self.commands.drain.set(thread.clone());
    }

    pub(crate) fn is_on_drain_thread(&self) -> bool {
        self.commands.drain.get().is_some_and(|drain| drain.id() == thread::current().id())
    }

    /// Asks the drain thread. When it has ended, the command is dropped, and with it the reply.
    pub(crate) fn command(&self, command: Command) {
        // The lock may have been held by another thread at the moment of the fork, which has no copy here.
        if self.commands.is_forked_child() {
            return;
        }
        if let Some(commands) = lock(&self.commands.queue).as_mut() {
            if matches!(command, Command::FinishWhenIdle(..)) {
                self.commands.idle_requested.store(true, Ordering::Release);
            }
            commands.push(command);
        }
        self.commands.wake();
    }

    /// Waits until the drain thread has ended, `longest` at most.
    pub(crate) fn wait_for_end(&self, longest: Duration) {
        if self.commands.is_forked_child() {
            return;
        }
        let waiting = lock(&self.commands.queue);
        let _ended = self.commands.ended.wait_timeout_while(waiting, longest, |waiting| waiting.is_some());
    }

    /// Waits for commands, for a shard that fills up, or for the interval to pass.
    pub(super) fn wait(&self, until: Option<Instant>) -> Vec<Command> {
        let commands = self.take_commands();
        // The flag, not only the thread's token: a sink that blocks may have used up the token.
        if !commands.is_empty() || self.half_full.load(Ordering::Acquire) {
            return commands;
        }
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        thread::park_timeout(left.map_or(self.commands.interval, |left| left.min(self.commands.interval)));
        self.take_commands()
    }

    fn take_commands(&self) -> Vec<Command> {
        lock(&self.commands.queue).as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Takes no further commands and drops those that wait.
    pub(super) fn close_commands(&self) {
        let left = lock(&self.commands.queue).take();
        self.commands.ended.notify_all();
        // Without the lock: the task that a dropped reply wakes may ask again at once.
        drop(left);
    }
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "command_tests.rs"]
mod tests;

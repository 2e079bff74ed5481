//! Commands to the drain thread, and the waits and wake-ups between it and other threads.

use std::io;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::sync::atomic::{AtomicBool, Ordering};
use super::sync::thread::{self, Thread};
use super::sync::{Condvar, Mutex, OnceLock, mpsc};
use super::{Recorder, lock};
use crate::format::End;

/// Maximum time between two deliveries of new events to the sinks by the drain thread. If the process is
/// killed, the events since the last delivery are lost.
const INTERVAL: Duration = Duration::from_millis(20);

/// A command to the drain thread. The drain thread sends a reply when it has executed the command. If it ends
/// before that, it drops the sender of the reply, so that the caller stops waiting.
#[derive(Debug)]
pub(crate) enum Command {
    /// Deliver all events so far to the sinks.
    Flush(Reply<()>),
    /// Deliver all events so far to the sinks, then end the recording.
    Finish(Reply<io::Result<End>>),
    /// End the recording as soon as no stream is open, or at this time at the latest.
    FinishWhenIdle(Instant, Reply<io::Result<End>>),
}

/// The sender of the reply to a command. An asynchronous task, a blocked thread or nobody waits for the
/// reply.
#[derive(Debug)]
pub(crate) enum Reply<T> {
    Task(oneshot::Sender<T>),
    Thread(mpsc::SyncSender<T>),
    None,
}

impl<T> Reply<T> {
    pub(crate) fn send(self, value: T) {
        // The receiver may have stopped waiting.
        match self {
            Self::Task(reply) => _ = reply.send(value),
            Self::Thread(reply) => _ = reply.try_send(value),
            Self::None => {}
        }
    }
}

/// Queue of commands to the drain thread.
#[derive(Debug)]
pub(super) struct Commands {
    /// Commands that the drain thread has not received yet. `None` after it has ended.
    queue: Mutex<Option<Vec<Command>>>,
    ended: Condvar,
    drain: OnceLock<Thread>,
    /// `true` if a `Command::FinishWhenIdle` waits until the last open stream closes.
    idle_requested: AtomicBool,
    /// Maximum time between two deliveries of the drain thread to the sinks: [`INTERVAL`], except in tests.
    interval: Duration,
    /// Id of the process that started the drain thread. A forked child has another id, and a fork does not
    /// copy the drain thread.
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

    /// Wakes the drain thread. If the thread is running, its next wait returns at once.
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
    /// Stores the handle of the drain thread, for wake-ups.
    pub(crate) fn set_drain_thread(&self, thread: &Thread) {
        let _ = self.commands.drain.set(thread.clone());
    }

    pub(crate) fn is_on_drain_thread(&self) -> bool {
        self.commands.drain.get().is_some_and(|drain| drain.id() == thread::current().id())
    }

    /// Queues a command for the drain thread, and wakes the thread. If the thread has ended, drops the
    /// command with its [`Reply`], so that the caller stops waiting.
    pub(crate) fn command(&self, command: Command) {
        // Another thread may have held the lock at the moment of the fork. That thread does not exist in the child.
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

    /// Waits until the drain thread has ended, but no longer than `longest`.
    pub(crate) fn wait_for_end(&self, longest: Duration) {
        if self.commands.is_forked_child() {
            return;
        }
        let waiting = lock(&self.commands.queue);
        let _ended = self.commands.ended.wait_timeout_while(waiting, longest, |waiting| waiting.is_some());
    }

    /// Blocks the drain thread until it has something to do: a command has arrived, a buffer of the recording
    /// threads is half full, the deadline `until` has come, or the interval has passed. Returns the queued
    /// commands.
    pub(super) fn wait(&self, until: Option<Instant>) -> Vec<Command> {
        let commands = self.take_commands();
        // Checks the flag, because a blocking sink may have consumed the thread's unpark token.
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

    /// Closes the queue, because the drain thread ends. Drops the remaining commands with their [`Reply`], so
    /// that the callers stop waiting.
    pub(super) fn close_commands(&self) {
        let left = lock(&self.commands.queue).take();
        self.commands.ended.notify_all();
        // Dropped without the lock: a task that is woken by a dropped reply may send a command at once.
        drop(left);
    }
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "command_tests.rs"]
mod tests;

//! A recording in memory, and waiting for it.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::Check;
use crate::sink::Memory;
use crate::tap::Tap;

/// A tap that records to memory, to be checked.
#[derive(Clone, Debug)]
pub struct Recording {
    tap: Tap,
    memory: Memory,
}

impl Recording {
    /// Records the side that accepts connections.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn server(name: impl Into<String>) -> io::Result<Self> {
        let memory = Memory::new();
        Ok(Self { tap: Tap::server(name).sink(memory.clone()).start()?, memory })
    }

    /// Records the side that connects.
    ///
    /// # Errors
    /// As [`server`](Self::server).
    pub fn client(name: impl Into<String>) -> io::Result<Self> {
        let memory = Memory::new();
        Ok(Self { tap: Tap::client(name).sink(memory.clone()).start()?, memory })
    }

    /// The tap, to hand to the program under test.
    #[must_use]
    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// What was recorded so far, to be checked. It waits until the recorder has handed over all of it, a moment.
    ///
    /// A server's task may still be about to close its connection: wait for the task, or until no stream is open, with
    /// `recording.tap().idle().await`.
    ///
    /// # Panics
    /// When the recording has gaps: what is missing could be what a check is about.
    #[track_caller]
    #[must_use]
    pub fn check(&self) -> Check {
        wait(self.tap.flush());
        self.memory.check()
    }
}

impl Memory {
    /// What was recorded so far, to be checked; call [`Tap::flush`](crate::Tap::flush) before.
    ///
    /// # Panics
    /// When the recording has gaps: what is missing could be what a check is about.
    #[track_caller]
    #[must_use]
    pub fn check(&self) -> Check {
        Check::of(self.events())
    }
}

/// Wakes a thread that is parked.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread, also within an asynchronous task: for what another thread is certain to do at once.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

//! A recording in memory, and waiting for it.

use std::io;

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
        self.tap.flush_blocking();
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
        Check::new(self.events())
    }
}

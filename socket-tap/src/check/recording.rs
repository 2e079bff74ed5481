//! A recording in memory, for tests.

use std::io;

use super::Check;
use crate::sink::Memory;
use crate::tap::Tap;

/// A tap that records to memory, for [checks](Check).
#[derive(Clone, Debug)]
pub struct Recording {
    tap: Tap,
    memory: Memory,
}

impl Recording {
    /// Starts a recording of the side that accepts connections.
    ///
    /// # Errors
    /// Returns an error if no thread can be started.
    pub fn server(name: impl Into<String>) -> io::Result<Self> {
        let memory = Memory::new();
        Ok(Self { tap: Tap::server(name).sink(memory.clone()).start()?, memory })
    }

    /// Starts a recording of the side that connects.
    ///
    /// # Errors
    /// Fails like [`server`](Self::server).
    pub fn client(name: impl Into<String>) -> io::Result<Self> {
        let memory = Memory::new();
        Ok(Self { tap: Tap::client(name).sink(memory.clone()).start()?, memory })
    }

    /// Returns the tap, to pass to the program under test.
    #[must_use]
    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// Returns the events so far, to be checked. Blocks for a moment, until the recorder has delivered them.
    ///
    /// A server's task may still be about to close its connection. Wait for the task first, or until no stream is open
    /// with `recording.tap().idle().await`.
    ///
    /// # Panics
    /// Panics if the recording has gaps: the dropped events could be the ones to be checked.
    #[track_caller]
    #[must_use]
    pub fn check(&self) -> Check {
        self.tap.flush_blocking();
        self.memory.check()
    }
}

impl Memory {
    /// Returns the events so far, to be checked. Call [`Tap::flush`](crate::Tap::flush) first.
    ///
    /// # Panics
    /// Panics if the recording has gaps: the dropped events could be the ones to be checked.
    #[track_caller]
    #[must_use]
    pub fn check(&self) -> Check {
        Check::new(self.events())
    }
}

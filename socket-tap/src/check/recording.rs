//! A recording in memory whose events tests can check.

use std::io;

use super::Check;
use crate::sink::Memory;
use crate::tap::Tap;

/// A recording in memory whose events a test can [check](Check).
#[derive(Clone, Debug)]
pub struct Recording {
    tap: Tap,
    memory: Memory,
}

impl Recording {
    /// Starts a recording of a program that accepts connections.
    ///
    /// # Errors
    /// Returns an error if no thread can be started.
    pub fn server(name: impl Into<String>) -> io::Result<Self> {
        let memory = Memory::new();
        Ok(Self { tap: Tap::server(name).sink(memory.clone()).start()?, memory })
    }

    /// Starts a recording of a program that connects to servers.
    ///
    /// # Errors
    /// Fails like [`server`](Self::server).
    pub fn client(name: impl Into<String>) -> io::Result<Self> {
        let memory = Memory::new();
        Ok(Self { tap: Tap::client(name).sink(memory.clone()).start()?, memory })
    }

    /// Returns the tap of this recording. Pass it to the program under test.
    #[must_use]
    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// Returns a [`Check`] of the events so far. Blocks for a moment, until the recorder has delivered them.
    ///
    /// The server may close its connection a moment later than the client. Before you call this method, wait
    /// for the end of the server's task, or await `recording.tap().idle()`, which completes when no stream is
    /// open.
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
    /// Returns a [`Check`] of the events that the recorder has delivered so far. To include the latest
    /// events, call [`Tap::flush`](crate::Tap::flush) first.
    ///
    /// # Panics
    /// Panics if the recording has gaps: the dropped events could be the ones to be checked.
    #[track_caller]
    #[must_use]
    pub fn check(&self) -> Check {
        Check::new(self.events())
    }
}

//! The progress of the command, on a terminal.

use std::io::{self, IsTerminal as _, Write as _};

use super::conditions::{Load, Network};

/// A line on standard error about the load in progress. Not printed if that is not a terminal.
#[derive(Debug)]
pub struct Progress {
    is_terminal: bool,
    begun: usize,
    total: usize,
}

impl Progress {
    /// Creates a line for a number of loads.
    #[must_use]
    pub fn new(total: usize) -> Self {
        Self { is_terminal: io::stderr().is_terminal(), begun: 0, total }
    }

    /// Writes the load that begins.
    pub fn begin(&mut self, network: Network, load: Load) {
        self.begun += 1;
        self.write(&format!("{}/{}: {network}, {load}", self.begun, self.total));
    }

    /// Removes the line, so that something else can be printed.
    pub fn clear(&self) {
        self.write("");
    }

    /// Replaces the line.
    fn write(&self, text: &str) {
        if self.is_terminal {
            // A failure to show the progress is ignored.
            let _ = write!(io::stderr(), "\r\x1b[K{text}");
        }
    }
}

//! Standard output that discards everything until it is opened.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use socket_tap::monotonic_ns;

/// A writer to standard output that discards its input until [`open`](Self::open) is called.
///
/// The recorders write a line for each socket call. The lines for the tour (the calls that the workshop makes
/// at its start) are discarded, because the workshop prints a report of the tour instead. The workshop opens
/// this writer after the tour. Opening a clone opens all clones.
#[derive(Clone, Debug)]
pub struct GatedStdout {
    /// Value of the monotonic clock at the opening; 0 until then.
    opened_ns: Arc<AtomicU64>,
    created_ns: u64,
}

impl Default for GatedStdout {
    fn default() -> Self {
        Self { opened_ns: Arc::default(), created_ns: monotonic_ns() }
    }
}

impl GatedStdout {
    /// Passes everything that is written from now on to standard output.
    pub fn open(&self) {
        self.opened_ns.store(monotonic_ns().max(1), Ordering::Release);
    }

    /// Returns the time of the monotonic clock at which this writer was opened, in nanoseconds. `None` until then.
    #[must_use]
    pub fn opened_ns(&self) -> Option<u64> {
        Some(self.opened_ns.load(Ordering::Acquire)).filter(|opened| *opened > 0)
    }

    /// Returns the time of the monotonic clock at which this writer was created, in nanoseconds. The printed
    /// lines show times relative to it.
    #[must_use]
    pub fn created_ns(&self) -> u64 {
        self.created_ns
    }
}

impl Write for GatedStdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.opened_ns().is_some() { io::stdout().write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

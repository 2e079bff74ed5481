//! Writes the trace file of a recording that no tap makes.

use std::io;
use std::path::Path;

use super::{End, Header};
use crate::event::Event;
use crate::sink::{Sink as _, TraceFile};

/// A writer of a trace file whose events do not come from a [`Tap`](crate::Tap), for example the packets of a network.
///
/// The file has the same owner, permissions and lock as that of a [`TraceFile`]. Without [`finish`](Self::finish)
/// the trace has no end line, as after a crash.
///
/// ```
/// use socket_tap::event::{Event, Op};
/// use socket_tap::format::{Header, Side, TraceWriter};
///
/// # let directory = std::env::temp_dir().join(format!("trace-writer-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("wire.jsonl");
/// let header = Header::starting_now("wire", Side::Wire);
/// // Times of events count from the start of the recording.
/// let t = socket_tap::monotonic_ns() - header.monotonic_ns;
/// let mut trace = TraceWriter::create(&path, &header)?;
/// trace.write(&Event::new(t, None, Op::mark("calls")))?;
/// assert_eq!(trace.finish()?.events, 1);
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct TraceWriter {
    file: TraceFile,
    end: End,
    /// Time of the last event.
    last: u64,
}

impl TraceWriter {
    /// Creates the file and writes the header.
    ///
    /// # Errors
    /// The same as for [`TraceFile::create`]. The message names the file.
    pub fn create(path: impl AsRef<Path>, header: &Header) -> io::Result<Self> {
        Self::begin(TraceFile::create(path)?, header)
    }

    /// Writes the header to a file that the caller has created, for example one that
    /// [rotates](TraceFile::rotate).
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn begin(mut file: TraceFile, header: &Header) -> io::Result<Self> {
        file.begin(header)?;
        Ok(Self { file, end: End::default(), last: 0 })
    }

    /// Writes an event. It stays in a buffer until the buffer is full, or [`flush`](Self::flush) or
    /// [`finish`](Self::finish) is called.
    ///
    /// # Errors
    /// Returns an error of kind [`InvalidInput`](io::ErrorKind::InvalidInput) if the event is earlier than the one
    /// before: the lines of a trace are in the order of time. Returns the error if the file cannot be written.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        if event.t < self.last {
            let why = format!(
                "the event at {} ns is earlier than the one before, at {} ns; write events in the order of time",
                event.t, self.last
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        self.file.events(std::slice::from_ref(event))?;
        self.last = event.t;
        self.end.events += 1;
        if let crate::event::Op::Gap(gap) = &event.op {
            self.end.lost = self.end.lost.saturating_add(gap.events());
        }
        Ok(())
    }

    /// Writes the buffered events to the file, so that readers see them.
    ///
    /// # Errors
    /// Returns the error if the file cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// Writes the end line and unlocks the file. Returns the counts of all events.
    ///
    /// # Errors
    /// Returns the error if the file cannot be written.
    pub fn finish(mut self) -> io::Result<End> {
        self.end.open = self.file.open_streams();
        self.file.end(&self.end)?;
        Ok(self.end)
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;

//! The trace file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::Sink;
use super::rotation::Rotation;
use crate::event::{Event, Op};
use crate::format::{self, End, Header, Line};

/// Room for the end line, which is the longest when all its numbers are.
const END_LINE: u64 = 160;

/// Writes the trace to a file that only its owner can read: what goes through a socket is nobody else's business.
///
/// Each batch is handed to the system at once, so a process that is killed loses what came after the last batch. When the disk
/// is full, or the directory gone, recording to the file ends with one message on standard error; the program and the
/// other sinks go on, and [`Tap::finish`](crate::Tap::finish) returns the error.
#[derive(Debug)]
pub struct TraceFile {
    path: PathBuf,
    file: BufWriter<File>,
    rotation: Option<Rotation>,
    /// What the file's header says; `None` before the recording begins.
    header: Option<Header>,
    /// Bytes in the file.
    written: u64,
    /// Event lines in the file, what its gaps say is missing, and how many connections are open.
    counts: End,
    line: Vec<u8>,
}

impl TraceFile {
    /// Creates the file, or empties one that is there.
    ///
    /// # Errors
    /// When it cannot be created; the message names it.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref().to_owned();
        let file = open(&path)?;
        let (rotation, header, counts) = (None, None, End::default());
        Ok(Self { path, file, rotation, header, written: 0, counts, line: Vec::new() })
    }

    /// Begins a new file when this one would grow beyond `bytes`, and keeps the last `keep` full ones beside it: of
    /// `shop.jsonl` the full files are `shop.0.jsonl`, `shop.1.jsonl` and so on, and older ones are deleted.
    ///
    /// Each file is a whole trace, with a header, which counts the parts, and an end line. All parts have the same
    /// time line. A file is larger than `bytes` only when a single event is.
    ///
    /// ```no_run
    /// use socket_tap::{Tap, sink::TraceFile};
    ///
    /// // At most four files of 64 MiB each.
    /// let file = TraceFile::create("shop.jsonl")?.rotate(64 * 1024 * 1024, 3);
    /// let tap = Tap::server("shop").sink(file).start()?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn rotate(mut self, bytes: u64, keep: u64) -> Self {
        self.rotation = Some(Rotation { bytes, keep });
        self
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        self.line.clear();
        line.write(&mut self.line)?;
        self.written += self.line.len() as u64;
        self.file.write_all(&self.line)
    }

    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.line.clear();
        format::write_event(&mut self.line, event)?;
        let size = self.line.len() as u64;
        if self.rotation.is_some_and(|rotation| self.written + size + END_LINE > rotation.bytes)
            && self.counts.events > 0
        {
            self.next_part(event.t)?;
            format::write_event(&mut self.line, event)?;
        }
        self.written += size;
        self.count(event);
        self.file.write_all(&self.line)
    }

    fn count(&mut self, event: &Event) {
        self.counts.events += 1;
        if let Op::Gap(gap) = &event.op {
            self.counts.lost += gap.events();
        }
        self.counts.open = self.counts.open.saturating_add_signed(opens_or_closes(event));
    }

    /// Completes this file, puts it aside, and begins the next, which has what happened from `since` on.
    fn next_part(&mut self, since: u64) -> io::Result<()> {
        let Some((rotation, mut header)) = self.rotation.zip(self.header.clone()) else { return Ok(()) };
        let end = End { continued: true, ..self.counts.clone() };
        self.write(&Line::End(end))?;
        self.file.flush()?;
        rotation.put_aside(&self.path, header.part)?;
        self.file = open(&self.path)?;
        self.written = 0;
        (self.counts.events, self.counts.lost) = (0, 0);
        (header.part, header.since) = (header.part + 1, since);
        self.write(&Line::Header(header.clone()))?;
        self.header = Some(header);
        self.line.clear();
        Ok(())
    }
}

/// By how much the number of open connections changes with the event.
pub(super) fn opens_or_closes(event: &Event) -> i64 {
    match &event.op {
        Op::Accept { .. } | Op::Connect { .. } if event.error.is_none() => 1,
        Op::Close(close) if close.ended_by.is_some() => -1,
        _ => 0,
    }
}

/// Creates a file that only its owner can read.
pub(super) fn open(path: &Path) -> io::Result<BufWriter<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| {
        io::Error::new(error.kind(), format!("cannot write the trace {}: {error}", path.display()))
    })?;
    Ok(BufWriter::with_capacity(64 * 1024, file))
}

impl Sink for TraceFile {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.header = Some(header.clone());
        self.write(&Line::Header(header.clone()))?;
        self.file.flush()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        for event in batch {
            self.event(event)?;
        }
        // Whoever kills the process loses at most what is on its way here.
        self.file.flush()
    }

    fn end(&mut self, end: &End) -> io::Result<()> {
        // The counts are the file's, which may be the last of several.
        let End { events, lost, .. } = self.counts;
        self.write(&Line::End(End { events, lost, ..end.clone() }))?;
        self.file.flush()
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;

//! The trace file.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::Sink;
use super::open_streams::OpenStreams;
use super::private_file::PrivateFile;
use super::rotation::{self, Rotation};
use crate::event::{Event, Op};
use crate::format::{self, End, Header, Line};

/// Room for the end line, which is the longest when all its numbers are.
const END_LINE: u64 = 160;

/// Writes the trace to a file that only its owner can read, as captured payload may be confidential.
///
/// Events are written every 20 ms, so a process that is killed loses those of the last round. When the disk is full,
/// the directory gone, or the process's limit for the size of a file reached (`RLIMIT_FSIZE`, `getrlimit(2)`),
/// recording to the file ends; the program and the other sinks continue, and [`Tap::finish`](crate::Tap::finish)
/// returns the error.
///
/// The file is locked (`flock(2)`) until the recording ends, so that no second recording overwrites it. Readers are not
/// hindered.
#[derive(Debug)]
pub struct TraceFile {
    path: PathBuf,
    file: BufWriter<PrivateFile>,
    rotation: Option<Rotation>,
    /// What the file's header says; `None` before the recording begins.
    header: Option<Header>,
    /// Bytes in the file.
    written: u64,
    /// Event lines in the file, and what its gaps say is missing.
    counts: End,
    streams: OpenStreams,
    line: Vec<u8>,
}

impl TraceFile {
    /// Creates the file, or empties one that is there. A relative path is resolved now, so that a program may change
    /// its working directory later.
    ///
    /// An existing file with several names (hard links), or one that others may read, is replaced by a new one.
    ///
    /// # Errors
    /// When the file cannot be created; the message names it. In particular:
    ///
    /// - [`ResourceBusy`](io::ErrorKind::ResourceBusy) when another recording writes to it; the message names the
    ///   program and its process id;
    /// - [`InvalidInput`](io::ErrorKind::InvalidInput) when it is a symbolic link, a pipe, or anything else that is not
    ///   a regular file, but for `/dev/null` and `/dev/full`;
    /// - [`PermissionDenied`](io::ErrorKind::PermissionDenied) when it belongs to another user.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let file = buffered(PrivateFile::create(&path)?);
        let (rotation, header, counts, streams) = (None, None, End::default(), OpenStreams::default());
        Ok(Self { path, file, rotation, header, written: 0, counts, streams, line: Vec::new() })
    }

    /// Begins a new file when this one would grow beyond `bytes`, and keeps the last `keep` full ones beside it: of
    /// `shop.jsonl` the full files are `shop.0.jsonl`, `shop.1.jsonl` and so on, and older ones are deleted.
    ///
    /// Each file is a whole trace, with a header, which counts the parts, and an end line. All parts have the same
    /// time line. A file is larger than `bytes` only when a single event is.
    ///
    /// A recording replaces the one that was at its path before, with all its full files: they are deleted when the
    /// recording starts, so that two recordings never mix and no more than `keep` full files remain after a restart.
    /// Other files of these names are left alone. When a full file needs the name, the recording ends with an error.
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
        self.streams.observe(event);
    }

    /// Completes this file, puts it aside, and begins the next, which has what happened from `since` on.
    fn next_part(&mut self, since: u64) -> io::Result<()> {
        let Some((rotation, mut header)) = self.rotation.zip(self.header.clone()) else { return Ok(()) };
        let end = End { continued: true, open: self.streams.count(), ..self.counts.clone() };
        self.write(&Line::End(end))?;
        self.file.flush()?;
        self.file = buffered(rotation.next_file(&self.path, self.file.get_ref(), header.part)?);
        self.written = 0;
        (self.counts.events, self.counts.lost) = (0, 0);
        (header.part, header.since) = (header.part + 1, since);
        self.write(&Line::Header(header.clone()))?;
        self.header = Some(header);
        self.line.clear();
        Ok(())
    }
}

fn buffered(file: PrivateFile) -> BufWriter<PrivateFile> {
    BufWriter::with_capacity(64 * 1024, file)
}

impl Sink for TraceFile {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        rotation::delete_earlier_parts(&self.path)?;
        self.header = Some(header.clone());
        self.write(&Line::Header(header.clone()))?;
        self.file.flush()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        for event in batch {
            self.event(event)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    fn end(&mut self, end: &End) -> io::Result<()> {
        // The counts are the file's, which may be the last of several.
        let End { events, lost, .. } = self.counts;
        self.write(&Line::End(End { events, lost, ..end.clone() }))?;
        self.file.flush()?;
        // The caller of `finish` may record to it again.
        self.file.get_ref().unlock();
        Ok(())
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;

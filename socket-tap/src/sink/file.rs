//! The trace file.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Sink;
use super::open_streams::OpenStreams;
use super::private_file::PrivateFile;
use super::rotation::{self, Rotation};
use crate::event::{Event, Op};
use crate::format::{self, End, Header, Line, TransferLines};
use crate::recorder::{Record, Timed};

/// Bytes of lines that are written at once.
const BUFFER: usize = 64 * 1024;

/// ShardCapacity for the end line, which is the longest when all its numbers are.
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
    file: PrivateFile,
    /// Lines that are not yet in the file.
    buffer: Vec<u8>,
    lines: TransferLines,
    rotation: Option<Rotation>,
    /// What the file's header says; `None` before the recording begins.
    header: Option<Header>,
    /// Bytes in the file, without the buffer's.
    written: u64,
    /// Event lines in the file, and what its gaps say is missing.
    counts: End,
    streams: OpenStreams,
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
        Ok(Self {
            file: PrivateFile::create(&path)?,
            path,
            buffer: Vec::with_capacity(BUFFER),
            lines: TransferLines::new(),
            rotation: None,
            header: None,
            written: 0,
            counts: End::default(),
            streams: OpenStreams::default(),
        })
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

    /// Writes what was recorded, at the time that stands in place of its clock reading.
    pub(crate) fn records(&mut self, records: &[Timed<Record>], payload: &[u8]) -> io::Result<()> {
        for timed in records {
            let Record::Transfer(transfer) = &timed.record else {
                self.event(&timed.event(timed.raw, payload))?;
                continue;
            };
            let begin = self.buffer.len();
            self.lines.append(&mut self.buffer, timed.raw, timed.sock, transfer, payload);
            if self.rotation.is_some() {
                self.rotate_at(begin, timed.raw)?;
            }
            self.counts.events += 1;
            if self.buffer.len() >= BUFFER {
                self.write_buffer()?;
            }
        }
        Ok(())
    }

    fn event(&mut self, event: &Event) -> io::Result<()> {
        let begin = self.buffer.len();
        format::write_event(&mut self.buffer, event)?;
        self.rotate_at(begin, event.t)?;
        self.counts.events += 1;
        if let Op::Gap(gap) = &event.op {
            self.counts.lost += gap.events();
        }
        self.streams.observe(event);
        if self.buffer.len() >= BUFFER { self.write_buffer() } else { Ok(()) }
    }

    /// Begins the next file with the line that begins there in the buffer, when this file has no room for it.
    fn rotate_at(&mut self, begin: usize, t: u64) -> io::Result<()> {
        let size = (self.buffer.len() - begin) as u64;
        let written = self.written + begin as u64;
        let is_full = |rotation: Rotation| written + size + END_LINE > rotation.bytes;
        if self.rotation.is_some_and(is_full) && self.counts.events > 0 {
            let line = self.buffer.split_off(begin);
            self.next_part(t)?;
            self.buffer.extend_from_slice(&line);
        }
        Ok(())
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        line.write(&mut self.buffer)
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        let result = self.file.write_all(&self.buffer);
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        result
    }

    /// Completes this file, puts it aside, and begins the next, which has what happened from `since` on.
    fn next_part(&mut self, since: u64) -> io::Result<()> {
        let Some((rotation, mut header)) = self.rotation.zip(self.header.clone()) else { return Ok(()) };
        let end = End { continued: true, open: self.streams.count(), ..self.counts.clone() };
        self.write(&Line::End(end))?;
        self.write_buffer()?;
        self.file = rotation.next_file(&self.path, &self.file, header.part)?;
        self.written = 0;
        (self.counts.events, self.counts.lost) = (0, 0);
        (header.part, header.since) = (header.part + 1, since);
        self.write(&Line::Header(header.clone()))?;
        self.header = Some(header);
        Ok(())
    }
}

impl Sink for TraceFile {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        rotation::delete_earlier_parts(&self.path)?;
        self.header = Some(header.clone());
        self.write(&Line::Header(header.clone()))?;
        self.write_buffer()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        for event in batch {
            self.event(event)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_buffer()
    }

    fn as_trace_file(&mut self) -> Option<&mut TraceFile> {
        Some(self)
    }

    fn end(&mut self, end: &End) -> io::Result<()> {
        // The counts are the file's, which may be the last of several.
        let End { events, lost, .. } = self.counts;
        self.write(&Line::End(End { events, lost, ..end.clone() }))?;
        self.write_buffer()?;
        // The caller of `finish` may record to it again.
        self.file.unlock();
        Ok(())
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;

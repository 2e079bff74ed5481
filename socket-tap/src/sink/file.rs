//! A sink that writes a trace file.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Sink;
use super::open_streams::OpenStreams;
use super::private_file::PrivateFile;
use super::rotation::{self, Rotation};
use crate::event::{Event, Op};
use crate::format::{self, End, Header, Line, TransferLines};
use crate::recorder::{Record, Timed};

/// Number of buffered bytes at which the buffer is written to the file.
const BUFFER: usize = 64 * 1024;

/// Number of bytes that are reserved in each file for its end line.
const END_LINE: u64 = 160;

/// A sink that writes the trace to a file. Only the file's owner can read it, because captured payload may be
/// confidential.
///
/// Events are written every 20 ms, so a process that is killed loses the events of the last 20 ms. Recording
/// to the file ends if the disk is full, the directory is removed, or the process reaches its file size limit
/// (`RLIMIT_FSIZE`, `getrlimit(2)`). The program and the other sinks continue, and
/// [`Tap::finish`](crate::Tap::finish) returns the error.
///
/// The file is locked (`flock(2)`) until the recording ends, so that no second recording overwrites it.
/// Readers do not need the lock.
#[derive(Debug)]
pub struct TraceFile {
    path: PathBuf,
    file: PrivateFile,
    /// Lines that are not yet written to the file.
    buffer: Vec<u8>,
    lines: TransferLines,
    rotation: Option<Rotation>,
    /// Header of the current file. `None` before the recording begins.
    header: Option<Header>,
    /// Number of bytes that were written to the current file, without those in the buffer.
    written: u64,
    /// Counts for the end line of the current file. `events` is the number of its events; `lost` is the sum
    /// of its gap events.
    counts: End,
    streams: OpenStreams,
}

impl TraceFile {
    /// Creates the file, or truncates an existing one. This method resolves a relative path at once, so that
    /// the program may change its working directory later.
    ///
    /// If other users may read an existing file, or if it has several names (hard links), it is replaced by a
    /// new file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be created; the message names it. In particular:
    ///
    /// - [`ResourceBusy`](io::ErrorKind::ResourceBusy) if another recording writes to the file; the message names the
    ///   program and its process id;
    /// - [`InvalidInput`](io::ErrorKind::InvalidInput) if it is a symbolic link, a pipe, or anything else that is not a
    ///   regular file, except `/dev/null` and `/dev/full`;
    /// - [`PermissionDenied`](io::ErrorKind::PermissionDenied) if it belongs to another user.
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

    /// Rotates the file: begins a new file before the current file would exceed `bytes` bytes, and keeps the
    /// last `keep` full files next to the current one. The full files of `shop.jsonl` are `shop.0.jsonl`,
    /// `shop.1.jsonl` and so on; older ones are deleted.
    ///
    /// Each file is a complete trace, with an end line and a header that contains the file's number. All
    /// files share one time line. A file exceeds `bytes` only if it contains a single event that is larger.
    ///
    /// A new recording at the same path deletes the full files of the previous one, so that two recordings
    /// never mix and no more than `keep` full files remain after a restart. Other files with such names are
    /// not deleted. If such a file already has the name that the recording needs for its next full file, the
    /// recording to the file ends with an error.
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

    /// Returns the number of streams that the events so far have left open.
    pub(crate) fn open_streams(&self) -> u64 {
        self.streams.count()
    }

    /// Writes a batch of events, as the [records](Record) that the recorder keeps of them. The recorder has
    /// already converted the time `raw` of each record to nanoseconds.
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

    /// Begins a new file if the last line in the buffer would make the current file too large, and moves this
    /// line to the new file. `begin` is the index in the buffer at which the line begins, and `t` is the time
    /// of its event in nanoseconds.
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

    /// Completes the current file, adds its number to its name, and begins the next file. `since` is the time
    /// of the first event in the next file.
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
        // The counts of this file, which may be one of several.
        let End { events, lost, .. } = self.counts;
        self.write(&Line::End(End { events, lost, ..end.clone() }))?;
        self.write_buffer()?;
        // The caller of `finish` may record to the file again.
        self.file.unlock();
        Ok(())
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;

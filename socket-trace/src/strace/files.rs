//! Imports log files: one log of all threads, or one for each thread.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::clock::LogClock;
use super::importer::Importer;
use super::line::{Content, Line, Stamp};
use super::outcome::Imported;

/// Maximum number of bytes in a line.
const MAX_LINE: u64 = 64 << 20;

/// Reason why a log cannot be imported.
#[derive(Debug)]
pub enum ImportError {
    /// The log cannot be read.
    Read {
        /// Name of the log.
        source: String,
        /// The error of the operating system.
        error: io::Error,
    },
    /// The trace cannot be written.
    Write(io::Error),
    /// A log of a single thread has a name without the thread's number.
    NoThread {
        /// Name of the log.
        source: String,
    },
    /// The log of one of several threads has relative times (`-r`), which do not show the order of the threads.
    RelativeTimes {
        /// Name of the log.
        source: String,
    },
}

/// The open logs that `strace -ff -o FILE` wrote: `FILE.PID` for each thread.
#[derive(Debug)]
pub struct ThreadLogs {
    logs: Vec<Log>,
}

/// A log that is being read.
struct Log {
    source: String,
    lines: Box<dyn BufRead>,
    number: u64,
    /// Thread whose calls the log has. `None` if each line has its own.
    tid: Option<u32>,
    /// Converts the times by which the lines are ordered.
    clock: LogClock,
    text: Vec<u8>,
    is_too_long: bool,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log")
            .field("source", &self.source)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// Imports a log. `source` is its name in messages.
///
/// # Errors
/// The log cannot be read, or the trace cannot be written.
pub fn import_log(
    source: &str,
    reader: Box<dyn BufRead>,
    mut importer: Importer,
) -> Result<Imported, ImportError> {
    let mut log = Log::new(source.to_owned(), reader, None);
    while log.next()? {
        log.pass_to(&mut importer)?;
    }
    importer.finish().map_err(ImportError::Write)
}

impl ThreadLogs {
    /// Opens the logs, and reads the first line of each.
    ///
    /// # Errors
    /// A log cannot be read, is not named `FILE.PID`, or has relative times.
    pub fn open(paths: &[PathBuf]) -> Result<Self, ImportError> {
        let open = |path: &PathBuf| {
            let mut log = Log::open(path)?;
            log.next()?;
            match log.parse().map(|line| line.stamp) {
                Some(Stamp::Relative(_)) => Err(ImportError::RelativeTimes { source: log.source }),
                _ => Ok(log),
            }
        };
        Ok(Self { logs: paths.iter().map(open).collect::<Result<_, _>>()? })
    }

    /// Imports the logs.
    ///
    /// # Errors
    /// A log cannot be read, or the trace cannot be written.
    pub fn import(mut self, mut importer: Importer) -> Result<Imported, ImportError> {
        merge(&mut self.logs, &mut importer)?;
        importer.finish().map_err(ImportError::Write)
    }
}

/// Passes the lines of several logs in the order of their times. The first line of each has been read.
fn merge(logs: &mut [Log], importer: &mut Importer) -> Result<(), ImportError> {
    let of_day = |log: &Log| match log.parse()?.stamp {
        Stamp::OfDay(time) => Some(time),
        _ => None,
    };
    if let Some(first) = logs.iter().find_map(of_day) {
        logs.iter_mut().for_each(|log| log.clock = LogClock::near(first));
    }
    let first = |log: &mut Log| (!log.text.is_empty()).then(|| log.time().unwrap_or(0));
    let mut next: Vec<_> = logs.iter_mut().map(first).collect();
    loop {
        let earliest =
            next.iter().enumerate().filter_map(|(index, time)| time.map(|time| (time, index))).min();
        let Some((time, index)) = earliest else { return Ok(()) };
        let Some(log) = logs.get_mut(index) else { return Ok(()) };
        log.pass_to(importer)?;
        let following = if log.next()? { Some(log.time().unwrap_or(time).max(time)) } else { None };
        if let Some(place) = next.get_mut(index) {
            *place = following;
        }
    }
}

impl Log {
    fn new(source: String, lines: Box<dyn BufRead>, tid: Option<u32>) -> Self {
        Self {
            source,
            lines,
            number: 0,
            tid,
            clock: LogClock::default(),
            text: Vec::new(),
            is_too_long: false,
        }
    }

    /// Opens the log of one thread.
    fn open(path: &Path) -> Result<Self, ImportError> {
        let source = path.display().to_string();
        let Some(tid) = path.extension().and_then(|tid| tid.to_str()?.parse().ok()) else {
            return Err(ImportError::NoThread { source });
        };
        match File::open(path) {
            Ok(file) => Ok(Self::new(source, Box::new(BufReader::with_capacity(1 << 16, file)), Some(tid))),
            Err(error) => Err(ImportError::Read { source, error }),
        }
    }

    /// Reads the next line. Returns `false` at the end.
    fn next(&mut self) -> Result<bool, ImportError> {
        self.text.clear();
        let read = (&mut self.lines).take(MAX_LINE).read_until(b'\n', &mut self.text);
        let skipped = read.and_then(|read| {
            self.is_too_long = read as u64 == MAX_LINE && !self.text.ends_with(b"\n");
            if self.is_too_long {
                self.lines.skip_until(b'\n')?;
            }
            Ok(read > 0)
        });
        self.number += 1;
        skipped.map_err(|error| ImportError::Read { source: self.source.clone(), error })
    }

    /// Passes the line to the importer.
    fn pass_to(&self, importer: &mut Importer) -> Result<(), ImportError> {
        if self.is_too_long {
            importer.loses(&self.source, self.number);
            return Ok(());
        }
        importer.line(&self.text, &self.source, self.number, self.tid).map_err(ImportError::Write)
    }

    fn parse(&self) -> Option<Line<'_>> {
        Line::parse(self.text.strip_suffix(b"\n").unwrap_or(&self.text))
    }

    /// Returns the time by which the lines of several logs are ordered. A call that returns a descriptor takes effect when
    /// it returns, and any other when it begins.
    fn time(&mut self) -> Option<u64> {
        let line = self.parse()?;
        let (Stamp::Realtime(_) | Stamp::OfDay(_)) = line.stamp else { return None };
        let (stamp, took) = match line.content {
            Content::Call(call) if matches!(call.name, "accept" | "accept4" | "socket" | "recvmsg") => {
                (line.stamp, call.duration.unwrap_or(0))
            }
            _ => (line.stamp, 0),
        };
        Some(self.clock.time(stamp)?.saturating_add(took))
    }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;

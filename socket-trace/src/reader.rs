//! A trace read from a file line by line, and its errors.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use socket_tap::event::Event;
use socket_tap::format::{End, Header, Line, LineError, part_path};

/// Maximum length of a line: a fully captured write of 4 MiB is 6 MiB of base64.
const MAX_LINE: u64 = 64 * 1024 * 1024;

/// A trace that is being read.
pub struct Trace {
    source: String,
    header: Header,
    lines: Box<dyn BufRead>,
    /// Number of the last line read, from 1.
    line: u64,
    text: Vec<u8>,
    events: u64,
    ending: Ending,
    /// Later parts of the recording.
    later: VecDeque<Trace>,
    /// Sums of the end lines of earlier parts.
    before: End,
}

/// The end of a trace. It is certain only once all events are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The end line is present.
    Complete(End),
    /// The end line is missing: the recording continues, or the program was killed.
    CutShort {
        /// `true` if the last line is incomplete.
        torn: bool,
    },
    /// Text follows the end line: two programs wrote to the file, or it was appended to. The counts of the end line
    /// are not valid.
    TextAfterEnd {
        /// Number of the first line of that text.
        line: u64,
    },
}

/// An error while reading a trace.
#[derive(Debug)]
pub enum Error {
    /// The file cannot be opened or read.
    Io {
        /// The file.
        source: String,
        /// The error of the operating system.
        error: io::Error,
    },
    /// A line is not valid in a trace.
    Line {
        /// The file.
        source: String,
        /// The line's number, from 1.
        line: u64,
        /// The error in the line.
        error: LineError,
    },
    /// A line exceeds the maximum length; it was not read to its end.
    TooLong {
        /// The file.
        source: String,
        /// The line's number, from 1.
        line: u64,
    },
    /// A line is not UTF-8.
    NotText {
        /// The file.
        source: String,
        /// The line's number, from 1.
        line: u64,
    },
    /// The file is empty.
    Empty {
        /// The file.
        source: String,
    },
}

impl Trace {
    /// Opens a trace and reads its header; `-` is standard input.
    ///
    /// # Errors
    /// The file cannot be read, or does not start with a header.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if path.as_os_str() == "-" {
            return Self::read("standard input", Box::new(BufReader::new(io::stdin())));
        }
        let source = path.display().to_string();
        match File::open(path) {
            Ok(file) => Self::read(source, Box::new(BufReader::with_capacity(1 << 16, file))),
            Err(error) => Err(Error::Io { source, error }),
        }
    }

    /// Reads a trace from any source; `source` is its name in messages.
    ///
    /// # Errors
    /// The same as for [`open`](Self::open).
    pub fn read(source: impl Into<String>, mut lines: Box<dyn BufRead>) -> Result<Self, Error> {
        let source = source.into();
        let mut text = Vec::new();
        if !next_line(lines.as_mut(), &mut text, &source, 1)? {
            return Err(Error::Empty { source });
        }
        let header = match Line::parse_header(as_text(&text, &source, 1)?) {
            Ok(header) => header,
            Err(error) => {
                return Err(Error::Line { source, line: 1, error });
            }
        };
        let ending = Ending::CutShort { torn: false };
        let (later, before) = (VecDeque::new(), End::default());
        Ok(Self { source, header, lines, line: 1, text, events: 0, ending, later, before })
    }

    /// Opens all existing parts of a recording as one trace: see "Several files" in `TRACE.md`. `path` names the last
    /// part. A trace without parts is opened as by [`open`](Self::open).
    ///
    /// The header is that of the first existing part. The counts of the end line are summed over the parts.
    ///
    /// # Errors
    /// The same as for [`open`](Self::open), for the last part.
    pub fn open_recording(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let (mut first, mut later) = (Self::open(path)?, VecDeque::new());
        while let Some(part) = first.header.part.checked_sub(1) {
            match Self::open(part_path(path, part)) {
                Ok(earlier) if earlier.header.part == part && are_parts(&earlier.header, &first.header) => {
                    later.push_front(std::mem::replace(&mut first, earlier));
                }
                _ => break,
            }
        }
        Ok(Self { later, ..first })
    }

    /// Returns the name of the file that is being read.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the number of events read so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Returns the number of the last line read, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the end of the trace. Valid after [`next_event`](Self::next_event) has returned `None`.
    #[must_use]
    pub fn ending(&self) -> &Ending {
        &self.ending
    }

    /// Reads the next event; `None` at the end.
    ///
    /// # Errors
    /// A line is not valid in a trace. An incomplete last line is not an error: see [`ending`](Self::ending).
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        if matches!(self.ending, Ending::Complete(_) | Ending::TextAfterEnd { .. }) {
            return Ok(None);
        }
        loop {
            let number = self.line + 1;
            if !next_line(self.lines.as_mut(), &mut self.text, &self.source, number)? {
                return Ok(None);
            }
            self.line = number;
            if self.text.trim_ascii().is_empty() {
                continue;
            }
            let is_complete = self.text.ends_with(b"\n");
            let parsed = as_text(&self.text, &self.source, number).map(Line::parse);
            match parsed {
                Ok(Ok(Line::Event(event))) => {
                    self.events += 1;
                    return Ok(Some(event));
                }
                Ok(Ok(Line::End(end))) => {
                    if !self.end(end)? {
                        return Ok(None);
                    }
                }
                Ok(Err(_)) | Err(_) if !is_complete => {
                    self.ending = Ending::CutShort { torn: true };
                    return Ok(None);
                }
                Ok(Err(error)) => {
                    return Err(Error::Line { source: self.source.clone(), line: number, error });
                }
                Err(error) => return Err(error),
                // Skip repeated headers, and kinds of lines that this version does not know.
                Ok(Ok(_)) => {}
            }
        }
    }

    /// Processes an end line. Returns `true` if another part follows.
    fn end(&mut self, mut end: End) -> Result<bool, Error> {
        let continued = end.continued;
        end.events = self.before.events.saturating_add(end.events);
        end.lost = self.before.lost.saturating_add(end.lost);
        self.ending = Ending::Complete(end.clone());
        self.check_after_end()?;
        if !continued || matches!(self.ending, Ending::TextAfterEnd { .. }) {
            return Ok(false);
        }
        let Some(next) = self.later.pop_front() else { return Ok(false) };
        (self.source, self.lines, self.line) = (next.source, next.lines, next.line);
        (self.before, self.ending) = (end, next.ending);
        Ok(true)
    }

    /// Checks that only blank lines follow the end line.
    fn check_after_end(&mut self) -> Result<(), Error> {
        loop {
            let line = self.line + 1;
            match next_line(self.lines.as_mut(), &mut self.text, &self.source, line) {
                Ok(false) => return Ok(()),
                // A growing file has no further lines yet.
                Err(Error::Io { error, .. }) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Ok(true) if self.text.trim_ascii().is_empty() => self.line = line,
                Ok(true) | Err(Error::TooLong { .. }) => {
                    self.ending = Ending::TextAfterEnd { line };
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Returns `true` if two traces are different parts of one recording: see "Several files" in `TRACE.md`.
pub(crate) fn are_parts(one: &Header, other: &Header) -> bool {
    let identity = |header: &Header| (header.pid, header.monotonic_ns, header.started.clone(), header.side);
    identity(one) == identity(other) && one.name == other.name && one.part != other.part
}

fn next_line(lines: &mut dyn BufRead, text: &mut Vec<u8>, source: &str, line: u64) -> Result<bool, Error> {
    text.clear();
    match lines.take(MAX_LINE).read_until(b'\n', text) {
        Ok(0) => Ok(false),
        Ok(read) if read as u64 == MAX_LINE && !text.ends_with(b"\n") => {
            Err(Error::TooLong { source: source.to_owned(), line })
        }
        Ok(_) => Ok(true),
        Err(error) => Err(Error::Io { source: source.to_owned(), error }),
    }
}

fn as_text<'a>(text: &'a [u8], source: &str, line: u64) -> Result<&'a str, Error> {
    std::str::from_utf8(text.trim_ascii_end()).map_err(|_| Error::NotText { source: source.to_owned(), line })
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("source", &self.source)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { source, error } => write!(f, "cannot read {source}: {error}"),
            Self::Line { source, line: 1, error } if !matches!(error, LineError::NewerVersion(_)) => {
                write!(
                    f,
                    "{source} is not a trace file: its first line must be a header with \"socket_tap\": {error}"
                )
            }
            Self::Line { source, line, error } => write!(f, "{source}, line {line}: {error}"),
            Self::NotText { source, line } => {
                write!(
                    f,
                    "{source}, line {line}: not UTF-8 text; check that it is a trace file of socket-tap"
                )
            }
            Self::TooLong { source, line } => write!(
                f,
                "{source}, line {line}: longer than {} MiB; check that it is a trace file of socket-tap",
                MAX_LINE >> 20
            ),
            Self::Empty { source } => write!(f, "{source} is empty: a trace file begins with a header line"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

//! A trace from a file, line by line, and what is wrong with it.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use socket_tap::event::Event;
use socket_tap::format::{End, Header, Line, LineError, part_path};

/// No event is longer: a write of 4 MiB captured whole is 6 MiB of base64.
const MAX_LINE: u64 = 64 * 1024 * 1024;

/// A trace that is being read.
pub struct Trace {
    source: String,
    header: Header,
    lines: Box<dyn BufRead>,
    /// The number of the line that was read last, from 1.
    line: u64,
    text: Vec<u8>,
    events: u64,
    ending: Ending,
    /// The parts of the recording that come after this one.
    later: VecDeque<Trace>,
    /// The counts of the end lines of the parts before this one.
    before: End,
}

/// How a trace ends; certain only once all events are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With its end line.
    Complete(End),
    /// Without: the recording goes on, or the program was killed.
    CutShort {
        /// The last line broke off.
        torn: bool,
    },
    /// With its end line, and then more: two programs wrote to the file, or someone appended to it. No count of the
    /// end line holds.
    TextAfterEnd {
        /// The line that follows, from 1.
        line: u64,
    },
}

/// Why a trace cannot be read.
#[derive(Debug)]
pub enum Error {
    /// The file cannot be opened or read.
    Io {
        /// The file.
        source: String,
        /// Why.
        error: io::Error,
    },
    /// A line is not one of a trace.
    Line {
        /// The file.
        source: String,
        /// The line's number, from 1.
        line: u64,
        /// What is wrong.
        error: LineError,
    },
    /// A line is longer than any event; it was not read to its end.
    TooLong {
        /// The file.
        source: String,
        /// The line's number, from 1.
        line: u64,
    },
    /// A line is not text.
    NotText {
        /// The file.
        source: String,
        /// The line's number, from 1.
        line: u64,
    },
    /// The file has no lines.
    Empty {
        /// The file.
        source: String,
    },
}

impl Trace {
    /// Opens a trace and reads its header; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be read, or does not begin as a trace does.
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

    /// Reads a trace from anywhere; `source` names it in messages.
    ///
    /// # Errors
    /// As [`open`](Self::open).
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

    /// Opens all parts of a recording that are there as one trace: see "Several files" in `TRACE.md`. `path` names the
    /// last part. A trace that is not cut into parts is opened as by [`open`](Self::open).
    ///
    /// The header is that of the first part that is there. The counts of the end line are those of all parts.
    ///
    /// # Errors
    /// As [`open`](Self::open), for the last part.
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

    /// Where it is read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Who recorded, and when.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many events were read so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The number of the line that was read last, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How the trace ends; ask when [`next_event`](Self::next_event) has returned `None`.
    #[must_use]
    pub fn ending(&self) -> &Ending {
        &self.ending
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// When a line is not one of a trace. A last line that broke off is no error: see [`ending`](Self::ending).
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
            let whole = self.text.ends_with(b"\n");
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
                Ok(Err(_)) | Err(_) if !whole => {
                    self.ending = Ending::CutShort { torn: true };
                    return Ok(None);
                }
                Ok(Err(error)) => {
                    return Err(Error::Line { source: self.source.clone(), line: number, error });
                }
                Err(error) => return Err(error),
                // A header between events is passed over, and so is a line of a kind that this version does not know.
                Ok(Ok(_)) => {}
            }
        }
    }

    /// Takes in an end line, and returns whether there is a part after it.
    fn end(&mut self, mut end: End) -> Result<bool, Error> {
        let continued = end.continued;
        end.events = self.before.events.saturating_add(end.events);
        end.lost = self.before.lost.saturating_add(end.lost);
        self.ending = Ending::Complete(end.clone());
        self.look_behind_the_end()?;
        if !continued || matches!(self.ending, Ending::TextAfterEnd { .. }) {
            return Ok(false);
        }
        let Some(next) = self.later.pop_front() else { return Ok(false) };
        (self.source, self.lines, self.line) = (next.source, next.lines, next.line);
        (self.before, self.ending) = (end, next.ending);
        Ok(true)
    }

    /// Reads on after the end line, where nothing may be but blank lines.
    fn look_behind_the_end(&mut self) -> Result<(), Error> {
        loop {
            let line = self.line + 1;
            match next_line(self.lines.as_mut(), &mut self.text, &self.source, line) {
                Ok(false) => return Ok(()),
                // A file that may still grow has no more now.
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

/// Whether two traces are different parts of one recording: see "Several files" in `TRACE.md`.
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
                    "{source} is no trace: its first line must be a header with \"socket_tap\": {error}"
                )
            }
            Self::Line { source, line, error } => write!(f, "{source}, line {line}: {error}"),
            Self::NotText { source, line } => {
                write!(f, "{source}, line {line}: not a line of UTF-8 text; is this a trace of socket-tap?")
            }
            Self::TooLong { source, line } => write!(
                f,
                "{source}, line {line}: longer than {} MiB, and no event is; is this a trace of socket-tap?",
                MAX_LINE >> 20
            ),
            Self::Empty { source } => write!(f, "{source} is empty; a trace begins with a header line"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

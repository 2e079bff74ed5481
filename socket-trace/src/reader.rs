//! Reads a trace from a file, line by line.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use socket_tap::event::Event;
use socket_tap::format::{End, Header, Line};

use crate::capture_file::is_capture;
use crate::pipeline::Source;
use lines::{as_text, next_line};

pub use ending::Ending;
pub use error::Error;

mod ending;
mod error;
mod lines;
pub(crate) mod parts;
mod shorten;

/// A trace that is being read, event by event.
pub struct Trace {
    source: String,
    header: Header,
    lines: Box<dyn BufRead + Send>,
    /// Number of the last line read from the current file, from 1.
    line: u64,
    text: Vec<u8>,
    events: u64,
    ending: Ending,
    /// The files after the current one, oldest first, if the recording was rotated.
    later: VecDeque<Trace>,
    /// Sums of the counts (such as `events`) in the end lines of the earlier files of a rotated recording;
    /// zero while the first file is read.
    before: End,
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
    pub fn read(source: impl Into<String>, mut lines: Box<dyn BufRead + Send>) -> Result<Self, Error> {
        let source = source.into();
        // An error is reported when the first line is read.
        if lines.fill_buf().is_ok_and(is_capture) {
            return Err(Error::Capture { source });
        }
        let mut text = Vec::new();
        if !next_line(lines.as_mut(), &mut text, &source, 1)? {
            return Err(Error::Empty { source });
        }
        let header = match Line::parse_header(as_text(&text, &source, 1)?) {
            Ok(mut header) => {
                shorten::header(&mut header);
                header
            }
            Err(error) => {
                return Err(Error::Line { source, line: 1, error });
            }
        };
        let ending = Ending::CutShort { torn: false };
        let (later, before) = (VecDeque::new(), End::default());
        Ok(Self { source, header, lines, line: 1, text, events: 0, ending, later, before })
    }

    /// Returns the name of the file that is being read.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the header of the trace.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the number of events read so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Returns the number of the last line read from the current file, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns how the trace ends. Valid after [`next_event`](Self::next_event) has returned `None`.
    #[must_use]
    pub fn ending(&self) -> &Ending {
        &self.ending
    }

    /// Reads the next event. `None` after the last one. A text of more than 4 KiB, such as the label of a mark, is
    /// truncated. Payload is not.
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
                Ok(Ok(Line::Event(mut event))) => {
                    if self.text.len() > shorten::MAX_TEXT {
                        shorten::event(&mut event);
                    }
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

    /// Processes the end line of the current file. Returns `true` if the recording continues in another file.
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

    /// Checks whether text follows the end line. If it does, sets the ending to [`Ending::TextAfterEnd`].
    /// Blank lines are ignored.
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

impl Source for Trace {
    type Value = Event;
    type Error = Error;

    fn next(&mut self) -> Result<Option<Event>, Error> {
        self.next_event()
    }

    fn size(event: &Event) -> usize {
        // The other texts of an event are short.
        event.data().map_or(0, <[u8]>::len)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("source", &self.source)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

//! The bytes of a capture file, with their offsets.

use std::fmt;
use std::io::{self, BufRead};

use super::error::{Error, Problem};

/// A capture file that is read from its beginning to its end.
pub(super) struct Input {
    source: String,
    reader: Box<dyn BufRead>,
    /// Number of bytes that were read.
    offset: u64,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("source", &self.source)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

impl Input {
    /// Returns the input with the name `source`.
    pub(super) fn new(source: String, reader: Box<dyn BufRead>) -> Self {
        Self { source, reader, offset: 0 }
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the error `problem` of the block or record that begins at `start`.
    pub(super) fn error(&self, start: u64, problem: Problem) -> Error {
        Error::new(&self.source, start, problem)
    }

    /// Returns `true` if all bytes were read.
    pub(super) fn is_at_end(&mut self) -> Result<bool, Error> {
        match self.fill() {
            Ok(bytes) => Ok(bytes.is_empty()),
            Err(error) => Err(self.error(self.offset, Problem::Io(error))),
        }
    }

    /// Reads bytes of the block or record that begins at `start`. `buffer` then has these bytes only.
    ///
    /// Memory grows with the bytes that are there, not with a length that the file claims.
    pub(super) fn read(&mut self, start: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), Error> {
        buffer.clear();
        while buffer.len() < length {
            let missing = length - buffer.len();
            let taken = match self.fill() {
                Ok([]) => return Err(self.cut(start, missing as u64)),
                Ok(bytes) => {
                    let taken = bytes.get(..missing).unwrap_or(bytes);
                    buffer.extend_from_slice(taken);
                    taken.len()
                }
                Err(error) => return Err(self.error(start, Problem::Io(error))),
            };
            self.consume(taken);
        }
        Ok(())
    }

    /// Skips bytes of the block or record that begins at `start`.
    pub(super) fn skip(&mut self, start: u64, mut length: u64) -> Result<(), Error> {
        while length > 0 {
            let taken = match self.fill() {
                Ok([]) => return Err(self.cut(start, length)),
                Ok(bytes) => bytes.len().min(usize::try_from(length).unwrap_or(usize::MAX)),
                Err(error) => return Err(self.error(start, Problem::Io(error))),
            };
            self.consume(taken);
            length -= taken as u64;
        }
        Ok(())
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        // A signal such as SIGWINCH interrupts a read.
        while let Err(error) = self.reader.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        self.reader.fill_buf()
    }

    fn consume(&mut self, taken: usize) {
        self.reader.consume(taken);
        self.offset += taken as u64;
    }

    fn cut(&self, start: u64, missing: u64) -> Error {
        let found = self.offset - start;
        self.error(start, Problem::Cut { expected: found.saturating_add(missing), found })
    }
}

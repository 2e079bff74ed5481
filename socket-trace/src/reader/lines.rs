//! Reads lines of limited length.

use std::io::{self, BufRead};

use memchr::memchr;

use super::error::{Error, MAX_LINE};

/// Reads the next line into `text`. Returns `false` at the end of the file.
pub(super) fn next_line(
    lines: &mut dyn BufRead,
    text: &mut Vec<u8>,
    source: &str,
    line: u64,
) -> Result<bool, Error> {
    text.clear();
    loop {
        let bytes = match lines.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::Io { source: source.to_owned(), error }),
        };
        // As `read_until`, whose search takes three times as many instructions.
        let end = memchr(b'\n', bytes).map(|at| at + 1);
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        let (length, is_last) = (part.len(), end.is_some() || part.is_empty());
        if (text.len() + length) as u64 > MAX_LINE {
            return Err(Error::TooLong { source: source.to_owned(), line });
        }
        text.extend_from_slice(part);
        lines.consume(length);
        if is_last {
            return Ok(!text.is_empty());
        }
    }
}

pub(super) fn as_text<'a>(text: &'a [u8], source: &str, line: u64) -> Result<&'a str, Error> {
    std::str::from_utf8(text.trim_ascii_end()).map_err(|_| Error::NotText { source: source.to_owned(), line })
}

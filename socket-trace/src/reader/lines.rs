//! Reads lines of limited length.

use std::io::{BufRead, Read as _};

use super::error::{Error, MAX_LINE};

/// Reads the next line into `text`. Returns `false` at the end of the file.
pub(super) fn next_line(
    lines: &mut dyn BufRead,
    text: &mut Vec<u8>,
    source: &str,
    line: u64,
) -> Result<bool, Error> {
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

pub(super) fn as_text<'a>(text: &'a [u8], source: &str, line: u64) -> Result<&'a str, Error> {
    std::str::from_utf8(text.trim_ascii_end()).map_err(|_| Error::NotText { source: source.to_owned(), line })
}

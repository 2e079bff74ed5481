//! Reads the complete lines of a file that a recorder is still writing.

use std::fs::File;
use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Maximum number of bytes read from the file at once.
const CHUNK: u64 = 1 << 16;

/// Maximum number of bytes in a line. A longer line is returned in pieces, which the trace reader rejects as
/// invalid.
const MAX_LINE: usize = 64 * 1024 * 1024;

/// Number of bytes of the file that the reader has consumed so far.
pub(super) type Consumed = Arc<AtomicU64>;

/// The complete lines of a file that a recorder is still writing. After the last complete line, reads fail
/// with [`ErrorKind::WouldBlock`]; they can be retried later.
pub(super) struct Lines {
    file: File,
    buffer: Vec<u8>,
    /// Offset in the buffer of the first byte that was not consumed yet.
    next: usize,
    /// Offset in the buffer after the last complete line.
    complete: usize,
    consumed: Consumed,
}

pub(super) fn lines(file: File) -> (Lines, Consumed) {
    let consumed = Consumed::default();
    (Lines { file, buffer: Vec::new(), next: 0, complete: 0, consumed: Arc::clone(&consumed) }, consumed)
}

impl Lines {
    fn read_more(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.complete);
        (self.next, self.complete) = (0, 0);
        while self.complete == 0 {
            let before = self.buffer.len();
            if self.file.by_ref().take(CHUNK).read_to_end(&mut self.buffer)? == 0 {
                return Err(ErrorKind::WouldBlock.into());
            }
            let end = self.buffer.iter().skip(before).rposition(|byte| *byte == b'\n');
            self.complete = match end {
                Some(at) => before + at + 1,
                None if self.buffer.len() > MAX_LINE => self.buffer.len(),
                None => 0,
            };
        }
        Ok(())
    }
}

impl BufRead for Lines {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.next == self.complete {
            self.read_more()?;
        }
        Ok(self.buffer.get(self.next..self.complete).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.next += amount;
        self.consumed.fetch_add(amount as u64, Ordering::Relaxed);
    }
}

impl Read for Lines {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn incomplete_line_is_not_returned() {
        let path = std::env::temp_dir().join(format!("socket-trace-growing-{}", std::process::id()));
        let mut written = File::create(&path).unwrap();
        let (mut lines, consumed) = lines(File::open(&path).unwrap());
        let mut next = || {
            let mut line = String::new();
            lines.read_line(&mut line).map(|_| line).map_err(|error| error.kind())
        };
        assert_eq!(next(), Err(ErrorKind::WouldBlock));
        written.write_all(b"one\ntwo\nthr").unwrap();
        assert_eq!([next(), next()], [Ok("one\n".to_owned()), Ok("two\n".to_owned())]);
        assert_eq!(next(), Err(ErrorKind::WouldBlock));
        assert_eq!(consumed.load(Ordering::Relaxed), 8);
        let long = "e".repeat(2 * CHUNK as usize);
        written.write_all(long.as_bytes()).unwrap();
        assert_eq!(next(), Err(ErrorKind::WouldBlock));
        written.write_all(b"\nfour\n").unwrap();
        assert_eq!([next(), next()], [Ok(format!("thr{long}\n")), Ok("four\n".to_owned())]);
        std::fs::remove_file(path).unwrap();
    }
}

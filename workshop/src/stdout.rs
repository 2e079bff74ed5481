//! Prints on standard output.

use std::io::{self, ErrorKind, Write as _};

/// Prints text on standard output.
///
/// # Errors
/// If standard output cannot be written. A closed pipe is no error.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader of a pipe may close it early, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

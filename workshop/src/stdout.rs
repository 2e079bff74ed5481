//! Prints on standard output.

use std::io::{self, ErrorKind, Write as _};

/// Number of columns if standard output is not a terminal.
const DEFAULT_COLUMNS: usize = 80;

/// Returns the number of columns of the terminal, or 80 if standard output is not a terminal.
#[must_use]
pub fn columns() -> usize {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stdout())
        && size.ws_col > 0
    {
        return size.ws_col.into();
    }
    DEFAULT_COLUMNS
}

/// Prints text on standard output.
///
/// # Errors
/// If standard output cannot be written. A closed pipe is not an error.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader of a pipe may close it early, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

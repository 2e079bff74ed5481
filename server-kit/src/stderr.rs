//! Messages on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};

/// Prints a line on standard error.
///
/// Does nothing if that fails, for example because the terminal was closed. `eprintln!` would panic, and the
/// panic could end the task that handles signals.
pub fn print_line(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

//! Writes trace files from lines that a test provides.

use std::fs;
use std::path::Path;

use socket_tap::format::{Header, Line, Side};

/// Returns the header line of a server's trace, without its newline.
pub(crate) fn header() -> String {
    let mut header = Header::new("n", Side::Server);
    header.program = "p".to_owned();
    header.pid = 1;
    let mut line = Vec::new();
    Line::Header(header).write(&mut line).unwrap();
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

/// Writes a trace file that contains a header line and the lines in `rest`. Returns its path.
pub(crate) fn write(path: &Path, rest: &str) -> String {
    fs::write(path, format!("{}\n{rest}", header())).unwrap();
    path.to_str().unwrap().to_owned()
}

//! The header fields of the messages in a read or write, one per line.

use std::io::{self, Write};

use socket_tap::format::text::printable;

use super::description::truncate;
use socket_dissect::Part;

/// Number of columns before the name of a field.
const INDENT: usize = 10;

/// Writes the header fields of the parts. Writes nothing for parts without fields.
///
/// # Errors
/// `out` cannot be written.
pub fn write(parts: &[Part], width: Option<usize>, out: &mut impl Write) -> io::Result<()> {
    for (name, value) in parts.iter().flat_map(|part| &part.fields) {
        let field = printable(&format!("{name}: {value}"));
        let field = match width {
            Some(width) => truncate(&field, width.saturating_sub(INDENT)),
            None => field,
        };
        writeln!(out, "{:INDENT$}{}", "", field.trim_end())?;
    }
    Ok(())
}

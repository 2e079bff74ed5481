//! JSON without characters that a terminal hides or executes.

use std::io::{self, Write};

use socket_tap::format::text::is_printable;

/// A writer of JSON that replaces characters that are not printable with escapes such as `\u202e`. The values stay the
/// same. Each call of [`write`](Write::write) must contain complete characters, as the calls of `serde_json` do.
#[derive(Debug)]
pub(crate) struct EscapedJson<W>(pub(crate) W);

impl<W: Write> Write for EscapedJson<W> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        // serde_json escapes the control characters below the space.
        let needs_no_escape = json.iter().all(|byte| *byte < 0x7f);
        let Some(text) = std::str::from_utf8(json).ok().filter(|_| !needs_no_escape) else {
            return self.0.write(json);
        };
        let mut rest = text;
        // A line feed is between values, never in a string.
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| !is_printable(*c) && *c != '\n') {
            self.0.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(self.0, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        self.0.write_all(rest.as_bytes())?;
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_json_keeps_values_and_is_printable() {
        let values = ["plain", "é書👩", "a\u{202e}b\u{7f}c\u{9b}d\u{e0041}e\n\u{1b}"];
        let mut json = Vec::new();
        serde_json::to_writer_pretty(EscapedJson(&mut json), &values).unwrap();
        let text = String::from_utf8(json).unwrap();
        assert!(text.chars().all(|c| is_printable(c) || c == '\n'), "{text:?}");
        assert!(text.contains("é書👩") && text.contains("\\udb40\\udc41"), "{text}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), values);
    }
}

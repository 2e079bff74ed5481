//! The lines of a header section: RFC 9112, section 5.
//!
//! A parser for servers refuses a message with a malformed line. Here, the line is named and read as well as possible, so
//! that one bad field does not hide the messages after it.

use std::borrow::Cow;

use memchr::memchr;

use super::start_line::is_token;

/// A field line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FieldLine<'a> {
    pub(super) name: &'a str,
    pub(super) value: Cow<'a, [u8]>,
    /// The rule that the line breaks, with its section.
    pub(super) violation: Option<&'static str>,
}

/// Iterates over the field lines in `section`, up to the first empty line.
pub(super) fn field_lines(section: &[u8]) -> FieldLines<'_> {
    FieldLines { rest: section }
}

#[derive(Debug)]
pub(super) struct FieldLines<'a> {
    rest: &'a [u8],
}

const FOLDED: &str = "a folded field line (RFC 9112, section 5.2)";
const NO_COLON: &str = "a field line without a colon (RFC 9112, section 5)";
const SPACE: &str = "a space between a field name and its colon (RFC 9112, section 5.1)";
const NO_TOKEN: &str = "a field name that is not a token (RFC 9110, section 5.1)";

impl<'a> Iterator for FieldLines<'a> {
    type Item = FieldLine<'a>;

    fn next(&mut self) -> Option<FieldLine<'a>> {
        let line = self.line().filter(|line| !line.is_empty())?;
        let mut field = parse(line);
        while matches!(self.rest, [b' ' | b'\t', ..]) {
            // A fold is replaced by spaces.
            let folded = self.line().unwrap_or_default();
            let value = field.value.to_mut();
            value.push(b' ');
            value.extend_from_slice(folded.trim_ascii());
            field.violation.get_or_insert(FOLDED);
        }
        Some(field)
    }
}

impl<'a> FieldLines<'a> {
    /// Removes and returns the next line, without its end.
    fn line(&mut self) -> Option<&'a [u8]> {
        let end = memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at_checked(end)?;
        if self.rest.is_empty() {
            return None;
        }
        self.rest = rest.get(1..).unwrap_or_default();
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

fn parse(line: &[u8]) -> FieldLine<'_> {
    let length = line.iter().take_while(|byte| is_token(**byte)).count();
    match line.split_at_checked(length) {
        Some((name @ [_, ..], [b':', value @ ..])) => field(name, value, None),
        _ => parse_malformed(line),
    }
}

fn field<'a>(name: &'a [u8], value: &'a [u8], violation: Option<&'static str>) -> FieldLine<'a> {
    let value = Cow::Borrowed(value.trim_ascii());
    FieldLine { name: std::str::from_utf8(name).unwrap_or_default(), value, violation }
}

fn parse_malformed(line: &[u8]) -> FieldLine<'_> {
    let colon = line.iter().position(|byte| *byte == b':');
    let (name, value) = line.split_at(colon.unwrap_or(line.len()));
    let trimmed = name.trim_ascii();
    let violation = match () {
        () if colon.is_none() => Some(NO_COLON),
        () if trimmed.is_empty() || !trimmed.iter().all(|byte| is_token(*byte)) => Some(NO_TOKEN),
        () if trimmed.len() < name.len() => Some(SPACE),
        () => None,
    };
    field(trimmed, value.strip_prefix(b":").unwrap_or(value), violation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_field_lines_are_read_and_named() {
        let section = b"a: 1\r\nb : 2\nc: 3\r\n  4\r\n\t5\r\nd\r\n(e): 6\r\nf:\r\n\r\ng: 7\r\n";
        let lines: Vec<_> = field_lines(section)
            .map(|field| (field.name, String::from_utf8_lossy(&field.value).into_owned(), field.violation))
            .collect();
        let expected = [
            ("a", "1", None),
            ("b", "2", Some(SPACE)),
            ("c", "3 4 5", Some(FOLDED)),
            ("d", "", Some(NO_COLON)),
            ("(e)", "6", Some(NO_TOKEN)),
            ("f", "", None),
        ];
        assert_eq!(lines, expected.map(|(name, value, violation)| (name, value.to_owned(), violation)));
        assert_eq!(field_lines(b"").count(), 0);
        assert_eq!(field_lines(b"\xff: a").next().map(|field| field.name), Some(""));
    }
}

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
    pub(super) value: Cow<'a, str>,
    /// The rule that the line breaks, with its section.
    pub(super) violation: Option<&'static str>,
}

/// Iterates over the field lines in `section`, up to the first empty line.
pub(super) fn field_lines(section: &str) -> FieldLines<'_> {
    FieldLines { rest: section }
}

#[derive(Debug)]
pub(super) struct FieldLines<'a> {
    rest: &'a str,
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
        while matches!(self.rest.as_bytes(), [b' ' | b'\t', ..]) {
            // A fold is replaced by a space. Spaces around the whole value do not belong to it.
            let folded = self.line().unwrap_or_default().trim_ascii();
            let is_within = !field.value.is_empty() && !folded.is_empty();
            field.value.to_mut().extend([if is_within { " " } else { "" }, folded]);
            field.violation.get_or_insert(FOLDED);
        }
        Some(field)
    }
}

impl<'a> FieldLines<'a> {
    /// Removes and returns the next line, without its end.
    fn line(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.rest.as_bytes()).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.get(1..).unwrap_or_default();
        Some(line.strip_suffix('\r').unwrap_or(line))
    }
}

fn parse(line: &str) -> FieldLine<'_> {
    let length = line.bytes().take_while(|byte| is_token(*byte)).count();
    match line.split_at_checked(length) {
        Some((name, rest)) if !name.is_empty() && rest.starts_with(':') => field(name, rest, None),
        _ => parse_malformed(line),
    }
}

/// Returns a field line. `rest` is what follows the name.
fn field<'a>(name: &'a str, rest: &'a str, violation: Option<&'static str>) -> FieldLine<'a> {
    let value = rest.strip_prefix(':').unwrap_or(rest).trim_ascii();
    FieldLine { name, value: Cow::Borrowed(value), violation }
}

fn parse_malformed(line: &str) -> FieldLine<'_> {
    let colon = line.find(':');
    let (name, rest) = line.split_at(colon.unwrap_or(line.len()));
    let trimmed = name.trim_ascii();
    let violation = match () {
        () if colon.is_none() => Some(NO_COLON),
        () if trimmed.is_empty() || !trimmed.bytes().all(is_token) => Some(NO_TOKEN),
        () if trimmed.len() < name.len() => Some(SPACE),
        () => None,
    };
    field(trimmed, rest, violation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_field_lines_are_read_and_named() {
        let section = "a: 1\r\nb : 2\nc:\r\n 3\r\n  4\r\n\t5\r\n \r\nd\r\n(e): 6\r\nf:\r\n\r\ng: 7\r\n";
        let lines: Vec<_> = field_lines(section)
            .map(|field| (field.name, field.value.into_owned(), field.violation))
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
        assert_eq!(field_lines("").count(), 0);
        let invalid = field_lines("é: a").next().map(|field| (field.name, field.violation));
        assert_eq!(invalid, Some(("é", Some(NO_TOKEN))));
    }
}

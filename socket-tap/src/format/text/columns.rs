//! The columns at the beginning of a line: the time, the number of the socket and the name of the operation.

use super::printable::push_printable;
use crate::event::SockId;

/// Width of the column of the time.
const TIME: usize = 10;

/// Width of the column of the socket's number.
const SOCK: usize = 4;

/// Appends the column of the time, and a space.
pub(super) fn push_time(ns: u64, out: &mut String) {
    let mut columns = Columns::default();
    columns.prepend(b' ');
    columns.prepend_seconds(ns, TIME);
    columns.push_to(out);
}

/// Appends the columns of the time and of the socket's number, such as `#2`, with a space after each.
pub(super) fn push_time_and_sock(ns: u64, sock: Option<SockId>, out: &mut String) {
    let mut columns = Columns::default();
    columns.prepend(b' ');
    let end = columns.start;
    if let Some(sock) = sock {
        columns.prepend_number(sock.get(), 1);
        columns.prepend(b'#');
    }
    columns.pad(end, SOCK);
    columns.prepend(b' ');
    columns.prepend_seconds(ns, TIME);
    columns.push_to(out);
}

/// Appends the digits of a number.
pub(super) fn push_number(number: u64, out: &mut String) {
    let mut digits = Columns::default();
    digits.prepend_number(number, 1);
    digits.push_to(out);
}

/// Appends `text`, made printable and left-aligned in a column of at least `width` characters.
pub(super) fn push_left(text: &str, width: usize, out: &mut String) {
    let start = out.len();
    push_printable(text, out);
    let column = &out[start..];
    // Counting characters is slower than checking for ASCII.
    let used = if column.is_ascii() { column.len() } else { column.chars().count() };
    (used..width).for_each(|_| out.push(' '));
}

/// Formats nanoseconds as seconds with six decimals, as packet captures do.
#[must_use]
pub fn seconds(ns: u64) -> String {
    let (mut columns, mut text) = (Columns::default(), String::new());
    columns.prepend_seconds(ns, 0);
    columns.push_to(&mut text);
    text
}

/// Columns that are formatted from right to left, as division yields the digits of a number. Much faster than `format!`, and
/// almost every line of a trace has them.
struct Columns {
    bytes: [u8; Self::MAX],
    /// Index of the first byte.
    start: usize,
}

impl Default for Columns {
    fn default() -> Self {
        Self { bytes: [b' '; Self::MAX], start: Self::MAX }
    }
}

impl Columns {
    /// Two numbers of 20 digits, a point, a `#` and two spaces fit.
    const MAX: usize = 48;

    fn prepend(&mut self, byte: u8) {
        self.start = self.start.saturating_sub(1);
        self.bytes[self.start] = byte;
    }

    /// Prepends a number with at least `min` digits.
    fn prepend_number(&mut self, mut number: u64, min: usize) {
        let least = self.start.saturating_sub(min);
        while number > 0 || self.start > least {
            self.prepend(b'0' + (number % 10) as u8);
            number /= 10;
        }
    }

    /// Prepends a time in seconds, and spaces up to a width.
    fn prepend_seconds(&mut self, ns: u64, width: usize) {
        let (end, us) = (self.start, ns / 1_000);
        self.prepend_number(us % 1_000_000, 6);
        self.prepend(b'.');
        self.prepend_number(us / 1_000_000, 1);
        self.pad(end, width);
    }

    /// Prepends spaces until the column that ends at `end` has a width.
    fn pad(&mut self, end: usize, width: usize) {
        self.start = self.start.min(end.saturating_sub(width));
    }

    fn push_to(&self, out: &mut String) {
        out.push_str(std::str::from_utf8(&self.bytes[self.start..]).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_the_standard_formats() {
        for number in [0, 7, 999, 1_000, 999_999_999, 1_000_000_000, 123_456_789_012_345, u64::MAX] {
            let (seconds, decimals) = (number / 1_000_000_000, number / 1_000 % 1_000_000);
            let time = format!("{seconds}.{decimals:06}");
            let mut line = String::new();
            push_number(number, &mut line);
            push_time(number, &mut line);
            push_time_and_sock(number, SockId::new(number), &mut line);
            let sock = SockId::new(number).map_or_else(String::new, |sock| format!("#{sock}"));
            assert_eq!(line, format!("{number}{time:>10} {time:>10} {sock:>4} "));
            assert_eq!(super::seconds(number), time);
        }
    }
}

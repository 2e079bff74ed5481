//! The columns at the beginning of a line, formatted without an allocation.

use super::digits::Digits;
use super::printable::push_printable;
use crate::event::SockId;

/// Appends the time in seconds, right-aligned in a column of at least `width` characters.
pub(super) fn push_seconds(ns: u64, width: usize, out: &mut String) {
    const DECIMALS: usize = 6;
    // At least one digit precedes the point.
    let digits = Digits::of(ns / 1_000, DECIMALS + 1);
    let (whole, decimals) = digits.as_str().split_at(digits.as_str().len() - DECIMALS);
    push_spaces(width.saturating_sub(whole.len() + 1 + DECIMALS), out);
    out.extend([whole, ".", decimals]);
}

/// Appends the number of a socket, such as `#2`, right-aligned in a column of at least `width` characters.
pub(super) fn push_sock(sock: Option<SockId>, width: usize, out: &mut String) {
    let Some(sock) = sock else { return push_spaces(width, out) };
    let digits = Digits::of(sock.get(), 1);
    push_spaces(width.saturating_sub("#".len() + digits.as_str().len()), out);
    out.extend(["#", digits.as_str()]);
}

/// Appends `text`, made printable and left-aligned in a column of at least `width` characters. Faster than the format
/// `{:<width$}`.
pub(super) fn push_left(text: &str, width: usize, out: &mut String) {
    let start = out.len();
    push_printable(text, out);
    let chars = out[start..].chars().count();
    push_spaces(width.saturating_sub(chars), out);
}

/// Appends spaces. All columns are narrower than the constant.
fn push_spaces(count: usize, out: &mut String) {
    const SPACES: &str = "                ";
    out.push_str(SPACES.get(..count).unwrap_or(SPACES));
}

/// Formats nanoseconds as seconds with six decimals, as packet captures do.
#[must_use]
pub fn seconds(ns: u64) -> String {
    let mut text = String::new();
    push_seconds(ns, 0, &mut text);
    text
}

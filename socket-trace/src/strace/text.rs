//! Reads the notation in which strace prints arguments: quoted strings, descriptors with comments, structures.

/// Maximum number of arguments of a system call.
const MAX_ARGUMENTS: usize = 6;

/// The arguments of a system call, as printed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Arguments<'a> {
    texts: [&'a str; MAX_ARGUMENTS],
    count: usize,
}

impl<'a> Arguments<'a> {
    /// Splits the text after the opening parenthesis of a call. Returns the arguments, and the text after the closing
    /// parenthesis; `None` if it is missing.
    pub(super) fn split(text: &'a str) -> Option<(Self, &'a str)> {
        let (mut arguments, mut start, mut depth) = (Self::default(), 0, 0_usize);
        let mut bytes = Bytes { text: text.as_bytes(), at: 0 };
        while let Some(byte) = bytes.next_outside_strings() {
            let end = bytes.at - 1;
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' if depth == 0 => {
                    arguments.push(text.get(start..end)?);
                    return Some((arguments, text.get(bytes.at..)?));
                }
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b',' if depth == 0 => {
                    arguments.push(text.get(start..end)?);
                    start = bytes.at;
                }
                _ => {}
            }
        }
        None
    }

    fn push(&mut self, text: &'a str) {
        if let Some(place) = self.texts.get_mut(self.count) {
            *place = text.trim_ascii();
            self.count += 1;
        }
    }

    /// Returns the argument with this index, or an empty text if the call has fewer.
    pub(super) fn get(&self, index: usize) -> &'a str {
        self.texts.get(index).copied().unwrap_or_default()
    }
}

/// The elements of a list such as `[1, {a=[2, 3]}]`, as printed.
pub(super) fn elements(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list.strip_prefix('[').unwrap_or_default();
    std::iter::from_fn(move || {
        let (mut bytes, mut depth) = (Bytes { text: rest.as_bytes(), at: 0 }, 0_usize);
        loop {
            match bytes.next_outside_strings()? {
                b'(' | b'[' | b'{' => depth += 1,
                b',' | b']' if depth == 0 => break,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let (element, after) = (rest.get(..bytes.at - 1)?, rest.get(bytes.at..)?);
        rest = after;
        Some(element.trim_ascii())
    })
    .filter(|element| !element.is_empty())
}

/// Returns the text after the first `name`, for example `msg_iov=`, that is neither in a string nor the end of a longer
/// name.
pub(super) fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut bytes = Bytes { text: text.as_bytes(), at: 0 };
    let first = *name.as_bytes().first()?;
    while let Some(byte) = bytes.next_outside_strings() {
        let before = bytes.at.checked_sub(2).and_then(|at| text.as_bytes().get(at));
        if byte == first
            && !before.is_some_and(|before| before.is_ascii_alphanumeric() || *before == b'_')
            && let Some(found) = text.get(bytes.at - 1..).and_then(|rest| rest.strip_prefix(name))
        {
            return Some(found);
        }
    }
    None
}

/// Returns the number with which a text starts: 5 for `5<TCP:[127.0.0.1:3000]>`.
pub(super) fn leading_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..text.len() - digits.len() + length)?.parse().ok()
}

/// Returns the file descriptor with which a text starts.
pub(super) fn descriptor(text: &str) -> Option<i32> {
    leading_number(text)?.try_into().ok()
}

/// Returns the comment of a file descriptor: `TCP:[127.0.0.1:3000]` for `5<TCP:[127.0.0.1:3000]>`.
pub(super) fn comment(text: &str) -> Option<&str> {
    let start = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut bytes = Bytes { text: text.as_bytes(), at: start + 1 };
    (start > 0 && text.as_bytes().get(start) == Some(&b'<')).then(|| bytes.skip_comment()).flatten()?;
    text.get(start + 1..bytes.at.checked_sub(1)?)
}

/// A string in quotes, unescaped.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Quoted<'a> {
    pub(super) bytes: Vec<u8>,
    /// `true` if strace printed only the beginning of the string.
    pub(super) is_cut: bool,
    /// The text after the string.
    pub(super) rest: &'a str,
}

/// Unescapes the string with which a text starts, at most `limit` bytes of it.
pub(super) fn quoted(text: &str, limit: usize) -> Option<Quoted<'_>> {
    let inner = text.strip_prefix('"')?;
    let mut bytes = Bytes { text: text.as_bytes(), at: 1 };
    bytes.skip_string();
    let rest = text.get(bytes.at..)?;
    let after = rest.strip_prefix("...");
    let escaped = inner.as_bytes().get(..bytes.at.saturating_sub(2))?;
    Some(Quoted { bytes: unescaped(escaped, limit), is_cut: after.is_some(), rest: after.unwrap_or(rest) })
}

/// Unescapes the inside of a C string: at most `limit` bytes.
pub(super) fn unescaped(text: &[u8], limit: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len().min(limit));
    let mut at = 0;
    while let Some(byte) = text.get(at).filter(|_| bytes.len() < limit) {
        at += 1;
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        let Some(escape) = text.get(at) else { break };
        at += 1;
        bytes.push(match escape {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 0x0b,
            b'f' => 0x0c,
            b'0'..=b'7' => {
                let mut value = escape - b'0';
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = text.get(at) else { break };
                    value = value.wrapping_mul(8).wrapping_add(digit - b'0');
                    at += 1;
                }
                value
            }
            b'x' => {
                let mut value = 0_u8;
                for _ in 0..2 {
                    let digit = text.get(at).and_then(|digit| char::from(*digit).to_digit(16));
                    let Some(digit) = digit.and_then(|digit| u8::try_from(digit).ok()) else { break };
                    value = value.wrapping_mul(16).wrapping_add(digit);
                    at += 1;
                }
                value
            }
            other => *other,
        });
    }
    bytes
}

/// A position in a text that strace printed.
struct Bytes<'a> {
    text: &'a [u8],
    at: usize,
}

impl Bytes<'_> {
    /// Returns the next byte that is neither in a string nor in the comment of a descriptor.
    fn next_outside_strings(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => self.skip_string(),
                b'<' if self.begins_comment() => {
                    self.skip_comment();
                }
                _ => return Some(byte),
            }
        }
    }

    /// Moves behind the closing quote of a string, from behind the opening one.
    fn skip_string(&mut self) {
        while let Some(byte) = self.text.get(self.at) {
            self.at += if *byte == b'\\' { 2 } else { 1 };
            if *byte == b'"' {
                return;
            }
        }
    }

    /// Returns `true` if the `<` before this position begins the comment of a descriptor: a digit precedes it.
    fn begins_comment(&self) -> bool {
        let before = self.at.checked_sub(2).and_then(|at| self.text.get(at));
        before.is_some_and(u8::is_ascii_digit)
            && self.text.get(self.at).is_some_and(|next| !b"< ".contains(next))
    }

    /// Moves behind the `>` that closes a comment, from behind its `<`. `None` if there is none.
    ///
    /// In paths, strace escapes `<` and `>`. Addresses contain arrows, and Unix-domain sockets paths in quotes.
    fn skip_comment(&mut self) -> Option<()> {
        let is_path = self.text.get(self.at) == Some(&b'/');
        let mut depth = 0_usize;
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' if !is_path => self.skip_string(),
                b'<' => depth += 1,
                b'>' if !is_path && self.text.get(self.at.checked_sub(2)?) == Some(&b'-') => {}
                b'>' if depth == 0 => return Some(()),
                b'>' => depth -= 1,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;

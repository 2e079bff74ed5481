//! Parses the text of a system call: its arguments and its result.

pub(super) use crate::strace::errno::errno;

/// Outcome of a system call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The call returned this value.
    Value(i64),
    /// The call failed with this error, named as in the C headers.
    Error(String),
    /// A signal interrupted the call, and the kernel restarts it without returning to the program.
    Restarted,
    /// The call did not return, because its thread ended.
    Never,
}

/// Splits the text after the opening parenthesis of a call, such as `4, 2) = 0`, into arguments and result.
pub(super) fn ended(rest: &str) -> Result<(&str, Outcome), String> {
    let broken = || "the call has no result; the line is incomplete".to_owned();
    let close = closing(rest).ok_or_else(broken)?;
    let (arguments, result) = rest.split_at(close);
    let result = result[1..].trim_start().strip_prefix("= ").ok_or_else(broken)?;
    let mut words = result.split_ascii_whitespace();
    let value = words.next().ok_or_else(broken)?;
    let name = words.next().filter(|name| name.starts_with('E'));
    let outcome = match (value, name) {
        ("?", Some(name)) if name.starts_with("ERESTART") => Outcome::Restarted,
        ("?", _) => Outcome::Never,
        ("-1", Some(name)) => Outcome::Error(name.to_owned()),
        _ => Outcome::Value(
            number(value).ok_or_else(|| format!("{value:?} is not a valid result of a system call"))?,
        ),
    };
    Ok((arguments, outcome))
}

/// Parses a number, which may have a comment: `12<TCP:[127.0.0.1:3000]>`, `0x1 (flags FD_CLOEXEC)`.
fn number(word: &str) -> Option<i64> {
    if let Some(hex) = word.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(u64::cast_signed);
    }
    word.split('<').next()?.parse().ok()
}

/// Returns the position of the `)` that closes a parenthesis opened just before `text`.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at)?,
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Returns the position of the closing quote of the string that starts at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += 1;
        match bytes.get(at)? {
            b'\\' => at += 1,
            b'"' => return Some(at),
            _ => {}
        }
    }
}

/// Splits the arguments of a call at its top-level commas.
pub(super) fn arguments(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut depth, mut at, mut start, mut found) = (0_usize, 0, 0, Vec::new());
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at).unwrap_or(bytes.len()),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        found.push(last);
    }
    found
}

/// Parses the file descriptor at the start of an argument. Ignores strace's comment:
/// `5<TCP:[127.0.0.1:3000]>` is 5.
pub(super) fn descriptor(text: &str) -> Option<i32> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    text[..digits].parse().ok()
}

/// Parses the number in brackets, as in `[1]`.
pub(super) fn bracketed(text: &str) -> Option<i64> {
    text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

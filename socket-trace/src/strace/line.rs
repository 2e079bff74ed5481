//! Parses one line of an strace log.

use super::call_names::is_tracked;
use super::text::{Arguments, leading_number};

/// Number of a thread or a process. 0 in a log without process ids.
pub(super) type Tid = u32;

/// A day in nanoseconds.
pub(super) const DAY: u64 = 24 * 60 * 60 * 1_000_000_000;

/// A parsed line.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) tid: Tid,
    pub(super) stamp: Stamp,
    pub(super) content: Content<'a>,
}

/// The time at the beginning of a line, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// The line has no time.
    None,
    /// Time since 1970 (`-ttt`).
    Realtime(u64),
    /// Time since midnight (`-t`, `-tt`).
    OfDay(u64),
    /// Time since the previous line (`-r`).
    Relative(u64),
}

#[derive(Debug)]
pub(super) enum Content<'a> {
    Call(Call<'a>),
    /// The beginning of a call, with the text of its first arguments.
    Unfinished {
        name: &'a str,
        arguments: &'a str,
    },
    /// The rest of a call, with the text of its other arguments and its result.
    Resumed {
        name: &'a str,
        rest: &'a str,
    },
    /// The thread has ended.
    Exited,
    /// The thread with this number has become this one, by `execve`.
    Superseded(Tid),
    /// A call that cannot concern a socket, a signal, or a message of strace.
    Irrelevant,
}

/// A complete system call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) arguments: Arguments<'a>,
    pub(super) outcome: Outcome<'a>,
    /// Time in nanoseconds that the call took (`-T`).
    pub(super) duration: Option<u64>,
}

/// The result of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome<'a> {
    /// The value, and the text of the result, which may have a comment.
    Value(i64, &'a str),
    /// Name of the error in the C headers.
    Error(&'a str),
    /// A signal interrupted the call, or its thread ended. It has no result for the program.
    None,
}

/// Returns `true` if a file with these first bytes is a log of strace.
///
/// ```
/// use socket_trace::strace::is_log;
///
/// assert!(is_log(b"1234 1795384260.010622 accept4(3, "));
/// assert!(!is_log(b"listening on port 80"));
/// ```
#[must_use]
pub fn is_log(first: &[u8]) -> bool {
    let line =
        first.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let (_, rest) = tid(line);
    let (_, rest) = stamp(rest);
    let text = without_bracketed(rest);
    let name = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let is_call = name > 0 && text.as_bytes().get(name) == Some(&b'(');
    is_call || ["strace: ", "<... ", "+++ ", "--- "].iter().any(|start| text.starts_with(start))
}

impl<'a> Line<'a> {
    /// Parses a line without its line feed. `None` if strace did not write it.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        // Dumps of buffers (-e read, -e write), stack frames (-k), and messages.
        if [" | ", " > ", "strace: "].iter().any(|start| line.starts_with(start))
            || line.trim_ascii().is_empty()
        {
            return Some(Line { tid: 0, stamp: Stamp::None, content: Content::Irrelevant });
        }
        let (tid, rest) = tid(line);
        let (stamp, rest) = stamp(rest);
        let rest = without_bracketed(rest);
        Some(Line { tid, stamp, content: Content::parse(rest)? })
    }
}

impl<'a> Content<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("<... ") {
            let (name, rest) = rest.split_once(" resumed>")?;
            return Some(if is_tracked(name) { Self::Resumed { name, rest } } else { Self::Irrelevant });
        }
        if text.starts_with("--- ") {
            return Some(Self::Irrelevant);
        }
        if let Some(end) = text.strip_prefix("+++ ") {
            let by = || end.strip_prefix("superseded by execve in pid ").and_then(leading_number);
            return Some(match by().and_then(|tid| tid.try_into().ok()) {
                Some(tid) => Self::Superseded(tid),
                None => Self::Exited,
            });
        }
        let name =
            text.get(..text.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_')?)?;
        let rest = text.get(name.len()..)?.strip_prefix('(').filter(|_| !name.is_empty())?;
        if !is_tracked(name) {
            return Some(Self::Irrelevant);
        }
        for mark in ["<unfinished ...>", "<detached ...>"] {
            if let Some(arguments) = rest.strip_suffix(mark) {
                return Some(Self::Unfinished { name, arguments });
            }
        }
        Call::parse(name, rest).map(Self::Call)
    }
}

impl<'a> Call<'a> {
    /// Parses the text after the opening parenthesis.
    pub(super) fn parse(name: &'a str, text: &'a str) -> Option<Self> {
        let (arguments, rest) = Arguments::split(text)?;
        let result = rest.trim_ascii_start().strip_prefix("= ")?.trim_ascii_end();
        let (result, duration) = result_and_duration(result);
        Some(Self { name, arguments, outcome: Outcome::parse(result)?, duration })
    }
}

impl<'a> Outcome<'a> {
    fn parse(result: &'a str) -> Option<Self> {
        if result.starts_with('?') {
            return Some(Self::None);
        }
        if let Some(error) = result.strip_prefix("-1 ") {
            let length = error.bytes().take_while(u8::is_ascii_alphanumeric).count();
            return Some(match error.get(..length)? {
                name if name.starts_with("ERESTART") => Self::None,
                name => Self::Error(name),
            });
        }
        if let Some(hex) = result.strip_prefix("0x") {
            let length = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
            let value = u64::from_str_radix(hex.get(..length)?, 16).ok()?;
            return Some(Self::Value(value.cast_signed(), result));
        }
        Some(Self::Value(leading_number(result)?, result))
    }
}

/// Splits `0 <0.000123>`.
fn result_and_duration(result: &str) -> (&str, Option<u64>) {
    let split = || {
        let (before, duration) = result.strip_suffix('>')?.rsplit_once(" <")?;
        Some((before, Some(seconds(duration)?)))
    };
    split().unwrap_or((result, None))
}

/// Parses the thread's number: `1234 ` or, on standard error, `[pid  1234] `.
fn tid(line: &str) -> (Tid, &str) {
    let bracketed = || {
        let (tid, rest) = line.strip_prefix("[pid ")?.split_once("] ")?;
        Some((tid.trim_ascii().parse().ok()?, rest))
    };
    let plain = || {
        let (tid, rest) = line.split_once(' ')?;
        Some((tid.parse().ok()?, rest.trim_ascii_start()))
    };
    plain().or_else(bracketed).unwrap_or((0, line))
}

fn stamp(text: &str) -> (Stamp, &str) {
    const YEAR_2001: u64 = 1_000_000_000_000_000_000;
    let text = text.trim_ascii_start();
    let parsed = || {
        let (word, rest) = text.split_once(' ')?;
        word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b':').then_some(())?;
        let stamp = match of_day(word) {
            Some(time) => Stamp::OfDay(time),
            None => match seconds(word)? {
                time @ YEAR_2001.. => Stamp::Realtime(time),
                time => Stamp::Relative(time),
            },
        };
        Some((stamp, rest.trim_ascii_start()))
    };
    let (stamp, rest) = parsed().unwrap_or((Stamp::None, text));
    // -r after an absolute time.
    let relative = || rest.strip_prefix("(+")?.split_once(") ").map(|(_, rest)| rest);
    (stamp, relative().unwrap_or(rest))
}

/// Parses `15:04:05.123456`. `None` if it is no time of a day.
fn of_day(word: &str) -> Option<u64> {
    let (hours, rest) = word.split_once(':')?;
    let (minutes, rest) = rest.split_once(':')?;
    let (hours, minutes): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    minutes.checked_mul(60_000_000_000)?.checked_add(seconds(rest)?).filter(|time| *time < DAY)
}

/// Parses a number of seconds with up to nine decimals to nanoseconds.
fn seconds(word: &str) -> Option<u64> {
    let (whole, decimals) = word.split_once('.').unwrap_or((word, ""));
    let whole: u64 = whole.parse().ok()?;
    let mut ns = 0_u64;
    for place in 0..9 {
        let digit = match decimals.as_bytes().get(place) {
            Some(digit) if digit.is_ascii_digit() => u64::from(digit - b'0'),
            Some(_) => return None,
            None => 0,
        };
        ns = ns * 10 + digit;
    }
    whole.checked_mul(1_000_000_000)?.checked_add(ns)
}

/// Skips the instruction pointer (`-i`) and the number of the call (`-n`): `[00007f10] `, `[  45] `.
fn without_bracketed(mut text: &str) -> &str {
    while let Some((_, rest)) = text.strip_prefix('[').and_then(|text| text.split_once("] ")) {
        text = rest;
    }
    text
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;

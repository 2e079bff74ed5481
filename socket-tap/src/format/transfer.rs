//! Parses and writes the trace lines of reads and writes, faster than serde can. Speed matters here because
//! almost every line of a trace is a read or a write, and the thread that writes the lines takes processor
//! time from the recorded program.
//!
//! The lines are the same, byte for byte, as those of [`flat_event`](super::flat_event), and parse to the
//! same events. Tests compare the two modules.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::event::{Event, Op, SockId, Transfer};

/// Maximum length of a line without payload, in bytes. It consists of at most 71 bytes of names and
/// punctuation, three numbers of 20 digits, and one of 10.
const MAX_LINE: usize = 160;

/// Number of payload bytes that are encoded or decoded at once. It is a multiple of 3, so that only the last
/// chunk is padded.
const CHUNK: usize = 768;

/// Returns the operation's name and the transfer if the event is a successful read or write. Returns `None`
/// for any other event, which serde formats.
pub(super) fn of(event: &Event) -> Option<(&'static str, &Transfer)> {
    match &event.op {
        _ if event.error.is_some() => None,
        Op::Read(transfer) => Some(("read", transfer)),
        Op::Write(transfer) => Some(("write", transfer)),
        _ => None,
    }
}

/// Writes the line of `event`, a read or write. `op` is the operation's name.
pub(super) fn write(
    out: &mut impl Write,
    event: &Event,
    (op, transfer): (&'static str, &Transfer),
) -> io::Result<()> {
    let mut line = [0; MAX_LINE];
    let mut rest = line.as_mut_slice();
    number(&mut rest, b"{\"t\":", event.t)?;
    if let Some(sock) = event.sock {
        number(&mut rest, b",\"sock\":", sock.get())?;
    }
    rest.write_all(b",\"op\":\"")?;
    rest.write_all(op.as_bytes())?;
    number(&mut rest, b"\",\"bytes\":", transfer.bytes)?;
    if let Some(slices) = transfer.slices {
        number(&mut rest, b",\"slices\":", slices)?;
    }
    if transfer.eof {
        rest.write_all(b",\"eof\":true")?;
    }
    if let Some(data) = &transfer.data {
        rest.write_all(b",\"data\":\"")?;
        let left = rest.len();
        out.write_all(&line[..MAX_LINE - left])?;
        base64(out, data)?;
        return out.write_all(b"\"}\n");
    }
    rest.write_all(b"}\n")?;
    let left = rest.len();
    out.write_all(&line[..MAX_LINE - left])
}

fn number(out: &mut &mut [u8], before: &[u8], number: impl itoa::Integer) -> io::Result<()> {
    out.write_all(before)?;
    out.write_all(itoa::Buffer::new().format(number).as_bytes())
}

fn base64(out: &mut impl Write, data: &[u8]) -> io::Result<()> {
    let mut text = [0; CHUNK / 3 * 4];
    for chunk in data.chunks(CHUNK) {
        let length = STANDARD.encode_slice(chunk, &mut text).map_err(io::Error::other)?;
        out.write_all(&text[..length])?;
    }
    Ok(())
}

/// Parses a line that has exactly the form in which [`write()`] formats it. Returns `None` for any other
/// line, even with the same fields; the caller then parses it with serde.
pub(super) fn parse(line: &str) -> Option<Event> {
    let (t, rest) = digits(line.strip_prefix("{\"t\":")?)?;
    let (sock, rest) = optional(rest, ",\"sock\":")?;
    let rest = rest.strip_prefix(",\"op\":\"")?;
    let (is_read, rest) = match rest.strip_prefix("read\"") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("write\"")?),
    };
    let (bytes, rest) = digits(rest.strip_prefix(",\"bytes\":")?)?;
    let (slices, rest) = optional(rest, ",\"slices\":")?;
    let slices = slices.map(u32::try_from).transpose().ok()?;
    let (eof, rest) = match rest.strip_prefix(",\"eof\":true") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let data = match rest.strip_prefix(",\"data\":\"") {
        Some(rest) => Some(decoded(rest.strip_suffix("\"}")?)?),
        None if rest == "}" => None,
        None => return None,
    };
    let transfer = Transfer { bytes, slices, eof, data };
    let op = if is_read { Op::Read(transfer) } else { Op::Write(transfer) };
    Some(Event { t, sock: sock.and_then(SockId::new), op, error: None })
}

/// Decodes captured bytes into a buffer of their length. `None` if the text is not base64.
fn decoded(text: &str) -> Option<Box<[u8]>> {
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    let length = (text.len() / 4 * 3).checked_sub(padding)?;
    // A buffer of zeros would come from `calloc`, which in glibc does not use the memory that was freed last.
    let mut data = Vec::with_capacity(length);
    let mut bytes = [0; CHUNK];
    for chunk in text.as_bytes().chunks(CHUNK / 3 * 4) {
        let decoded = STANDARD.decode_slice(chunk, &mut bytes).ok()?;
        data.extend_from_slice(&bytes[..decoded]);
    }
    // Less is decoded if a chunk before the last one has padding.
    (data.len() == length).then(|| data.into_boxed_slice())
}

/// Parses an optional number that follows the prefix `before`, and returns it with the remaining text. If
/// `text` does not begin with `before`, returns no number and the whole text.
fn optional<'a>(text: &'a str, before: &str) -> Option<(Option<u64>, &'a str)> {
    match text.strip_prefix(before) {
        Some(rest) => digits(rest).map(|(number, rest)| (Some(number), rest)),
        None => Some((None, text)),
    }
}

/// Parses the number at the beginning of the text. Also returns the remaining text.
fn digits(text: &str) -> Option<(u64, &str)> {
    let mut number = 0_u64;
    let mut length = 0;
    for byte in text.bytes().take_while(u8::is_ascii_digit) {
        number = number.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
        length += 1;
    }
    // JSON has no leading zeros.
    let is_valid = length == 1 || (length > 1 && !text.starts_with('0'));
    is_valid.then(|| (number, &text[length..]))
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;

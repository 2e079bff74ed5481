//! Writes the trace lines of recorded reads and writes, as fast as possible.
//!
//! Speed matters here because almost every line of a trace is a read or a write, and the thread that writes
//! the lines takes processor time from the recorded program. A line is built from its end to its beginning:
//! division yields the last digit of a number first, so no digit has to be moved. The lines are the same,
//! byte for byte, as those of [`transfer`](super::transfer); tests compare the two modules.

use crate::event::SockId;
use crate::recorder::{Direction, DrainedTransfer};

/// Size of the line buffer in bytes. With 256 bytes, every `u8` is a valid index. A line without payload
/// always fits: it has at most 71 bytes of names and punctuation, three numbers of 20 digits, and one of 5.
const MAX_LINE: usize = 256;

/// A formatter that writes the trace lines of reads and writes.
#[derive(Debug)]
pub(crate) struct TransferLines {
    /// Buffer that each line fills from its end. The bytes before the line are left over from earlier lines,
    /// and are not written to the file.
    line: [u8; MAX_LINE],
    /// Digits of the last line's time in milliseconds. Consecutive lines often have the same time.
    millis: CachedDigits,
    /// Digits of the last line's socket number. Consecutive lines often have the same number.
    sock: CachedDigits,
}

impl TransferLines {
    pub(crate) fn new() -> Self {
        Self { line: [0; MAX_LINE], millis: CachedDigits::default(), sock: CachedDigits::default() }
    }

    /// Appends the line of a read or write to `out`. `payload` is the recorder's payload buffer, which
    /// contains the captured bytes of `transfer` among those of others.
    pub(crate) fn append(
        &mut self,
        out: &mut Vec<u8>,
        t: u64,
        sock: Option<SockId>,
        transfer: &DrainedTransfer,
        payload: &[u8],
    ) {
        let data = transfer.payload(payload);
        let Self { line, millis, sock: last_sock } = self;
        let mut writer = ReverseWriter { line, at: u8::MAX };
        match data {
            Some(_) => writer.text(b",\"data\":\""),
            None => writer.text(b"}\n"),
        }
        if transfer.slices > 0 {
            writer.number(transfer.slices.into());
            writer.text(b",\"slices\":");
        }
        writer.number(transfer.bytes);
        match transfer.direction {
            Direction::Read => writer.text(b",\"op\":\"read\",\"bytes\":"),
            Direction::Write => writer.text(b",\"op\":\"write\",\"bytes\":"),
        }
        if let Some(sock) = sock {
            writer.cached_number(sock.get(), last_sock);
            writer.text(b",\"sock\":");
        }
        if t >= MILLI {
            writer.six_digits(t % MILLI);
            writer.cached_number(t / MILLI, millis);
        } else {
            writer.number(t);
        }
        writer.text(b"{\"t\":");
        let begin = usize::from(writer.at) + 1;
        out.extend_from_slice(&line[begin..]);
        if let Some(data) = data {
            base64(out, data);
            out.extend_from_slice(b"\"}\n");
        }
    }
}

/// Nanoseconds per millisecond.
const MILLI: u64 = 1_000_000;

/// The number that was written last, with its decimal digits. The next line often has the same number.
#[derive(Debug, Default)]
struct CachedDigits {
    number: u64,
    /// Digits of the number, at the end of the array.
    text: [u8; 20],
    length: u8,
}

/// A writer that fills the line buffer from its end to its beginning.
struct ReverseWriter<'a> {
    line: &'a mut [u8; MAX_LINE],
    /// Index in the line buffer at which the next byte is written.
    at: u8,
}

impl ReverseWriter<'_> {
    #[inline]
    fn text<const N: usize>(&mut self, text: &[u8; N]) {
        let end = usize::from(self.at) + 1;
        // Always fits: see `MAX_LINE`.
        if let Some(place) = self.line[..end].last_chunk_mut::<N>() {
            *place = *text;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "every text is shorter than the line buffer of 256 bytes"
        )]
        let length = N as u8;
        self.at = self.at.wrapping_sub(length);
    }

    /// Writes a number. If it equals the number in `last`, copies its digits.
    #[inline]
    fn cached_number(&mut self, number: u64, last: &mut CachedDigits) {
        let (before, end) = (self.at, usize::from(self.at) + 1);
        // The default has length 0, so it matches no number.
        if last.number == number && last.length > 0 {
            if let Some(place) = self.line[..end].last_chunk_mut::<20>() {
                *place = last.text;
            }
            self.at = before.wrapping_sub(last.length);
            return;
        }
        self.number(number);
        if let Some(digits) = self.line[..end].last_chunk::<20>() {
            *last = CachedDigits { number, text: *digits, length: before.wrapping_sub(self.at) };
        }
    }

    #[inline]
    fn digit(&mut self, digit: u8) {
        self.line[usize::from(self.at)] = b'0' + digit;
        self.at = self.at.wrapping_sub(1);
    }

    #[inline]
    fn pair(&mut self, number: u64) {
        let [tens, ones] = PAIRS[(number % 100) as usize];
        self.line[usize::from(self.at)] = ones;
        self.line[usize::from(self.at.wrapping_sub(1))] = tens;
        self.at = self.at.wrapping_sub(2);
    }

    #[inline]
    fn six_digits(&mut self, number: u64) {
        self.pair(number % 100);
        self.pair(number / 100 % 100);
        self.pair(number / 10_000);
    }

    #[inline]
    fn number(&mut self, mut number: u64) {
        while number >= 100 {
            self.pair(number % 100);
            number /= 100;
        }
        if number >= 10 {
            self.pair(number);
        } else {
            #[expect(clippy::cast_possible_truncation, reason = "below 10")]
            self.digit(number as u8);
        }
    }
}

/// The two digits of each number from `00` to `99`.
static PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0_u8;
    while number < 100 {
        pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    pairs
};

/// The standard base64 alphabet (RFC 4648, section 4).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The two base64 characters for each 12-bit number, the first character in the low byte. A table for 6 bits
/// would need twice as many look-ups.
static BASE64: [u16; 4096] = {
    let mut pairs = [0; 4096];
    let mut bits = 0;
    while bits < 4096 {
        pairs[bits] = u16::from_le_bytes([ALPHABET[bits >> 6], ALPHABET[bits & 63]]);
        bits += 1;
    }
    pairs
};

/// Returns the two base64 characters for the 12 lowest bits of `bits`.
#[inline]
fn pair(bits: u64) -> u64 {
    BASE64[(bits & 0xfff) as usize].into()
}

/// Returns the four base64 characters for the 24 lowest bits of `bits`.
#[inline]
fn four(bits: u64) -> u64 {
    pair(bits >> 12) | pair(bits) << 16
}

/// Appends `data` to `out` in base64, with padding.
fn base64(out: &mut Vec<u8>, data: &[u8]) {
    let begin = out.len();
    out.resize(begin + data.len().div_ceil(3) * 4, b'=');
    let (sixes, rest) = data.as_chunks::<6>();
    let (eights, last) = out[begin..].as_chunks_mut::<8>();
    for (&[a, b, c, d, e, f], eight) in sixes.iter().zip(&mut *eights) {
        let bits = u64::from(u32::from_be_bytes([a, b, c, d])) << 16 | u64::from(u16::from_be_bytes([e, f]));
        *eight = (four(bits >> 24) | four(bits) << 32).to_le_bytes();
    }
    // Up to 5 bytes and their 8 characters are left.
    let place = eights.get_mut(sixes.len()).map_or(last, |eight| eight.as_mut_slice());
    for (three, place) in rest.chunks(3).zip(place.chunks_mut(4)) {
        let byte = |at: usize| u64::from(three.get(at).copied().unwrap_or(0));
        let characters = four(byte(0) << 16 | byte(1) << 8 | byte(2)).to_le_bytes();
        // One byte becomes two characters, two become three; the padding is already there.
        for (place, character) in place.iter_mut().zip(characters).take(three.len() + 1) {
            *place = character;
        }
    }
}

#[cfg(test)]
#[path = "transfer_lines_tests.rs"]
mod tests;

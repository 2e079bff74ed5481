//! Reads and writes without the way through serde: almost every line of a trace is one, and the drain thread shares the
//! processors with the program under observation.
//!
//! The lines are those of [`flat_event`](super::wire), byte for byte, and read back they are the same events; tests compare
//! both.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::event::{Event, Op, SockId, Transfer};

/// Longer than any line without data: at most 71 bytes of names, three numbers of 20 digits and one of 10.
const MAX_LINE: usize = 160;

/// Bytes of payload encoded at a time: a multiple of 3, so that padding comes at the end only.
const CHUNK: usize = 768;

/// The transfer of an event that this module can write: one that succeeded.
pub(super) fn of(event: &Event) -> Option<(&'static str, &Transfer)> {
    match &event.op {
        _ if event.error.is_some() => None,
        Op::Read(transfer) => Some(("read", transfer)),
        Op::Write(transfer) => Some(("write", transfer)),
        _ => None,
    }
}

/// Writes the line of `event`, whose operation is called `op` and moved `transfer`.
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

/// Reads a line as [`write`] writes it. `None` for any other, also when it says the same in another way: serde reads it.
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
    let (data, rest) = match rest.strip_prefix(",\"data\":\"") {
        Some(rest) => rest.split_once('"').map(|(text, rest)| (Some(text), rest))?,
        None => (None, rest),
    };
    let data = data.map(|text| STANDARD.decode(text)).transpose().ok()?.map(Vec::into_boxed_slice);
    let transfer = Transfer { bytes, slices, eof, data };
    let op = if is_read { Op::Read(transfer) } else { Op::Write(transfer) };
    (rest == "}").then(|| Event { t, sock: sock.and_then(SockId::new), op, error: None })
}

/// The number behind `before`, when that is there, and what follows.
fn optional<'a>(text: &'a str, before: &str) -> Option<(Option<u64>, &'a str)> {
    match text.strip_prefix(before) {
        Some(rest) => digits(rest).map(|(number, rest)| (Some(number), rest)),
        None => Some((None, text)),
    }
}

/// The number that the text begins with, and what follows.
fn digits(text: &str) -> Option<(u64, &str)> {
    let (number, rest) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    // JSON has no leading zeros.
    if number.len() > 1 && number.starts_with('0') {
        return None;
    }
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Failure;
    use crate::format::line::{json_line, write_event};
    use crate::format::{flat_event, flat_event::FlatEvent};

    const NUMBERS: [u64; 8] = [0, 1, 9, 10, 99, 100, 1_234_567, u64::MAX];

    fn transfers() -> impl Iterator<Item = Transfer> {
        let lengths = [0, 1, 2, 3, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 2];
        // Every byte, and none of them where another would do as well.
        let payload = |length| (0..length).map(|at: usize| (at * 7 % 256) as u8).collect();
        let data = std::iter::once(None).chain(lengths.map(|length| Some(payload(length))));
        data.flat_map(|data: Option<Box<[u8]>>| {
            [None, Some(1), Some(u32::MAX)].into_iter().flat_map(move |slices| {
                let data = data.clone();
                NUMBERS.into_iter().flat_map(move |bytes| {
                    [false, true].map(|eof| Transfer { bytes, slices, eof, data: data.clone() })
                })
            })
        })
    }

    fn both(event: &Event) -> [String; 2] {
        let (mut ours, mut serdes) = (Vec::new(), Vec::new());
        write_event(&mut ours, event).unwrap();
        json_line(&mut serdes, &FlatEvent::from(event)).unwrap();
        [ours, serdes].map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn lines_are_those_of_serde() {
        for transfer in transfers() {
            for op in [Op::Read(transfer.clone()), Op::Write(transfer)] {
                for number in NUMBERS {
                    let event = Event { t: number, sock: SockId::new(number), op: op.clone(), error: None };
                    assert!(of(&event).is_some());
                    let [ours, serdes] = both(&event);
                    assert_eq!(ours, serdes);
                    assert_eq!(parse(ours.trim_end()), Some(event));
                }
            }
        }
    }

    /// Each line with one character changed, left out or doubled: whatever is read without serde, serde reads alike.
    #[test]
    fn no_line_is_read_in_another_way_than_serde_does() {
        let lines = [
            r#"{"t":10,"sock":2,"op":"read","bytes":0,"eof":true}"#,
            r#"{"t":20,"sock":18446744073709551615,"op":"write","bytes":7,"slices":4294967295,"data":"R0U="}"#,
        ];
        let (mut by_serde, mut by_us) = (0, 0);
        for line in lines {
            for at in 0..line.len() {
                let (before, after) = (&line[..at], &line[at + 1..]);
                let changes = "019ae,:\"\\ {}=-+.\u{e9}".chars().map(String::from);
                for change in changes.chain([String::new(), line[at..=at].repeat(2), "00".to_owned()]) {
                    let changed = format!("{before}{change}{after}");
                    match (parse(&changed), flat_event::parse_with_serde(&changed)) {
                        (Some(event), Ok(serdes)) => {
                            by_us += 1;
                            assert_eq!(event, serdes, "{changed}");
                        }
                        (Some(_), Err(error)) => panic!("serde refuses {changed}: {error}"),
                        (None, serdes) => by_serde += usize::from(serdes.is_ok()),
                    }
                }
            }
        }
        assert!(by_us > 100 && by_serde > 100, "{by_us}, {by_serde}");
    }

    #[test]
    fn the_longest_line_fits() {
        let transfer =
            Transfer { bytes: u64::MAX, slices: Some(u32::MAX), eof: true, data: Some(Box::new([7])) };
        let event = Event { t: u64::MAX, sock: SockId::new(u64::MAX), op: Op::Write(transfer), error: None };
        let [ours, _] = both(&event);
        assert!(ours.len() <= MAX_LINE, "{} bytes", ours.len());
    }

    #[test]
    fn a_failed_transfer_is_left_to_serde() {
        let error = Some(Failure { reason: "connection reset".into(), errno: Some(104) });
        let event = Event { t: 1, sock: SockId::new(2), op: Op::Read(Transfer::default()), error };
        assert!(of(&event).is_none());
        let [ours, serdes] = both(&event);
        assert_eq!(ours, serdes);
    }
}

//! Reads and writes without the way through serde: almost every line of a trace is one, and the drain thread shares the
//! processors with the program under observation.
//!
//! The lines are those of [`wire`](super::wire), byte for byte; a test compares them.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::event::{Event, Op, Transfer};

/// Longer than any line without data: at most 71 bytes of names, three numbers of 20 digits and one of 10.
const LONGEST: usize = 160;

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
    let mut line = [0; LONGEST];
    let mut rest = line.as_mut_slice();
    number(&mut rest, b"{\"t\":", event.t)?;
    if event.sock != 0 {
        number(&mut rest, b",\"sock\":", event.sock)?;
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
        out.write_all(&line[..LONGEST - left])?;
        base64(out, data)?;
        return out.write_all(b"\"}\n");
    }
    rest.write_all(b"}\n")?;
    let left = rest.len();
    out.write_all(&line[..LONGEST - left])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Failure;
    use crate::format::{json_line, wire::Wire, write_event};

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
        json_line(&mut serdes, &Wire::from(event)).unwrap();
        [ours, serdes].map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn lines_are_those_of_serde() {
        for transfer in transfers() {
            for op in [Op::Read(transfer.clone()), Op::Write(transfer)] {
                for number in NUMBERS {
                    let event = Event { t: number, sock: number, op: op.clone(), error: None };
                    assert!(of(&event).is_some());
                    let [ours, serdes] = both(&event);
                    assert_eq!(ours, serdes);
                }
            }
        }
    }

    #[test]
    fn the_longest_line_fits() {
        let transfer =
            Transfer { bytes: u64::MAX, slices: Some(u32::MAX), eof: true, data: Some(Box::new([7])) };
        let event = Event { t: u64::MAX, sock: u64::MAX, op: Op::Write(transfer), error: None };
        let [ours, _] = both(&event);
        assert!(ours.len() <= LONGEST, "{} bytes", ours.len());
    }

    #[test]
    fn a_failed_transfer_is_left_to_serde() {
        let error = Some(Failure { reason: "connection reset".into(), errno: Some(104) });
        let event = Event { t: 1, sock: 2, op: Op::Read(Transfer::default()), error };
        assert!(of(&event).is_none());
        let [ours, serdes] = both(&event);
        assert_eq!(ours, serdes);
    }
}

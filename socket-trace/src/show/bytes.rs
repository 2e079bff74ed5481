//! Hex dump of the bytes of a read or write, with the name of each dissected part.
//!
//! ```text
//!   0000  00 00 12 04 00 00 00 00  00                       |.........|         SETTINGS
//!   0009  00 04 00 10 00 00 00 05  00 00 40 00 00 06 00 00  |..........@.....|
//! ```

use std::fmt::Write as _;
use std::io::{self, Write};

use socket_tap::event::{Event, Op};
use socket_tap::format::text::printable;

use super::description::truncate;
use socket_dissect::{Layer, Part};

/// Number of bytes in a line of the hex dump.
const ROW: usize = 16;

/// Writes a hex dump of the bytes that the event transferred. Writes nothing if none were recorded.
///
/// # Errors
/// `out` cannot be written.
pub fn write(event: &Event, parts: &[Part], width: Option<usize>, out: &mut impl Write) -> io::Result<()> {
    let Some((bytes, data)) = payload(&event.op) else { return Ok(()) };
    let (mut rest, mut offset, mut line) = (data, 0, String::new());
    let headers = headers(&event.op);
    if headers > 0 {
        let (of_headers, payload) = data.split_at(headers.min(data.len()));
        rows(of_headers, 0, "headers of IP and TCP or UDP", &mut line);
        (rest, offset) = (payload, of_headers.len());
    }
    let own = parts.iter().map(|part| part.bytes).fold(0, u64::saturating_add);
    // A packet that fills a gap also completes the payload of later ones.
    let is_own = !matches!(&event.op, Op::Packet(packet) if packet.bytes != own);
    for part in parts.iter().filter(|_| is_own) {
        let length = usize::try_from(part.bytes).unwrap_or(usize::MAX).min(rest.len());
        let (of_part, after) = rest.split_at(length);
        rows(of_part, offset, &name(part, width), &mut line);
        (rest, offset) = (after, offset + length);
    }
    rows(rest, offset, "", &mut line);
    if bytes > data.len() as u64 {
        // Writing to a `String` cannot fail.
        let _ = writeln!(line, "{:10}{} B not recorded", "", bytes - data.len() as u64);
    }
    out.write_all(line.as_bytes())
}

fn payload(op: &Op) -> Option<(u64, &[u8])> {
    match op {
        Op::Read(transfer) | Op::Write(transfer) => Some((transfer.bytes, transfer.data.as_deref()?)),
        Op::SendTo(datagram) | Op::RecvFrom(datagram) => Some((datagram.bytes, datagram.data.as_deref()?)),
        Op::Packet(packet) => Some((packet.length, packet.data.as_deref()?)),
        _ => None,
    }
}

/// Returns the length of a packet's headers, if its payload follows them.
fn headers(op: &Op) -> usize {
    match op {
        Op::Packet(packet) if packet.bytes > 0 => {
            usize::try_from(packet.length.saturating_sub(packet.bytes)).unwrap_or(usize::MAX)
        }
        _ => 0,
    }
}

/// Number of columns of a line before the name of the part.
const BEFORE_NAME: usize = 87;

fn name(part: &Part, width: Option<usize>) -> String {
    let name = match part.layer {
        Layer::Unknown => String::new(),
        _ => printable(format!("{} {}", part.name, part.text).trim_end()),
    };
    let name = match &part.violation {
        Some(violation) => format!("{name} [invalid: {}]", printable(violation)),
        None => name,
    };
    width.map_or_else(|| name.clone(), |width| truncate(&name, width.saturating_sub(BEFORE_NAME)))
}

/// Formats the bytes of one part as lines of hex digits and text. The part's name is on the first line.
fn rows(bytes: &[u8], mut offset: usize, name: &str, line: &mut String) {
    let mut name = name;
    for row in bytes.chunks(ROW) {
        let _ = write!(line, "{:10}{offset:04x}  ", "");
        for column in 0..ROW {
            match row.get(column) {
                Some(byte) => _ = write!(line, "{byte:02x} "),
                None => line.push_str("   "),
            }
            if column == ROW / 2 - 1 {
                line.push(' ');
            }
        }
        let text = row.iter().map(|byte| if matches!(byte, 0x20..=0x7e) { *byte as char } else { '.' });
        let text = format!("|{}|", text.collect::<String>());
        let _ = write!(line, " {text:<width$}   {name}", width = ROW + 2);
        line.truncate(line.trim_end().len());
        line.push('\n');
        (name, offset) = ("", offset + row.len());
    }
}

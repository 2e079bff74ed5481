//! One line per event, with a description of its data.
//!
//! ```text
//!   0.616228   #2 read      88 B                  GET /v1/books/1
//! ```
//!
//! With several recordings, each line begins with the recording's label and the connection, as in
//! `rest-server  c1`. A packet then has an arrow in place of its addresses: `→` from client to server. Packets are
//! numbered on their connection, and a retransmission names the packet that it repeats. The line of a connect shows the time at which it was
//! called, and its duration. The line of a connection's last close shows why it ended.

use std::io::{self, Write};

use memchr::memchr;
use socket_tap::event::{Addr, Op, Packet};
use socket_tap::format::Side;
use socket_tap::format::text::{Lines, SequenceNumbers, contents, printable};
use unicode_width::UnicodeWidthStr;

use super::description::{push_description, truncate};
use super::{bytes, headers};
use crate::send_limits::SendLimits;
use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::Connection;
use crate::timeline::{Recording, Timeline};
use crate::why::{Cause, ShortExplanation};

/// Column at which the description of the data starts, counted from the column of the time. The longest
/// event, such as `65536 B in 16 slices`, ends before it.
const CARRIED: usize = 48;

/// Minimum number of spaces between an event and its description.
const GAP: usize = 3;

/// Minimum number of columns for a description. If fewer columns would remain in the line, the description
/// starts [`GAP`] spaces after the event.
const MIN_WIDTH: usize = 24;

/// Number of columns before the description of a packet, on a line of its own.
const PACKET_INDENT: usize = 24;

/// Style in which events are printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// `true` to color the text with ANSI escapes.
    pub color: bool,
    /// Number of columns to which lines are truncated; `None` for no limit.
    pub width: Option<usize>,
    /// `true` to print a hex dump of the data below each event.
    pub bytes: bool,
    /// `true` to print the header fields of the messages below each event.
    pub headers: bool,
    /// `true` to print descriptions of any length, whatever the width is.
    pub full: bool,
}

/// Formats the events of a time line as text, one per line.
#[derive(Debug)]
pub struct Text {
    style: Style,
    lines: Vec<Lines>,
    /// For each recording, the time from the start of the time line to the start of the recording, in
    /// nanoseconds.
    began: Vec<u64>,
    /// For each recording, its label; empty if there is only one recording.
    labels: Vec<String>,
    label_width: usize,
    line: String,
    /// The description of the current event. Kept for its memory.
    description: String,
    /// For each recording, what limits the sending on its connections.
    limits: Vec<SendLimits>,
    /// Sequence numbers of the packets of known connections.
    numbers: SequenceNumbers,
}

impl Text {
    /// Returns a formatter for the events of `timeline`.
    #[must_use]
    pub fn of(timeline: &Timeline, style: Style) -> Self {
        let recordings = timeline.recordings();
        let began: Vec<u64> = recordings.iter().map(|recording| timeline.began(recording)).collect();
        let lines = began.iter().map(|began| {
            let mut lines = Lines::new().color(style.color);
            lines.set_time_offset(*began);
            lines
        });
        let lines = lines.collect();
        let labels: Vec<String> = match recordings {
            [_] => Vec::new(),
            several => several.iter().map(|recording| printable(&recording.label)).collect(),
        };
        let label_width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
        let limits = recordings.iter().map(|_| SendLimits::new()).collect();
        let numbers = SequenceNumbers::default();
        Self {
            style,
            lines,
            began,
            labels,
            label_width,
            line: String::new(),
            description: String::new(),
            limits,
            numbers,
        }
    }

    /// Writes a heading for each recording, with its program, start time and amount of recorded payload.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn heading(&self, recordings: &[Recording], out: &mut impl Write) -> io::Result<()> {
        for (index, Recording { header, .. }) in recordings.iter().enumerate() {
            let payload = match (header.capture, header.side) {
                (0, _) => "without payload".to_owned(),
                (bytes, Side::Wire) => format!("up to {bytes} B per packet"),
                (bytes, _) => format!("up to {bytes} B of payload per call"),
            };
            let recording = match self.labels.get(index) {
                Some(label) => format!("{label:<width$} ", width = self.label_width),
                None => format!("{} {},", printable(&header.name), header.side.name()),
            };
            let (program, started) = (printable(&header.program), printable(&header.started));
            // An imported recording may have no process id.
            let pid = if header.pid > 0 { format!(" (pid {})", header.pid) } else { String::new() };
            let recorder = header.recorder.as_deref().map(|name| format!(" with {}", printable(name)));
            let recorder = recorder.unwrap_or_default();
            writeln!(out, "{recording} recorded by {program}{pid}{recorder} since {started}, {payload}")?;
        }
        Ok(())
    }

    /// Processes an event, and writes it as a line if `shown` is `true`. Hidden events must be passed, too,
    /// because the line of a close shows the age of its connection. `why` explains the end of the connection, and follows
    /// the event.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn event(
        &mut self,
        annotated: &AnnotatedEvent,
        why: Option<&ShortExplanation>,
        shown: bool,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let recording = annotated.timed.recording;
        let (Some(lines), Some(began)) = (self.lines.get_mut(recording), self.began.get(recording)) else {
            return Ok(());
        };
        self.line.clear();
        // Hidden events are formatted, too: a close shows the age of its connection.
        let (at, event) = (annotated.timed.at.saturating_sub(*began), &annotated.timed.event);
        match &event.op {
            Op::Packet(packet) => {
                let contents = contents(packet, event.t, &mut self.numbers);
                let text = describe_packet(annotated, packet, &contents, self.labels.is_empty());
                lines.push_described(at, event, &text, &mut self.line);
            }
            _ => lines.push_at(at, event, &mut self.line),
        }
        let sending = self.limits.get_mut(recording).and_then(|it| it.observe(event));
        if !shown {
            return Ok(());
        }
        self.line.truncate(self.line.trim_end().len());
        if let Some(label) = self.labels.get(annotated.timed.recording) {
            let connection =
                annotated.connection.as_ref().map(|it| format!("c{}", it.number)).unwrap_or_default();
            write!(out, "{label:<width$} {connection:>4} ", width = self.label_width)?;
        }
        out.write_all(self.line.as_bytes())?;
        self.write_description(annotated, why, out)?;
        if let Some(sending) = sending.filter(|it| it.total.is_notable() && ends(annotated)) {
            write!(out, "   {}", sending.total)?;
        }
        out.write_all(b"\n")?;
        if self.style.headers {
            headers::write(&annotated.parts, self.style.width.filter(|_| !self.style.full), out)?;
        }
        if self.style.bytes {
            bytes::write(&annotated.timed.event, &annotated.parts, self.style.width, out)
        } else {
            Ok(())
        }
    }

    /// Writes text to the right of the event: the other end of the connection (`↔ rest-client #1`) if the
    /// event opens the connection, the reason for the end if it closes the connection, else a description of the data.
    fn write_description(
        &mut self,
        annotated: &AnnotatedEvent,
        why: Option<&ShortExplanation>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        if let Some(other) =
            annotated.connection.as_deref().and_then(|connection| self.other_end(annotated, connection))
        {
            return write!(out, "   ↔ {other}");
        }
        self.description.clear();
        match why.filter(|why| why.cause != Cause::Unknown) {
            Some(why) => self.description.extend(["because ", &printable(&why.text)]),
            None => push_description(&annotated.parts, &mut self.description),
        }
        if self.description.is_empty() { Ok(()) } else { self.write_aligned(annotated, out) }
    }

    /// Writes the description to the right of the event, truncated to the width.
    fn write_aligned(&self, annotated: &AnnotatedEvent, out: &mut impl Write) -> io::Result<()> {
        let description = &self.description;
        let before = if self.labels.is_empty() { 0 } else { self.label_width + 6 };
        let used: usize = visible_width(&self.line);
        let available = |gap: usize| self.style.width.map(|width| width.saturating_sub(before + used + gap));
        let aligned = CARRIED.saturating_sub(used).max(GAP);
        let gap = if available(aligned).is_some_and(|width| width < MIN_WIDTH) { GAP } else { aligned };
        let is_packet = matches!(annotated.timed.event.op, Op::Packet(_));
        if is_packet && available(gap).is_some_and(|width| width < MIN_WIDTH) && !self.style.full {
            // The line of a packet is long, so the description is below it.
            let width = self.style.width.unwrap_or(usize::MAX).saturating_sub(PACKET_INDENT);
            return write!(out, "\n{:PACKET_INDENT$}{}", "", truncate(description, width));
        }
        match available(gap).filter(|_| !self.style.full) {
            Some(0) => Ok(()),
            Some(width) => {
                write_spaces(gap, out)?;
                out.write_all(truncate(description, width).as_bytes())
            }
            None => {
                write_spaces(gap, out)?;
                out.write_all(description.as_bytes())
            }
        }
    }

    /// Returns the other end of the connection, such as `rest-client #1`, if the event opens one end and the
    /// other end occurs earlier on the time line.
    fn other_end(&self, annotated: &AnnotatedEvent, connection: &Connection) -> Option<String> {
        let other = connection.other.filter(|_| opens(annotated))?;
        Some(format!("{} #{}", self.labels.get(other.recording)?, other.sock))
    }
}

/// Describes a packet with its number and direction. `contents` are its flags and numbers. The direction is an arrow, or
/// the addresses if no connection is shown.
fn describe_packet(
    annotated: &AnnotatedEvent,
    packet: &Packet,
    contents: &str,
    has_addresses: bool,
) -> String {
    let numbered = annotated.packet;
    let number = numbered.map(|packet| format!("{:<3} ", packet.number)).unwrap_or_default();
    let direction = match numbered {
        Some(_) if !has_addresses && annotated.is_to_server() => "→".to_owned(),
        Some(_) if !has_addresses => "←".to_owned(),
        _ => format!("{} → {} ", address(&packet.from), address(&packet.to)),
    };
    let repeats = match numbered.and_then(|packet| Some((packet.repeats?, packet.is_spurious))) {
        Some((repeated, true)) => format!("  repeats {repeated}, spurious"),
        Some((repeated, false)) => format!("  repeats {repeated}"),
        None => String::new(),
    };
    format!("{number}{direction} {contents}{repeats}")
}

/// Writes spaces, at most as many as precede a description. Faster than the format `{:count$}`.
fn write_spaces(count: usize, out: &mut impl Write) -> io::Result<()> {
    const SPACES: [u8; CARRIED] = [b' '; CARRIED];
    out.write_all(SPACES.get(..count).unwrap_or(&SPACES))
}

fn address(address: &Addr) -> String {
    printable(&address.to_string())
}

fn opens(annotated: &AnnotatedEvent) -> bool {
    use socket_tap::event::Op::{Accept, Adopt, Connect};
    matches!(annotated.timed.event.op, Accept { .. } | Connect { .. } | Adopt { on: None, .. })
}

fn ends(annotated: &AnnotatedEvent) -> bool {
    use socket_tap::event::Op::{Close, Release};
    matches!(annotated.timed.event.op, Close(_) | Release(_))
}

/// Returns the number of columns of a line, not counting its escape sequences for colours: `ESC [ … m`
/// (ECMA-48, SGR).
fn visible_width(line: &str) -> usize {
    // A line has no other control characters. Without escape sequences and wide characters, each byte is one column.
    if line.is_ascii() && memchr(b'\x1b', line.as_bytes()).is_none() {
        return line.len();
    }
    let mut parts = line.split("\x1b[");
    let first = parts.next().unwrap_or_default().width();
    first + parts.map(|part| part.split_once('m').map_or(0, |(_, text)| text.width())).sum::<usize>()
}

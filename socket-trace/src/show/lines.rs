//! A line for each event, with what it carried.
//!
//! ```text
//!   0.616228   #2 read      88 B                  GET /v1/books/1
//! ```
//!
//! With several recordings it begins with whose it is, and which connection: `rest-server  c1`. The line of a connect stands
//! where it was made, and says how long it took.

use std::io::{self, Write};

use anstream::adapter::strip_str;
use socket_tap::format::text::{Lines, printable};
use unicode_width::UnicodeWidthStr;

use super::bytes;
use super::carried::{cut, sentence};
use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::Connection;
use crate::timeline::{Recording, Timeline};

/// Where the words on what was carried begin, counted from the time: behind `65536 B in 16 slices`.
const CARRIED: usize = 48;

/// How far what was carried stands off at least; where the terminal leaves less room than this, no further.
const GAP: usize = 3;
const LEAST_ROOM: usize = 24;

/// How lines look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// With ANSI escapes.
    pub color: bool,
    /// What is carried is cut to this width; `None` for whole.
    pub width: Option<usize>,
    /// With the bytes under each line.
    pub bytes: bool,
}

/// Writes a time line.
#[derive(Debug)]
pub struct Text {
    look: Look,
    lines: Vec<Lines>,
    /// When each recording began, on the time line.
    began: Vec<u64>,
    /// Of each recording; empty when there is only one.
    labels: Vec<String>,
    label_width: usize,
    line: String,
}

impl Text {
    /// For the events of that time line.
    #[must_use]
    pub fn of(timeline: &Timeline, look: Look) -> Self {
        let recordings = timeline.recordings();
        let began: Vec<u64> = recordings.iter().map(|recording| timeline.began(recording)).collect();
        let lines = began.iter().map(|began| {
            let mut lines = Lines::new().color(look.color);
            lines.set_time_offset(*began);
            lines
        });
        let lines = lines.collect();
        let labels: Vec<String> = match recordings {
            [_] => Vec::new(),
            several => several.iter().map(|recording| printable(&recording.label)).collect(),
        };
        let label_width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
        Self { look, lines, began, labels, label_width, line: String::new() }
    }

    /// Who recorded.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn heading(&self, recordings: &[Recording], out: &mut impl Write) -> io::Result<()> {
        for (index, Recording { header, .. }) in recordings.iter().enumerate() {
            let payload = match header.capture {
                0 => "without payload".to_owned(),
                bytes => format!("with up to {bytes} B of payload each"),
            };
            let who = match self.labels.get(index) {
                Some(label) => format!("{label:<width$} ", width = self.label_width),
                None => format!("{} {},", printable(&header.name), header.side.name()),
            };
            let (program, started) = (printable(&header.program), printable(&header.started));
            writeln!(out, "{who} recorded by {program} (pid {}) from {started}, {payload}", header.pid)?;
        }
        Ok(())
    }

    /// Takes in an event, and writes its line when it is to be shown.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn event(&mut self, annotated: &AnnotatedEvent, shown: bool, out: &mut impl Write) -> io::Result<()> {
        let recording = annotated.timed.recording;
        let (Some(lines), Some(began)) = (self.lines.get_mut(recording), self.began.get(recording)) else {
            return Ok(());
        };
        self.line.clear();
        // Also what is not shown: a close says how long its connection lived.
        lines.push_at(annotated.timed.at.saturating_sub(*began), &annotated.timed.event, &mut self.line);
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
        self.beside(annotated, out)?;
        out.write_all(b"\n")?;
        if self.look.bytes {
            bytes::write(&annotated.timed.event, &annotated.parts, self.look.width, out)
        } else {
            Ok(())
        }
    }

    /// What stands at the right of the event itself.
    fn beside(&self, annotated: &AnnotatedEvent, out: &mut impl Write) -> io::Result<()> {
        if let Some(other) =
            annotated.connection.as_deref().and_then(|connection| self.other_end(annotated, connection))
        {
            return write!(out, "   ↔ {other}");
        }
        let sentence = sentence(&annotated.parts);
        if sentence.is_empty() {
            return Ok(());
        }
        let before = if self.labels.is_empty() { 0 } else { self.label_width + 6 };
        let used: usize = strip_str(&self.line).map(UnicodeWidthStr::width).sum();
        let room = |gap: usize| self.look.width.map(|width| width.saturating_sub(before + used + gap));
        let aligned = CARRIED.saturating_sub(used).max(GAP);
        let gap = if room(aligned).is_some_and(|room| room < LEAST_ROOM) { GAP } else { aligned };
        match room(gap) {
            Some(0) => Ok(()),
            Some(room) => write!(out, "{:gap$}{}", "", cut(&sentence, room)),
            None => write!(out, "{:gap$}{sentence}", ""),
        }
    }

    /// `rest-client #1`, on the line on which both ends are known for the first time.
    fn other_end(&self, annotated: &AnnotatedEvent, connection: &Connection) -> Option<String> {
        let other = connection.other.filter(|_| opens(annotated))?;
        Some(format!("{} #{}", self.labels.get(other.recording)?, other.sock))
    }
}

fn opens(annotated: &AnnotatedEvent) -> bool {
    use socket_tap::event::Op::{Accept, Adopt, Connect};
    matches!(annotated.timed.event.op, Accept { .. } | Connect { .. } | Adopt { on: None, .. })
}

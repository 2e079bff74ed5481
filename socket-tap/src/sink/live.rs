//! A sink that prints each event as it happens.

use std::io::{self, Write};

use super::Sink;
use super::printer::Printer;
use crate::event::Event;
use crate::format::text::Lines;
use crate::format::{End, Header};

/// A sink that writes one line per event, for example to the terminal.
///
/// It never waits for its reader. If a terminal is stopped or a pipe is full, it drops lines; the next line
/// that it prints states the number of dropped events. The end of the recording waits up to a second for the
/// remaining lines.
#[derive(Debug)]
pub struct LiveLines<W> {
    lines: Lines,
    /// The writer. `None` after the recording has begun, because the printing thread has taken it.
    out: Option<W>,
    printer: Option<Printer>,
    /// Value of the monotonic clock, in nanoseconds, at the time that the lines show as 0. `None` stands for
    /// the start of the recording.
    time_origin: Option<u64>,
}

impl<W: Write + Send + 'static> LiveLines<W> {
    /// Sets the time that the lines show as 0. `monotonic_ns` is the value of the machine's monotonic clock
    /// at that time; [`monotonic_ns`](crate::monotonic_ns) reads the clock. Recordings with the same value
    /// can be shown on one time line.
    #[must_use]
    pub fn time_origin(mut self, monotonic_ns: u64) -> Self {
        self.time_origin = Some(monotonic_ns);
        self
    }

    /// Creates a sink that writes to `out`, formatted by `lines`.
    #[must_use]
    pub fn new(lines: Lines, out: W) -> Self {
        Self { lines, out: Some(out), printer: None, time_origin: None }
    }
}

impl<W: Write + Send + 'static> Sink for LiveLines<W> {
    fn name(&self) -> String {
        "the live lines".to_owned()
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.lines
            .set_time_offset(self.time_origin.map_or(0, |origin| header.monotonic_ns.saturating_sub(origin)));
        self.printer = self.out.take().map(Printer::start).transpose()?;
        Ok(())
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        let Some(printer) = &mut self.printer else { return Ok(()) };
        let mut text = String::new();
        for event in batch {
            self.lines.push(event, &mut text);
        }
        printer.print(text, batch.len() as u64)
    }

    fn end(&mut self, _: &End) -> io::Result<()> {
        self.printer.take().map_or(Ok(()), Printer::end)
    }
}

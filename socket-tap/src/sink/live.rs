//! Lines for the eye, as it happens.

use std::io::{self, Write};

use super::Sink;
use super::printer::Printer;
use crate::event::Event;
use crate::format::text::Lines;
use crate::format::{End, Header};

/// Writes one line for each event, for example to the terminal.
///
/// It never waits for who reads them: when a terminal is stopped, or a pipe full, lines are left out, and the next that is
/// written says how many events that were. The end waits up to a second for what is not yet written.
#[derive(Debug)]
pub struct LiveLines<W> {
    lines: Lines,
    /// Where to write, until the recording begins; then the printer has it.
    out: Option<W>,
    printer: Option<Printer>,
    /// The monotonic clock's reading that counts as zero; `None` for the recording's beginning.
    time_origin: Option<u64>,
}

impl<W: Write + Send + 'static> LiveLines<W> {
    /// Counts time from this reading of the machine's monotonic clock, in nanoseconds: with the same one, the lines of
    /// several recordings have one time. [`monotonic_ns`](crate::monotonic_ns) reads it.
    #[must_use]
    pub fn time_origin(mut self, monotonic_ns: u64) -> Self {
        self.time_origin = Some(monotonic_ns);
        self
    }

    /// Writes `lines` to `out`.
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

//! Lines for the eye, as it happens.

use std::io::{self, ErrorKind, Write};

use super::Sink;
use crate::event::Event;
use crate::format::Header;
use crate::format::text::Lines;

/// Writes one line for each event, for example to the terminal.
#[derive(Debug)]
pub struct LiveLines<W> {
    lines: Lines,
    /// `None` when nobody reads any more.
    out: Option<W>,
    text: String,
    /// The monotonic clock's reading that counts as zero; `None` for the recording's beginning.
    zero: Option<u64>,
}

impl<W: Write + Send + 'static> LiveLines<W> {
    /// Counts time from this reading of the machine's monotonic clock, in nanoseconds: with the same one, the lines of
    /// several recordings have one time. [`monotonic_ns`](crate::monotonic_ns) reads it.
    #[must_use]
    pub fn zero(mut self, monotonic_ns: u64) -> Self {
        self.zero = Some(monotonic_ns);
        self
    }

    /// Writes `lines` to `out`.
    #[must_use]
    pub fn new(lines: Lines, out: W) -> Self {
        Self { lines, out: Some(out), text: String::new(), zero: None }
    }
}

impl<W: Write + Send + 'static> Sink for LiveLines<W> {
    fn name(&self) -> String {
        "the live lines".to_owned()
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.lines.shift(self.zero.map_or(0, |zero| header.monotonic_ns.saturating_sub(zero)));
        Ok(())
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        self.text.clear();
        for event in batch {
            self.lines.push(event, &mut self.text);
        }
        match out.write_all(self.text.as_bytes()).and_then(|()| out.flush()) {
            // The reader, `head` for example, has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.out = None;
                Ok(())
            }
            result => result,
        }
    }
}

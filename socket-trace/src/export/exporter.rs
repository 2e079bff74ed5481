//! The trait that the export formats implement.

use std::io::{self, BufWriter, Write};

use socket_tap::event::Event;
use socket_tap::format::Header;

/// The buffered output of an export.
pub(super) type Out = BufWriter<Box<dyn Write>>;

/// Writes recordings in one export format.
pub(super) trait Exporter {
    /// Begins the export of the recording with this header.
    fn begin(&mut self, header: &Header) -> io::Result<()>;

    /// Writes an event of the current recording. `line` is the event's line number in the trace file.
    fn event(&mut self, event: &Event, line: u64) -> io::Result<()>;

    /// Completes the export after the last recording. Returns notes for the user, for example about truncated
    /// payload.
    fn finish(&mut self) -> io::Result<Vec<String>>;
}

//! The interface that the export formats implement.

use std::io::{self, BufWriter, Write};

use socket_tap::event::Event;
use socket_tap::format::Header;

/// The output of an exporter.
pub(super) type Out = BufWriter<Box<dyn Write>>;

/// Writes recordings in one format.
pub(super) trait Exporter {
    /// Begins a recording.
    fn begin(&mut self, header: &Header) -> io::Result<()>;

    /// Writes an event of the recording, which is on the given line of its trace.
    fn event(&mut self, event: &Event, line: u64) -> io::Result<()>;

    /// Completes the export after the last recording. Returns notes for the user.
    fn finish(&mut self) -> io::Result<Vec<String>>;
}

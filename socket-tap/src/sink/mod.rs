//! Sinks: the destinations of a recording, such as a file or the terminal.
//!
//! Implement [`Sink`] for a destination of your own. [`TraceFile`] and [`FlightRecorder`] need the feature `file`,
//! `TracingEvents` needs the feature `tracing`; the other sinks are always available.

mod broadcast;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "file")]
mod file_rules;
#[cfg(feature = "file")]
mod flight;
mod live;
mod memory;
#[cfg(all(unix, feature = "file"))]
#[cfg(test)]
mod message_tests;
mod on_close;
#[cfg(feature = "file")]
mod open_streams;
#[cfg(feature = "tracing")]
mod otel_attributes;
#[cfg(feature = "file")]
mod panic_hook;
mod printer;
#[cfg(feature = "file")]
mod private_file;
#[cfg(feature = "file")]
mod rotation;
#[cfg(feature = "file")]
#[cfg(test)]
pub(crate) mod temp_directory;
#[cfg(feature = "tracing")]
mod tracing_events;

use std::io;

use crate::event::Event;
use crate::format::{End, Header};

pub use broadcast::{Broadcast, BroadcastHandle, Subscriber, Update};
#[cfg(feature = "file")]
pub use file::TraceFile;
#[cfg(feature = "file")]
pub use flight::FlightRecorder;
pub use live::LiveLines;
pub use memory::Memory;
pub use on_close::ClosedConnection;
pub(crate) use on_close::OnClose;
#[cfg(feature = "tracing")]
pub use tracing_events::TracingEvents;

/// A destination of a recording, such as a file or the terminal. The recorder's drain thread calls it with
/// batches of events. A sink may block: the program does not wait for it.
///
/// A sink that returns an error gets no further events; the program and the other sinks continue.
pub trait Sink: Send + 'static {
    /// Returns the name of the sink, for error messages.
    fn name(&self) -> String;

    /// Called once before the first event, with the header of the recording.
    ///
    /// # Errors
    /// If this returns an error, [`TapBuilder::start`](crate::TapBuilder::start) fails.
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        let _ = header;
        Ok(())
    }

    /// Called with the events since the previous call, in order of time.
    ///
    /// # Errors
    /// After an error, the sink gets no further events.
    fn events(&mut self, batch: &[Event]) -> io::Result<()>;

    /// Called after the last of the batches that the recorder delivers at a time, about every 20 ms while
    /// there are events. A sink that buffers its output writes the buffer in this method, rather than after
    /// each batch.
    ///
    /// # Errors
    /// After an error, the sink gets no further events.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Returns the sink if it is a trace file. The recorder passes its internal records to a trace file,
    /// without converting them to [`Event`]s, because that is faster.
    #[cfg(feature = "file")]
    #[doc(hidden)]
    fn as_trace_file(&mut self) -> Option<&mut TraceFile> {
        None
    }

    /// Called once after the last event, when the recording ends.
    ///
    /// # Errors
    /// [`Tap::finish`](crate::Tap::finish) returns the error.
    fn end(&mut self, end: &End) -> io::Result<()> {
        let _ = end;
        Ok(())
    }
}

//! Where a recording goes.
//!
//! A sink of your own implements [`Sink`]. The trace file and the flight recorder need the feature `file`, the events for
//! `tracing` the feature `tracing`; the others are always there.

mod broadcast;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "file")]
mod file_rules;
#[cfg(feature = "file")]
mod flight;
mod live;
mod memory;
mod on_close;
#[cfg(feature = "file")]
mod open_streams;
#[cfg(feature = "file")]
mod panic_hook;
mod printer;
#[cfg(feature = "file")]
mod private_file;
#[cfg(feature = "file")]
mod rotation;
#[cfg(feature = "tracing")]
mod socket_ends;
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

/// Takes a recording, in batches, on the drain thread: it may block, the program under observation does not wait.
///
/// A sink that returns an error gets nothing more; the program and the other sinks go on.
pub trait Sink: Send + 'static {
    /// What it is, for the message when it fails.
    fn name(&self) -> String;

    /// The recording begins.
    ///
    /// # Errors
    /// Stops [`TapBuilder::start`](crate::TapBuilder::start).
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        let _ = header;
        Ok(())
    }

    /// What happened since the last batch, in the order of time.
    ///
    /// # Errors
    /// End the recording to this sink.
    fn events(&mut self, batch: &[Event]) -> io::Result<()>;

    /// Hands on what the sink has buffered. Called when it has all batches of a round, every 20 ms while anything
    /// happens: a sink that writes in large pieces does it here rather than once a batch.
    ///
    /// # Errors
    /// End the recording to this sink.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// The sink as a trace file, which the recorder feeds without making events first.
    #[cfg(feature = "file")]
    #[doc(hidden)]
    fn as_trace_file(&mut self) -> Option<&mut TraceFile> {
        None
    }

    /// The recording is complete.
    ///
    /// # Errors
    /// Are returned by [`Tap::finish`](crate::Tap::finish).
    fn end(&mut self, end: &End) -> io::Result<()> {
        let _ = end;
        Ok(())
    }
}

//! An event with its time on the time line.

use socket_tap::event::Event;

/// An event with its time on the time line.
#[derive(Clone, Debug)]
pub struct TimedEvent {
    /// Index of the event's recording in [`Timeline::recordings`](super::Timeline::recordings).
    pub recording: usize,
    /// Time on the time line: nanoseconds since the first recording began. For a `connect`, the time at which
    /// it was called. Never decreases from one event to the next.
    pub at: u64,
    /// The event as recorded in the trace.
    pub event: Event,
}

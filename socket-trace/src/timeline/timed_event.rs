//! An event with its place on the time line.

use socket_tap::event::Event;

/// An event with its place on the time line.
#[derive(Clone, Debug)]
pub struct TimedEvent {
    /// Index of the event's recording in [`Timeline::recordings`](super::Timeline::recordings).
    pub recording: usize,
    /// Nanoseconds since the first recording began; for a connect, at the time of the call. Never decreases from one event to
    /// the next.
    pub at: u64,
    /// The event.
    pub event: Event,
}

//! The next event of traces to which recorders are possibly still writing.

/// The next event of traces to which recorders may still be writing, or the reason for its absence.
#[derive(Debug)]
pub enum Next<T> {
    /// The next event.
    Event(T),
    /// No event yet, because a recorder is still writing to a trace.
    Pending,
    /// All traces have ended.
    End,
}

//! The outcome of asking for the next event.

/// The outcome of asking for the next event of traces that may still be written.
#[derive(Debug)]
pub enum Next<T> {
    /// The next event.
    Event(T),
    /// No event yet: a trace is still being written.
    Pending,
    /// All traces have ended.
    End,
}

//! The next event of traces that may still be written.

/// The next event of traces that may still be written, or the reason why there is none.
#[derive(Debug)]
pub enum Next<T> {
    /// The next event.
    Event(T),
    /// No event yet, because a trace is still written.
    Pending,
    /// All traces have ended.
    End,
}

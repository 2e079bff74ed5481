//! The clock of a recording.

/// The clock on which the times of a recording are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Clock {
    /// `CLOCK_MONOTONIC`, the machine's common time line. A program that records itself uses it.
    #[default]
    Monotonic,
    /// `CLOCK_REALTIME`, in nanoseconds since 1970. A recording imported from a capture file or a log has only this one.
    Realtime,
}

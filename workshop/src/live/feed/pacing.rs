//! Computes pauses between repeated computations, to bound their CPU time.

use std::time::Duration;

/// Ratio of pause to work, so that a repeated computation takes at most a tenth of one processor's time.
const PAUSE_FACTOR: u32 = 10;

/// Returns the pause after a computation that took `work`, at least `min`.
pub(crate) fn pause_after(work: Duration, min: Duration) -> Duration {
    min.max(work * PAUSE_FACTOR)
}

//! Computes pauses between repeated computations, to bound their CPU time.

use std::time::Duration;

/// A pause is this many times as long as the computation before it. So a repeated computation takes less than
/// a tenth of one processor's time.
const PAUSE_FACTOR: u32 = 10;

/// Returns how long to pause after a computation that took `work`: [`PAUSE_FACTOR`] times as long, but at
/// least `min`.
pub(crate) fn pause_after(work: Duration, min: Duration) -> Duration {
    min.max(work * PAUSE_FACTOR)
}

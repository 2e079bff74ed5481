//! Converts strace's times, which are those of the wall clock, to the machine's monotonic clock.

use std::time::SystemTime;

use super::super::importer::Importer;

/// Difference in nanoseconds from which the wall clock has been set. Below it, the readings of the two clocks were apart.
const STEP: u64 = 1_000_000;

/// The wall clock, compared with the monotonic clock.
#[derive(Debug)]
pub(super) struct WallClock {
    /// The monotonic clock at the start of the recording, in nanoseconds.
    monotonic: u64,
    /// The wall clock at the same moment, in nanoseconds since 1970, as if it had always been set as it is now.
    realtime: u64,
}

impl WallClock {
    pub(super) fn now() -> Self {
        let (realtime, monotonic) = read_both();
        Self { monotonic, realtime }
    }

    /// Sets the start of the recording.
    pub(super) fn start(&self, importer: &mut Importer) {
        importer.set_start(self.realtime, self.monotonic);
    }

    /// Compares the clocks before lines are imported that have been read, and corrects the start of the recording if the
    /// wall clock has been set. Lines in between have the time at which they were read.
    pub(super) fn follow(&mut self, importer: &mut Importer) {
        let (realtime, monotonic) = read_both();
        let elapsed = monotonic.saturating_sub(self.monotonic);
        importer.set_read_at(elapsed);
        let start = realtime.saturating_sub(elapsed);
        if start.abs_diff(self.realtime) > STEP {
            self.realtime = start;
            self.start(importer);
        }
    }
}

/// Reads both clocks at the same moment, as nearly as possible: the closest of several readings.
fn read_both() -> (u64, u64) {
    let read = || {
        let before = socket_tap::monotonic_ns();
        let realtime = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let took = socket_tap::monotonic_ns().saturating_sub(before);
        (took, u64::try_from(realtime.as_nanos()).unwrap_or(u64::MAX), before + took / 2)
    };
    let (_, realtime, monotonic) = (0..4).map(|_| read()).min().unwrap_or_default();
    (realtime, monotonic)
}

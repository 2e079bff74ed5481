//! Samples the kernel's state of all open TCP connections at an interval, on the drain thread.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::close::TcpSample;
use crate::event::{Gap, Op, SockId};
use crate::recorder::Recorder;
use crate::recorder::lifecycle_event::LifecycleEvent;
use crate::recorder::record::{Record, Timed};

/// Shortest interval. With shorter ones, the drain thread would do nothing but sample.
const MIN_INTERVAL: Duration = Duration::from_millis(1);

/// The time of the next samples, and the last sample of each connection.
#[derive(Debug)]
pub(super) struct Sampler {
    interval: Duration,
    /// Time of the last samples, or of the start.
    since: Instant,
    /// The last sample of each open connection. An equal one is not recorded again.
    last: HashMap<SockId, TcpSample>,
}

impl Sampler {
    pub(super) fn new(interval: Duration) -> Self {
        let interval = interval.max(MIN_INTERVAL);
        Self { interval, since: Instant::now(), last: HashMap::new() }
    }

    /// Returns the time of the next samples. `None` if it is out of the range of [`Instant`].
    pub(super) fn due(&self) -> Option<Instant> {
        self.since.checked_add(self.interval)
    }

    pub(super) fn is_due(&self) -> bool {
        self.due().is_some_and(|due| due <= Instant::now())
    }

    /// Appends a record to `records` for each open TCP connection whose state has changed. If there are more
    /// than `capacity` of them, the rest is dropped and counted in `gap`.
    pub(super) fn sample(
        &mut self,
        recorder: &Recorder,
        capacity: usize,
        records: &mut Vec<Timed<Record>>,
        gap: &mut Gap,
    ) {
        self.since = Instant::now();
        let mut last = std::mem::take(&mut self.last);
        let full = records.len().saturating_add(capacity);
        recorder.sockets().for_each(|socket| {
            let Some(sample) = socket.sample() else { return };
            let sock = socket.sock();
            if last.remove(&sock).is_none_or(|before| before != sample) {
                let op = Op::TcpInfo(Box::new(sample.clone()));
                if records.len() < full {
                    let record = Record::Lifecycle(LifecycleEvent::new(op, None));
                    records.push(Timed { raw: recorder.clock.raw(), sock: Some(sock), record });
                } else {
                    op.count_dropped(false, gap);
                }
            }
            self.last.insert(sock, sample);
        });
    }
}

#[cfg(test)]
#[cfg(all(not(model), target_os = "linux"))]
#[path = "sampler_tests.rs"]
mod tests;

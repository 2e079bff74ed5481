//! Delivery of events to the sinks.

use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Drain;
use crate::error::RecordingError;
use crate::event::Op;
use crate::recorder::lifecycle_event::LifecycleEvent;
use crate::recorder::record::{Record, Timed};
use crate::sink::Sink;

impl Drain {
    pub(super) fn deliver_gap(&mut self, until: u64) {
        let gap = mem::take(&mut self.gap);
        if gap.is_empty() {
            return;
        }
        self.lost += gap.events();
        let record = Record::Lifecycle(LifecycleEvent::new(Op::Gap(gap), None));
        self.deliver(&mut [Timed { raw: until, sock: None, record }], &[]);
    }

    /// Delivers a batch of records to the sinks. First converts their times from the fast clock to
    /// nanoseconds.
    pub(super) fn deliver(&mut self, batch: &mut [Timed<Record>], payload: &[u8]) {
        self.events += batch.len() as u64;
        for timed in &mut *batch {
            self.last_time = self.last_time.max(self.timeline.since_start(timed.raw));
            timed.raw = self.last_time;
        }
        let mut events = mem::take(&mut self.batch);
        if self.needs_events {
            events.extend(batch.iter().map(|timed| timed.event(timed.raw, payload)));
        }
        self.for_each_sink(|sink| {
            #[cfg(feature = "file")]
            if let Some(file) = sink.as_trace_file() {
                return file.records(batch, payload);
            }
            sink.events(&events)
        });
        events.clear();
        self.batch = events;
    }

    /// Calls `feed` for each sink, and removes sinks that fail or panic. The other sinks and the recorded
    /// program continue.
    pub(super) fn for_each_sink(&mut self, mut feed: impl FnMut(&mut dyn Sink) -> io::Result<()>) {
        let (failure, on_error) = (&mut self.failure, &self.on_error);
        let failed = self.sinks.extract_if(.., |sink| {
            let result = catch_unwind(AssertUnwindSafe(|| feed(sink.as_mut())));
            let Err(error) = result.unwrap_or_else(|_| Err(io::Error::other("the sink panicked"))) else {
                return false;
            };
            let name = catch_unwind(AssertUnwindSafe(|| sink.name()));
            let error = RecordingError::new(name.unwrap_or_else(|_| "a sink".to_owned()), error);
            if let Some(on_error) = on_error {
                // A panic in the callback is a bug of the program; the recording continues.
                let _ = catch_unwind(AssertUnwindSafe(|| on_error(&error)));
            }
            failure.get_or_insert(error);
            true
        });
        for sink in failed {
            let _ = catch_unwind(AssertUnwindSafe(|| drop(sink)));
        }
    }
}

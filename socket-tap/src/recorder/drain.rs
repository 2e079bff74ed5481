//! The drain thread: takes what the shards hold, puts it in order, and feeds the sinks.

mod deliver;

use std::io;
use std::mem;
use std::time::{Duration, Instant};

use super::clock::Timeline;
use super::command::{Command, Reply};
use super::drained_records::DrainedRecords;
use super::handle::{RecorderRef, Recording};
use super::record::{Record, Timed};
use super::shard::Shard;
use super::sync::{atomic::Ordering, thread};
use super::{entered_call, lock};
use crate::error::RecordingError;
use crate::event::{Event, Gap};
use crate::format::End;
use crate::sink::Sink;
use deliver::needs_events;

/// How many events the sinks get at once, at most: their memory does not grow with what waits.
const MAX_BATCH: usize = 1024;

/// A call that was entered longer ago than this no longer holds back what others do. Its record comes late then, and gets
/// the time of its neighbours.
const MAX_CALL: Duration = Duration::from_secs(1);

/// How long a flush sleeps between two looks at a call that is in progress.
const CALL_POLL_INTERVAL: Duration = Duration::from_micros(200);

/// Called when recording to a sink fails.
pub(crate) type OnError = Box<dyn Fn(&RecordingError) + Send>;

/// The drain thread's own state.
pub(crate) struct Drain {
    recorder: RecorderRef,
    timeline: Timeline,
    sinks: Vec<Box<dyn Sink>>,
    on_error: Option<OnError>,
    /// The first sink that failed; it gets no more, the others do.
    failure: Option<RecordingError>,
    /// Swapped with each shard in turn, so that a shard is locked for a moment only.
    spare: Shard,
    /// DrainedRecords from the shards, not yet handed on. What arrives while the sinks are fed waits at the end. It is at most
    /// three times as much as the shards hold.
    pending: DrainedRecords,
    /// DrainedRecords while the sinks were fed.
    incoming: DrainedRecords,
    /// Missing since the last gap was written.
    gap: Gap,
    /// Whether a sink takes events. A trace file takes records, which spares the way through an event.
    needs_events: bool,
    batch: Vec<Event>,
    /// The time of the last event that was handed on.
    last_time: u64,
    /// Everything up to this raw reading was handed on.
    delivered_up_to: u64,
    /// When to finish, and who waits for it, once that was asked for.
    finish: Option<(Instant, Vec<Reply<io::Result<End>>>)>,
    events: u64,
    lost: u64,
}

impl Drain {
    pub(crate) fn new(
        recording: &Recording,
        timeline: Timeline,
        mut sinks: Vec<Box<dyn Sink>>,
        on_error: Option<OnError>,
    ) -> Self {
        let needs_events = sinks.iter_mut().any(|sink| needs_events(sink.as_mut()));
        let room = lock(&recording.shards[0].0).capacity();
        Self {
            recorder: recording.recorder_ref(),
            timeline,
            sinks,
            on_error,
            failure: None,
            spare: Shard::new(room),
            pending: DrainedRecords::default(),
            incoming: DrainedRecords::default(),
            needs_events,
            gap: Gap::default(),
            batch: Vec::new(),
            last_time: 0,
            delivered_up_to: 0,
            finish: None,
            events: 0,
            lost: 0,
        }
    }

    /// Runs until it is told to finish.
    pub(crate) fn run(mut self) {
        self.recorder.set_drain_thread(&thread::current());
        loop {
            let mut flush = Vec::new();
            for command in self.recorder.wait(self.finish.as_ref().map(|(when, _)| *when)) {
                match command {
                    Command::Flush(reply) => flush.push(reply),
                    Command::Finish(reply) => self.finish_at(Instant::now(), reply),
                    Command::FinishWhenIdle(deadline, reply) => self.finish_at(deadline, reply),
                }
            }
            if self.is_time_to_finish() {
                let end = self.end();
                flush.into_iter().for_each(|reply| reply.send(()));
                return self.reply_finished(&end);
            }
            if flush.is_empty() {
                self.drain();
            } else {
                self.drain_up_to_now();
                flush.into_iter().for_each(|reply| reply.send(()));
            }
        }
    }

    /// The earliest of several requests counts.
    fn finish_at(&mut self, deadline: Instant, reply: Reply<io::Result<End>>) {
        let (when, replies) = self.finish.get_or_insert_with(|| (deadline, Vec::new()));
        *when = (*when).min(deadline);
        replies.push(reply);
    }

    fn is_time_to_finish(&self) -> bool {
        let due = |when: Instant| when <= Instant::now() || self.recorder.open_streams() == 0;
        self.finish.as_ref().is_some_and(|(when, _)| due(*when))
    }

    /// Hands over what happened before now, as far as no thread is still inside a call that it entered before.
    fn drain(&mut self) {
        let now = self.timeline.advance(self.delivered_up_to);
        let held_back = entered_call::complete_up_to(now).unwrap_or(self.delivered_up_to);
        let patience = u64::try_from(MAX_CALL.as_nanos()).unwrap_or(u64::MAX);
        self.drain_until(held_back.max(self.timeline.raw_before(now, patience)));
    }

    /// The same until everything that happened before now is handed over. CallSlots in progress take a moment.
    fn drain_up_to_now(&mut self) {
        let now = self.timeline.advance(self.delivered_up_to);
        loop {
            self.drain();
            if self.delivered_up_to >= now {
                return;
            }
            thread::sleep(CALL_POLL_INTERVAL);
        }
    }

    /// Hands over what happened up to that reading of the clock, which was taken before this begins. A record that is
    /// later may be seen in one shard and be count_dropped in another; it stays for the next round. A record that is not later
    /// is in its shard by the time that we hold the lock.
    fn drain_until(&mut self, until: u64) {
        let events = self.events;
        self.drain_shards();
        let mut pending = mem::take(&mut self.pending);
        pending.discard_and_append(0, &mut self.incoming);
        #[cfg(all(test, model))]
        assert!(
            pending.records.iter().all(|timed| timed.raw > self.delivered_up_to),
            "late: {:?}",
            pending.records
        );
        pending.records.sort_by_key(|timed| timed.raw);
        let ready = self.ready_count(&pending.records, until);
        let (taken, taken_payload) = (pending.records.len(), pending.payload.len());
        let mut left = taken;
        for batch in pending.records[..ready].chunks_mut(MAX_BATCH) {
            left -= batch.len();
            self.deliver(batch, &pending.payload);
            // A slow sink must not cost what there is memory for, nor more memory than that.
            let (most, most_payload) = self.capacity();
            let room =
                left + self.incoming.records.len() < most && self.incoming.payload.len() <= most_payload;
            if room && self.recorder.half_full.load(Ordering::Acquire) {
                self.drain_shards();
            }
        }
        pending.discard_and_append(ready, &mut self.incoming);
        pending.shrink(taken, taken_payload);
        self.incoming.shrink(taken, taken_payload);
        self.pending = pending;
        self.delivered_up_to = self.delivered_up_to.max(until);
        self.deliver_gap(until);
        if self.events > events {
            self.for_each_sink(Sink::flush);
        }
    }

    /// Adds to `later` what the shards hold.
    fn drain_shards(&mut self) {
        self.recorder.half_full.store(false, Ordering::Release);
        for shard in &self.recorder.shards {
            lock(&shard.0).swap(&mut self.spare);
            self.spare.drain_into(&mut self.incoming, &mut self.gap);
        }
    }

    /// How many of the records, which are in order, are to be handed on: those up to `until`. A call in progress holds
    /// back no more than the shards hold, though. What is later than now is never as much.
    fn ready_count(&self, records: &[Timed<Record>], until: u64) -> usize {
        let ready = records.partition_point(|timed| timed.raw <= until);
        let (most, most_payload) = self.capacity();
        let mut payload = 0;
        let fits = |timed: &&Timed<Record>| {
            payload += timed.captured();
            payload <= most_payload
        };
        records.len() - records[ready..].iter().rev().take(most).take_while(fits).count()
    }

    /// How many records, and bytes of payload, the shards hold.
    fn capacity(&self) -> (usize, usize) {
        let (room, shards) = (self.spare.capacity(), self.recorder.shards.len());
        (shards * (room.transfers + room.lifecycle_events), shards * room.payload)
    }

    /// Completes the recording.
    fn end(&mut self) -> End {
        let open = self.recorder.seal() as u64;
        self.timeline.advance(self.delivered_up_to);
        // Nothing new comes in, so nothing has to wait.
        self.drain_until(u64::MAX);
        let end = End { events: self.events, lost: self.lost, open, continued: false };
        self.for_each_sink(|sink| sink.end(&end));
        end
    }

    fn reply_finished(&mut self, end: &End) {
        let replies = self.finish.take().map(|(_, replies)| replies).unwrap_or_default();
        for reply in replies {
            reply.send(self.failure.as_ref().map_or_else(|| Ok(end.clone()), |error| Err(error.to_io())));
        }
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        // Nobody waits for a reply that will not come.
        self.recorder.close_commands();
    }
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "drain_tests.rs"]
mod tests;

//! The drain thread. It empties the shards, which are the buffers of the recording threads, sorts the records
//! by time, and delivers them to the sinks.

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

/// Maximum number of events that are passed to the sinks at once. It limits the memory for them.
const MAX_BATCH: usize = 1024;

/// Maximum time that records wait for an earlier socket call that has not returned. After this time, they are
/// delivered before the call. When the call returns, it is recorded with the time of the last delivered
/// event, so that recorded times never run backwards.
const MAX_CALL: Duration = Duration::from_secs(1);

/// Interval at which a flush checks whether the socket calls in progress have returned.
const CALL_POLL_INTERVAL: Duration = Duration::from_micros(200);

/// A callback that gets the error of a sink that failed.
pub(crate) type OnError = Box<dyn Fn(&RecordingError) + Send>;

/// The state of the drain thread.
pub(crate) struct Drain {
    recorder: RecorderRef,
    timeline: Timeline,
    sinks: Vec<Box<dyn Sink>>,
    on_error: Option<OnError>,
    /// The error of the first sink that failed. `Tap::finish` returns it.
    failure: Option<RecordingError>,
    /// An empty buffer. The drain thread swaps its contents with those of each shard in turn, and so holds
    /// the lock of a shard only briefly.
    spare: Shard,
    /// Records that were moved out of the shards (the buffers of the recording threads) and are not delivered
    /// yet. There are at most three times as many as the shards can hold.
    pending: DrainedRecords,
    /// Records that were moved out of the shards while a sink was receiving events. They are appended to
    /// `pending` afterwards.
    incoming: DrainedRecords,
    /// Counts of dropped events since the last gap event.
    gap: Gap,
    /// `true` if at least one sink needs events. A trace file does not: it formats records without converting
    /// them to events.
    needs_events: bool,
    batch: Vec<Event>,
    /// Time of the last delivered event, in nanoseconds since the recording began.
    last_time: u64,
    /// Time of the [fast clock](super::RawClock) up to which all records have been delivered to the sinks.
    delivered_up_to: u64,
    /// Deadline for ending the recording, and the replies to the callers who requested the end. `None` if no
    /// caller has requested it.
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

    /// Runs the drain thread until a command ends the recording.
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

    /// Requests the end of the recording at `deadline`. If there are several deadlines, the earliest applies.
    fn finish_at(&mut self, deadline: Instant, reply: Reply<io::Result<End>>) {
        let (when, replies) = self.finish.get_or_insert_with(|| (deadline, Vec::new()));
        *when = (*when).min(deadline);
        replies.push(reply);
    }

    fn is_time_to_finish(&self) -> bool {
        let due = |when: Instant| when <= Instant::now() || self.recorder.open_streams() == 0;
        self.finish.as_ref().is_some_and(|(when, _)| due(*when))
    }

    /// Delivers the records up to now to the sinks. If a thread is inside a socket call that sends, such as
    /// `write`, the records from after the beginning of this call stay in `pending`, because the call will be
    /// recorded with an earlier time than they have. They stay there for at most [`MAX_CALL`].
    fn drain(&mut self) {
        let now = self.timeline.advance(self.delivered_up_to);
        let held_back = entered_call::complete_up_to(now).unwrap_or(self.delivered_up_to);
        let patience = u64::try_from(MAX_CALL.as_nanos()).unwrap_or(u64::MAX);
        self.drain_until(held_back.max(self.timeline.raw_before(now, patience)));
    }

    /// Delivers all records up to now to the sinks. Waits for the socket calls that are in progress, because
    /// their records have earlier times.
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

    /// Delivers the records whose time on the [fast clock](super::RawClock) is at most `until`. Later records
    /// stay in `pending`, because another thread may still add a record with an earlier time.
    ///
    /// The caller must have read `until` from the clock before this call. Then every record up to `until` is
    /// in its shard by the time that this method locks the shard.
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
            // While a sink is slow, empties full shards as long as the backlog is within its limit.
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

    /// Moves all records from the shards to `incoming`.
    fn drain_shards(&mut self) {
        self.recorder.half_full.store(false, Ordering::Release);
        for shard in &self.recorder.shards {
            lock(&shard.0).swap(&mut self.spare);
            self.spare.drain_into(&mut self.incoming, &mut self.gap);
        }
    }

    /// Returns the number of `records` to deliver now. These are the records up to the time `until`. If the
    /// rest would be more than the shards can hold, further records are delivered early, so that memory stays
    /// bounded. `records` must be sorted by time.
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

    /// Returns the number of records and the number of payload bytes that all shards together can hold.
    fn capacity(&self) -> (usize, usize) {
        let (room, shards) = (self.spare.capacity(), self.recorder.shards.len());
        (shards * (room.transfers + room.lifecycle_events), shards * room.payload)
    }

    /// Delivers the remaining records, and calls [`Sink::end`] on each sink.
    fn end(&mut self) -> End {
        let open = self.recorder.seal() as u64;
        self.timeline.advance(self.delivered_up_to);
        // The shards are sealed, so no record can arrive late.
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
        // Drops the replies of the remaining commands, so that no caller waits for them.
        self.recorder.close_commands();
    }
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "drain_tests.rs"]
mod tests;

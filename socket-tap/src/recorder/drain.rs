//! The drain thread: takes what the shards hold, puts it in order, and feeds the sinks.

use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::clock::Timeline;
use super::command::{Command, Reply};
use super::handle::{Drained, Recording};
use super::record::{Milestone, Record, Timed};
use super::shard::{Shard, Taken};
use super::sync::{atomic::Ordering, thread};
use super::{in_call, lock};
use crate::error::RecordingError;
use crate::event::{Event, Gap, Op};
use crate::format::End;
use crate::sink::Sink;

/// How many events the sinks get at once, at most: their memory does not grow with what waits.
const MOST_EVENTS: usize = 1024;

/// A call that was entered longer ago than this no longer holds back what others do. Its record comes late then, and gets
/// the time of its neighbours.
const LONGEST_CALL: Duration = Duration::from_secs(1);

/// How long a flush sleeps between two looks at a call that is in progress.
const PAUSE: Duration = Duration::from_micros(200);

/// Called when recording to a sink fails.
pub(crate) type OnError = Box<dyn Fn(&RecordingError) + Send>;

/// The drain thread's own state.
pub(crate) struct Drain {
    recorder: Drained,
    timeline: Timeline,
    sinks: Vec<Box<dyn Sink>>,
    on_error: Option<OnError>,
    /// The first sink that failed; it gets no more, the others do.
    failure: Option<RecordingError>,
    /// Swapped with each shard in turn, so that a shard is locked for a moment only.
    spare: Shard,
    /// Taken from the shards, not yet handed on. What arrives while the sinks are fed waits at the end. It is at most
    /// three times as much as the shards hold.
    pending: Taken,
    /// Taken while the sinks were fed.
    later: Taken,
    /// Missing since the last gap was written.
    gap: Gap,
    /// Whether a sink takes events. A trace file takes records, which spares the way through an event.
    makes_events: bool,
    batch: Vec<Event>,
    /// The time of the last event that was handed on.
    last: u64,
    /// Everything up to this raw reading was handed on.
    complete: u64,
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
        let makes_events = sinks.iter_mut().any(|sink| takes_events(sink.as_mut()));
        let room = lock(&recording.shards[0].0).room();
        Self {
            recorder: recording.drained(),
            timeline,
            sinks,
            on_error,
            failure: None,
            spare: Shard::new(room),
            pending: Taken::default(),
            later: Taken::default(),
            makes_events,
            gap: Gap::default(),
            batch: Vec::new(),
            last: 0,
            complete: 0,
            finish: None,
            events: 0,
            lost: 0,
        }
    }

    /// Runs until it is told to finish.
    pub(crate) fn run(mut self) {
        self.recorder.drained_by(&thread::current());
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
                return self.answer(&end);
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
        let now = self.timeline.advance(self.complete);
        let held_back = in_call::complete_up_to(now).unwrap_or(self.complete);
        let patience = u64::try_from(LONGEST_CALL.as_nanos()).unwrap_or(u64::MAX);
        self.drain_until(held_back.max(self.timeline.earlier(now, patience)));
    }

    /// The same until everything that happened before now is handed over. Calls in progress take a moment.
    fn drain_up_to_now(&mut self) {
        let now = self.timeline.advance(self.complete);
        loop {
            self.drain();
            if self.complete >= now {
                return;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Hands over what happened up to that reading of the clock, which was taken before this begins. A record that is
    /// later may be seen in one shard and be missed in another; it stays for the next round. A record that is not later
    /// is in its shard by the time that we hold the lock.
    fn drain_until(&mut self, until: u64) {
        let events = self.events;
        self.take_shards();
        let mut pending = mem::take(&mut self.pending);
        pending.advance(0, &mut self.later);
        #[cfg(all(test, model))]
        assert!(pending.records.iter().all(|timed| timed.raw > self.complete), "late: {:?}", pending.records);
        pending.records.sort_by_key(|timed| timed.raw);
        let ready = self.ready(&pending.records, until);
        let (taken, taken_payload) = (pending.records.len(), pending.payload.len());
        let mut left = taken;
        for batch in pending.records[..ready].chunks_mut(MOST_EVENTS) {
            left -= batch.len();
            self.hand_on(batch, &pending.payload);
            // A slow sink must not cost what there is memory for, nor more memory than that.
            let (most, most_payload) = self.capacity();
            let room = left + self.later.records.len() < most && self.later.payload.len() <= most_payload;
            if room && self.recorder.pressed.load(Ordering::Acquire) {
                self.take_shards();
            }
        }
        pending.advance(ready, &mut self.later);
        pending.shrink(taken, taken_payload);
        self.later.shrink(taken, taken_payload);
        self.pending = pending;
        self.complete = self.complete.max(until);
        self.hand_on_gap(until);
        if self.events > events {
            self.feed(Sink::flush);
        }
    }

    /// Adds to `later` what the shards hold.
    fn take_shards(&mut self) {
        self.recorder.pressed.store(false, Ordering::Release);
        for shard in &self.recorder.shards {
            lock(&shard.0).swap(&mut self.spare);
            self.spare.empty_into(&mut self.later, &mut self.gap);
        }
    }

    /// How many of the records, which are in order, are to be handed on: those up to `until`. A call in progress holds
    /// back no more than the shards hold, though. What is later than now is never as much.
    fn ready(&self, records: &[Timed<Record>], until: u64) -> usize {
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
        let (room, shards) = (self.spare.room(), self.recorder.shards.len());
        (shards * (room.details + room.milestones), shards * room.payload)
    }

    fn hand_on_gap(&mut self, until: u64) {
        let gap = mem::take(&mut self.gap);
        if gap.is_empty() {
            return;
        }
        self.lost += gap.events();
        let what = Record::Milestone(Milestone::new(Op::Gap(gap), None));
        self.hand_on(&mut [Timed { raw: until, sock: None, what }], &[]);
    }

    /// Gives the batch to the sinks. Its clock readings become times.
    fn hand_on(&mut self, batch: &mut [Timed<Record>], payload: &[u8]) {
        self.events += batch.len() as u64;
        for timed in &mut *batch {
            self.last = self.last.max(self.timeline.since_start(timed.raw));
            timed.raw = self.last;
        }
        let mut events = mem::take(&mut self.batch);
        if self.makes_events {
            events.extend(batch.iter().map(|timed| timed.event(timed.raw, payload)));
        }
        self.feed(|sink| {
            #[cfg(feature = "file")]
            if let Some(file) = sink.as_trace_file() {
                return file.records(batch, payload);
            }
            sink.events(&events)
        });
        events.clear();
        self.batch = events;
    }

    /// Completes the recording.
    fn end(&mut self) -> End {
        let open = self.recorder.seal() as u64;
        self.timeline.advance(self.complete);
        // Nothing new comes in, so nothing has to wait.
        self.drain_until(u64::MAX);
        let end = End { events: self.events, lost: self.lost, open, continued: false };
        self.feed(|sink| sink.end(&end));
        end
    }

    fn answer(&mut self, end: &End) {
        let replies = self.finish.take().map(|(_, replies)| replies).unwrap_or_default();
        for reply in replies {
            reply.send(self.failure.as_ref().map_or_else(|| Ok(end.clone()), |error| Err(error.to_io())));
        }
    }

    /// A sink that fails or panics gets nothing more. The others do, and the program under observation goes on.
    fn feed(&mut self, mut feed: impl FnMut(&mut dyn Sink) -> io::Result<()>) {
        let (failure, on_error) = (&mut self.failure, &self.on_error);
        let failed = self.sinks.extract_if(.., |sink| {
            let result = catch_unwind(AssertUnwindSafe(|| feed(sink.as_mut())));
            let Err(error) = result.unwrap_or_else(|_| Err(io::Error::other("it panicked"))) else {
                return false;
            };
            let name = catch_unwind(AssertUnwindSafe(|| sink.name()));
            let error = RecordingError::new(name.unwrap_or_else(|_| "a sink".to_owned()), error);
            if let Some(on_error) = on_error {
                // Its panic is the program's bug; the recording goes on without it.
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

/// Whether the sink is fed with events; a trace file takes records.
fn takes_events(sink: &mut dyn Sink) -> bool {
    #[cfg(feature = "file")]
    if sink.as_trace_file().is_some() {
        return false;
    }
    let _ = sink;
    true
}

impl Drop for Drain {
    fn drop(&mut self) {
        // Nobody waits for a reply that will not come.
        self.recorder.end_commands();
    }
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "drain_tests.rs"]
mod tests;

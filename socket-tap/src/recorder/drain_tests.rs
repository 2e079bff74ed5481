use std::sync::{Arc, Mutex};

use super::*;
use crate::event::{Op, SockId};
use crate::recorder::{Capacity, Direction, RawClock, Recorder, Stamp, StreamChange, WhenFull};
use crate::sink::Memory;

struct ManualDrain {
    clock: RawClock,
    recording: Recording,
    drain: Drain,
    memory: Memory,
}

/// Creates a recording without a drain thread. The test itself calls the methods of [`Drain`].
fn manual() -> ManualDrain {
    let memory = Memory::new();
    ManualDrain { memory: memory.clone(), ..manual_with(64, vec![Box::new(memory)]) }
}

fn manual_with(events: usize, sinks: Vec<Box<dyn Sink>>) -> ManualDrain {
    manual_of(Capacity { capture: 0, events, payload: 0 }, sinks)
}

fn manual_of(capacity: Capacity, sinks: Vec<Box<dyn Sink>>) -> ManualDrain {
    let clock = RawClock::new();
    let timeline = Timeline::start(clock.clone());
    let recording = Recording::new(Recorder::new(clock.clone(), timeline.start_ns(), capacity));
    let drain = Drain::new(&recording, timeline, sinks, None);
    ManualDrain { clock, recording, drain, memory: Memory::new() }
}

impl ManualDrain {
    fn mark(&self, label: &'static str, stamp: Stamp<'_>) {
        mark(&self.recording, label, stamp);
    }

    fn labels(&self) -> Vec<String> {
        let label = |event: Event| match event.op {
            Op::Mark { label } => label.into_owned(),
            other => panic!("{other:?}"),
        };
        self.memory.events().into_iter().map(label).collect()
    }
}

fn mark(recorder: &Recorder, label: &'static str, stamp: Stamp<'_>) {
    let op = Op::Mark { label: label.into() };
    recorder.lifecycle_event(None, (op, None), (WhenFull::Drop, StreamChange::None), stamp);
}

#[test]
fn drain_until_a_time_delivers_no_later_record() {
    let mut manual = manual();
    manual.mark("before", Stamp::Now);
    let reading = manual.clock.raw();
    // Two equal readings of the counter would not order the records.
    while manual.clock.raw() == reading {}
    manual.mark("after", Stamp::Now);
    manual.drain.drain_until(reading);
    assert_eq!(manual.labels(), ["before"]);
    manual.drain.drain_up_to_now();
    assert_eq!(manual.labels(), ["before", "after"]);
}

#[test]
fn record_of_long_call_precedes_later_records() {
    let mut manual = manual();
    let entered = manual.recording.enter();
    let reading = manual.clock.raw();
    while manual.clock.raw() == reading {}
    manual.mark("read by the peer", Stamp::Now);
    manual.drain.drain();
    assert_eq!(manual.labels(), [""; 0], "the write that caused it has not returned");
    manual.mark("written", Stamp::Entered(&entered));
    drop(entered);
    manual.drain.drain_up_to_now();
    assert_eq!(manual.labels(), ["written", "read by the peer"]);
    let events = manual.memory.events();
    assert!(events[0].t < events[1].t, "{events:?}");
}

#[test]
fn long_call_is_timestamped_when_it_began() {
    let mut manual = manual();
    let entered = manual.recording.enter();
    let entry = manual.recording.now();
    // Rounds without other records, for 5 ms.
    while manual.recording.now() < entry + 5_000_000 {
        manual.drain.drain();
    }
    manual.mark("written", Stamp::Entered(&entered));
    drop(entered);
    manual.drain.drain_up_to_now();
    let t = manual.memory.events()[0].t;
    assert!(t < entry + 1_000_000, "entered at {entry} ns, recorded as {t} ns");
}

#[test]
fn records_delayed_by_a_running_call_are_bounded() {
    let mut manual = manual();
    let entered = manual.recording.enter();
    let (capacity, _) = manual.drain.capacity();
    let mut backlog = 0;
    for _ in 0..capacity / 32 {
        (0..64).for_each(|_| manual.mark("meanwhile", Stamp::Now));
        manual.drain.drain();
        backlog = backlog.max(manual.drain.pending.records.len());
    }
    assert!(backlog <= capacity, "{backlog} records wait, the shards hold {capacity}");
    manual.mark("late", Stamp::Entered(&entered));
    drop(entered);
    manual.drain.drain_up_to_now();
    let events = manual.memory.events();
    assert_eq!(events.len(), 2 * capacity + 1);
    assert!(events.is_sorted_by_key(|event| event.t));
}

#[test]
fn payload_delayed_by_a_running_call_is_bounded() {
    let capacity = Capacity { capture: 100, events: 64 * 1024, payload: 4_000 };
    let mut manual = manual_of(capacity, vec![]);
    let entered = manual.recording.enter();
    let (bytes, mut backlog) = ([7; 100], 0);
    for _ in 0..200 {
        let size = (bytes.len(), 0);
        manual.recording.transfer(
            SockId::after(0),
            Direction::Read,
            size,
            [&bytes[..]].into_iter(),
            Stamp::Now,
        );
        manual.drain.drain();
        backlog = backlog.max(manual.drain.pending.payload.len());
    }
    drop(entered);
    assert!(backlog <= capacity.payload, "{backlog} bytes wait, the shards hold {}", capacity.payload);
}

#[test]
fn end_of_recording_delivers_records_of_unfinished_calls() {
    let mut manual = manual();
    let entered = manual.recording.enter();
    manual.mark("last", Stamp::Entered(&entered));
    assert_eq!(manual.drain.end().events, 1);
    assert_eq!(manual.labels(), ["last"]);
}

/// A sink that keeps the names of the methods called on it.
struct CallLog(Arc<Mutex<Vec<&'static str>>>);

impl Sink for CallLog {
    fn name(&self) -> String {
        "calls".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        lock(&self.0).push("events");
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        lock(&self.0).push("flush");
        Ok(())
    }
}

#[test]
fn drain_thread_flushes_sinks_once_per_round() {
    let calls = Arc::default();
    let mut manual = manual_with(1 << 17, vec![Box::new(CallLog(Arc::clone(&calls)))]);
    for _ in 0..=MAX_BATCH {
        manual.mark("step", Stamp::Now);
    }
    manual.drain.drain_up_to_now();
    assert_eq!(*lock(&calls), ["events", "events", "flush"]);
    manual.drain.drain_up_to_now();
    assert_eq!(lock(&calls).len(), 3, "an empty round flushes nothing");
}

/// A sink that records new events while it receives a batch, as many as the buffers can hold. Events
/// therefore arrive faster than they can be delivered.
struct OverloadingSink(Arc<Mutex<Option<Recording>>>);

impl Sink for OverloadingSink {
    fn name(&self) -> String {
        "a slow disk".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        if let Some(recording) = &*lock(&self.0) {
            (0..CAPACITY).for_each(|_| mark(recording, "again", Stamp::Now));
        }
        Ok(())
    }
}

/// Number of events that the shards (the buffers of the recording threads) can hold. [`OverloadingSink`]
/// records this many events for each batch that it receives.
const CAPACITY: usize = 2 * MAX_BATCH;

#[test]
fn undelivered_records_are_bounded_under_overload() {
    let load = Arc::default();
    let mut manual = manual_with(64, vec![Box::new(OverloadingSink(Arc::clone(&load)))]);
    *lock(&load) = Some(manual.recording.clone());
    manual.mark("begin", Stamp::Now);
    let backlogs: Vec<usize> = (0..20)
        .map(|_| {
            manual.drain.drain_up_to_now();
            manual.drain.pending.records.len()
        })
        .collect();
    *lock(&load) = None;
    let most = 3 * manual.drain.capacity().0;
    assert!(backlogs.iter().all(|backlog| *backlog <= most), "more than {most}: {backlogs:?}");
}

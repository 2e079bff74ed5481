use std::sync::{Arc, Mutex};

use super::*;
use crate::recorder::{Capacity, Change, Keep, RawClock, Recorder, Stamp};
use crate::sink::Memory;

struct Stepped {
    clock: RawClock,
    recording: Recording,
    drain: Drain,
    memory: Memory,
}

/// A recording whose drain thread is this test.
fn stepped() -> Stepped {
    let memory = Memory::new();
    Stepped { memory: memory.clone(), ..stepped_with(64, vec![Box::new(memory)]) }
}

fn stepped_with(events: usize, sinks: Vec<Box<dyn Sink>>) -> Stepped {
    let clock = RawClock::new();
    let capacity = Capacity { capture: 0, events, payload: 0 };
    let timeline = Timeline::start(clock.clone());
    let recording = Recording::new(Recorder::new(clock.clone(), timeline.start_ns(), capacity));
    let drain = Drain::new(&recording, timeline, sinks, None);
    Stepped { clock, recording, drain, memory: Memory::new() }
}

impl Stepped {
    fn mark(&self, label: &'static str, stamp: Stamp<'_>) {
        let op = Op::Mark { label: label.into() };
        self.recording.milestone(None, (op, None), (Keep::IfRoom, Change::None), stamp);
    }

    fn labels(&self) -> Vec<String> {
        let label = |event: Event| match event.op {
            Op::Mark { label } => label.into_owned(),
            other => panic!("{other:?}"),
        };
        self.memory.events().into_iter().map(label).collect()
    }
}

#[test]
fn records_after_the_reading_wait_for_the_next_round() {
    let mut stepped = stepped();
    stepped.mark("before", Stamp::Now);
    let reading = stepped.clock.raw();
    // A counter that two readings in a row may find the same says nothing about their order.
    while stepped.clock.raw() == reading {}
    stepped.mark("after", Stamp::Now);
    stepped.drain.drain_until(reading);
    assert_eq!(stepped.labels(), ["before"]);
    stepped.drain.drain_up_to_now();
    assert_eq!(stepped.labels(), ["before", "after"]);
}

#[test]
fn a_call_in_progress_is_recorded_before_what_happened_meanwhile() {
    let mut stepped = stepped();
    let entered = stepped.recording.enter();
    let reading = stepped.clock.raw();
    while stepped.clock.raw() == reading {}
    stepped.mark("read by the peer", Stamp::Now);
    stepped.drain.drain();
    assert_eq!(stepped.labels(), [""; 0], "the write that caused it has not returned");
    stepped.mark("written", Stamp::Entered(&entered));
    drop(entered);
    stepped.drain.drain_up_to_now();
    assert_eq!(stepped.labels(), ["written", "read by the peer"]);
    let events = stepped.memory.events();
    assert!(events[0].t < events[1].t, "{events:?}");
}

#[test]
fn long_call_keeps_the_time_of_its_entry() {
    let mut stepped = stepped();
    let entered = stepped.recording.enter();
    let reading = stepped.clock.raw();
    while stepped.clock.raw() == reading {}
    let after_entry = stepped.recording.now();
    // Rounds in which no shard holds anything of it.
    for _ in 0..10 {
        stepped.drain.drain();
    }
    stepped.mark("written", Stamp::Entered(&entered));
    drop(entered);
    stepped.drain.drain_up_to_now();
    let written = stepped.memory.events()[0].t;
    assert!(written <= after_entry, "{written} is later than {after_entry}");
}

#[test]
fn the_end_takes_records_whatever_their_clock_says() {
    let mut stepped = stepped();
    let entered = stepped.recording.enter();
    stepped.mark("last", Stamp::Entered(&entered));
    assert_eq!(stepped.drain.end().events, 1);
    assert_eq!(stepped.labels(), ["last"]);
}

/// Keeps the names of the calls that it gets.
struct Calls(Arc<Mutex<Vec<&'static str>>>);

impl Sink for Calls {
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
fn sinks_are_flushed_once_after_all_batches_of_a_round() {
    let calls = Arc::default();
    let mut stepped = stepped_with(1 << 17, vec![Box::new(Calls(Arc::clone(&calls)))]);
    for _ in 0..=MOST_EVENTS {
        stepped.mark("step", Stamp::Now);
    }
    stepped.drain.drain_up_to_now();
    assert_eq!(*lock(&calls), ["events", "events", "flush"]);
    stepped.drain.drain_up_to_now();
    assert_eq!(lock(&calls).len(), 3, "an empty round flushes nothing");
}

//! Property tests: a recording contains exactly the socket calls on its streams, whichever threads make the
//! calls, and in whatever order.
//!
//! Each test case has several streams and several rounds. In each round every stream gets a list of polls to
//! run. Several threads, each with a few of the streams, run the polls, and meanwhile the buffers are
//! flushed. In the next round each stream runs on another thread, and therefore records to another shard. A
//! small model predicts the recording.

mod model;
mod scripted_stream;

use std::collections::HashMap;
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::event::{Event, Gap, Op, SockId, Transfer};
use crate::format::End;
use crate::sink::Memory;
use crate::tap::Tap;
use model::{Expected, Model};
use scripted_stream::{ScriptedStream, Step, step};

/// A stream under test, and a model that predicts its events.
struct TestStream {
    sock: SockId,
    /// `None` after the stream was dropped.
    stream: Option<TapStream<ScriptedStream>>,
    model: Model,
}

impl TestStream {
    fn new(tap: &Tap, capture: usize) -> Self {
        let recorder = SocketRecorder::of_stream(tap.recording().unwrap());
        let sock = recorder.sock();
        Self {
            sock,
            stream: Some(TapStream::new(ScriptedStream::default(), Some(recorder))),
            model: Model::new(capture),
        }
    }

    fn run(&mut self, steps: &[Step]) {
        for step in steps {
            let Some(stream) = &mut self.stream else { return };
            self.model.observe(step);
            match step {
                Step::Drop => self.stream = None,
                step => scripted_stream::poll(stream, step),
            }
        }
    }
}

/// The polls to run on each stream in one round, and the number of flushes meanwhile.
#[derive(Clone, Debug)]
struct Round {
    steps: Vec<Vec<Step>>,
    flushes: usize,
}

#[derive(Clone, Debug)]
struct Case {
    streams: usize,
    threads: usize,
    rounds: Vec<Round>,
    capture: usize,
}

fn case() -> impl Strategy<Value = Case> {
    let shape = (1..=5_usize, 1..=3_usize, prop_oneof![Just(0_usize), 1..=16_usize]);
    shape.prop_flat_map(|(streams, threads, capture)| {
        let round = (vec(vec(step(), 0..24), streams), 0..=3_usize)
            .prop_map(|(steps, flushes)| Round { steps, flushes });
        vec(round, 1..4).prop_map(move |rounds| Case { streams, threads, rounds, capture })
    })
}

/// The result of a test case: the recorded events, the models with the predicted events, and the end line.
struct Outcome {
    events: Vec<Event>,
    models: HashMap<SockId, Model>,
    open: u64,
    end: End,
}

/// Runs a test case, and returns its result. The recorder can buffer `room` reads and writes, and `payload`
/// bytes.
fn run(case: &Case, (room, payload): (usize, usize)) -> Outcome {
    let memory = Memory::new();
    let tap = Tap::server("test").capture(case.capture).buffer(room, payload).sink(memory.clone());
    let tap = tap.start().unwrap();
    let mut streams_under_test: Vec<TestStream> =
        (0..case.streams).map(|_| TestStream::new(&tap, case.capture.min(payload))).collect();
    for round in &case.rounds {
        run_round(&tap, round, case.threads, &mut streams_under_test);
        // Moves each stream to another thread for the next round.
        streams_under_test.rotate_left(1);
    }
    let end = tap.finish_blocking().unwrap();
    let open = streams_under_test.iter().filter(|under_test| under_test.stream.is_some()).count() as u64;
    let models =
        streams_under_test.into_iter().map(|under_test| (under_test.sock, under_test.model)).collect();
    Outcome { events: memory.events(), models, open, end }
}

fn run_round(tap: &Tap, round: &Round, threads: usize, streams_under_test: &mut [TestStream]) {
    let each = streams_under_test.len().div_ceil(threads);
    thread::scope(|scope| {
        for (streams_under_test, steps) in streams_under_test.chunks_mut(each).zip(round.steps.chunks(each)) {
            scope.spawn(move || {
                for (under_test, steps) in streams_under_test.iter_mut().zip(steps) {
                    under_test.run(steps);
                }
            });
        }
        for _ in 0..round.flushes {
            flush(tap);
        }
    });
}

fn flush(tap: &Tap) {
    tap.flush_blocking();
}

impl Outcome {
    /// Returns the recorded events of one socket, in order.
    fn of(&self, sock: SockId) -> Vec<Expected> {
        let mine = self.events.iter().filter(|event| event.sock == Some(sock));
        mine.map(|event| (event.op.clone(), event.error.clone())).collect()
    }

    fn gap(&self) -> Gap {
        let mut sum = Gap::default();
        for event in &self.events {
            if let Op::Gap(gap) = &event.op {
                sum.reads += gap.reads;
                sum.writes += gap.writes;
                sum.payloads += gap.payloads;
            }
        }
        sum
    }

    /// Checks that the events are in order of time, and that the end line has the correct counts.
    fn check_counts(&self) -> Result<(), TestCaseError> {
        prop_assert!(self.events.is_sorted_by_key(|event| event.t));
        let End { events, lost, open, .. } = self.end;
        prop_assert_eq!((events, open), (self.events.len() as u64, self.open));
        prop_assert_eq!(lost, self.gap().events());
        Ok(())
    }
}

fn transfer_of(op: &Op) -> Option<&Transfer> {
    match op {
        Op::Read(transfer) | Op::Write(transfer) => Some(transfer),
        _ => None,
    }
}

/// Returns `true` if the recorder may drop the event: a successful read or write that is not the end of
/// stream.
fn may_be_lost((op, error): &Expected) -> bool {
    error.is_none() && transfer_of(op).is_some_and(|transfer| !transfer.eof)
}

/// Returns `true` if the events are equal, or if only the payload of `recorded` is missing. In the second
/// case, adds 1 to `payloads`.
fn fits(recorded: &Expected, expected: &Expected, payloads: &mut u64) -> bool {
    if recorded == expected {
        return true;
    }
    let mut without = expected.clone();
    if let Op::Read(transfer) | Op::Write(transfer) = &mut without.0 {
        transfer.data = None;
    }
    let fits = *recorded == without;
    *payloads += u64::from(fits);
    fits
}

/// Compares the recorded events of a stream with the expected ones, and counts those that the recorder
/// dropped. Fails if the recorder dropped an event that it must not drop.
fn missing(recorded: Vec<Expected>, expected: &[Expected]) -> Result<Gap, TestCaseError> {
    let (mut gap, mut recorded) = (Gap::default(), recorded.into_iter().peekable());
    for event in expected {
        if recorded.next_if(|recorded| fits(recorded, event, &mut gap.payloads)).is_some() {
            continue;
        }
        prop_assert!(may_be_lost(event), "the recording lacks {:?} before {:?}", event, recorded.peek());
        match event.0 {
            Op::Read(_) => gap.reads += 1,
            _ => gap.writes += 1,
        }
    }
    prop_assert_eq!(recorded.next(), None, "the recording has an unexpected event");
    Ok(gap)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// If the buffers are large enough, the recorded events of each stream equal the predicted ones,
    /// including their payload.
    #[test]
    fn recording_has_exactly_the_calls_of_each_stream(case in case()) {
        let outcome = run(&case, (1 << 16, 1 << 20));
        outcome.check_counts()?;
        for (sock, model) in &outcome.models {
            prop_assert_eq!(&outcome.of(*sock), &model.events);
        }
        prop_assert_eq!(outcome.gap(), Gap::default());
        let streams = outcome.models.len();
        let strays = outcome.events.iter().filter(|event| event.sock.is_none_or(|sock| !outcome.models.contains_key(&sock))).count();
        prop_assert_eq!((streams, strays), (case.streams, 0));
    }

    /// If the buffers are small, the gap events count exactly the missing events, and no lifecycle event is
    /// missing.
    #[test]
    fn gap_events_count_the_dropped_events_exactly(case in case(), room in 1..=8_usize, payload in 0..=64_usize) {
        let outcome = run(&case, (room, payload));
        outcome.check_counts()?;
        let mut sum = Gap::default();
        for (sock, model) in &outcome.models {
            let gap = missing(outcome.of(*sock), &model.events)?;
            sum.reads += gap.reads;
            sum.writes += gap.writes;
            sum.payloads += gap.payloads;
        }
        // Two equal polls in a row make it ambiguous which one is missing, but not how many are.
        prop_assert_eq!(sum, outcome.gap());
    }
}

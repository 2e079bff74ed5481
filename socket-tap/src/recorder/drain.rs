//! The drain thread: takes what the shards hold, puts it in order, and feeds the sinks.

use std::io;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::oneshot;

use super::clock::Timeline;
use super::record::{Record, Timed};
use super::shard::Shard;
use super::{Recorder, lock};
use crate::event::{Event, Gap, Op};
use crate::format::End;
use crate::sink::Sink;

/// How long an event waits before the sinks have it. A killed process loses about as much; on a busy machine more, so it is well below 100 ms.
const INTERVAL: Duration = Duration::from_millis(20);

/// How many events the sinks get at once, at most: their memory does not grow with what waits.
const MOST_EVENTS: usize = 1024;

/// What others ask of the drain thread. It answers when it is done.
#[derive(Debug)]
pub(crate) enum Command {
    /// Hand over all that has happened so far.
    Flush(oneshot::Sender<()>),
    /// The same, then complete the recording.
    Finish(oneshot::Sender<io::Result<End>>),
}

impl Recorder {
    /// Asks the drain thread. When it has ended, the command is dropped, and whoever waits for its answer learns so.
    pub(crate) fn command(&self, command: Command) {
        if let Some(commands) = lock(&self.commands).as_mut() {
            commands.push(command);
            self.wake.notify_one();
        }
    }

    /// Waits for commands, for a shard that fills up, or for the interval to pass.
    fn wait(&self) -> Vec<Command> {
        let mut commands = lock(&self.commands);
        if commands.as_ref().is_some_and(Vec::is_empty) {
            commands = match self.wake.wait_timeout(commands, INTERVAL) {
                Ok((commands, _)) => commands,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        commands.as_mut().map(mem::take).unwrap_or_default()
    }
}

/// The drain thread's own state.
pub(crate) struct Drain {
    recorder: Arc<Recorder>,
    timeline: Timeline,
    sinks: Vec<Box<dyn Sink>>,
    /// The first sink that failed; it gets no more, the others do.
    failure: Option<io::Error>,
    /// Swapped with each shard in turn, so that a shard is locked for a moment only.
    spare: Shard,
    /// Taken from the shards, not yet handed on. Never more than twice what the shards have room for: what one round
    /// leaves for the next is what came in while it took the shards.
    pending: Vec<Timed<Record>>,
    batch: Vec<Event>,
    events: u64,
    lost: u64,
}

impl Drain {
    pub(crate) fn new(recorder: Arc<Recorder>, timeline: Timeline, sinks: Vec<Box<dyn Sink>>) -> Self {
        let room = lock(&recorder.shards[0]).room();
        Self {
            recorder,
            timeline,
            sinks,
            failure: None,
            spare: Shard::new(room),
            pending: Vec::new(),
            batch: Vec::new(),
            events: 0,
            lost: 0,
        }
    }

    /// Runs until it is told to finish.
    pub(crate) fn run(mut self) {
        loop {
            let mut finish = Vec::new();
            let mut flush = Vec::new();
            for command in self.recorder.wait() {
                match command {
                    Command::Flush(done) => flush.push(done),
                    Command::Finish(done) => finish.push(done),
                }
            }
            if !finish.is_empty() {
                // From here on nothing is taken in, so that the end line comes last and counts right.
                self.recorder.finished.store(true, Ordering::Release);
            }
            self.drain();
            for done in flush {
                // Whoever asked may have stopped waiting.
                let _ = done.send(());
            }
            if !finish.is_empty() {
                let end = self.end();
                for done in finish {
                    let _ = done.send(match &self.failure {
                        None => Ok(end.clone()),
                        Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
                    });
                }
                return;
            }
        }
    }

    /// Hands all that happened before now to the sinks, in the order of time.
    fn drain(&mut self) {
        let until = self.timeline.advance();
        self.drain_until(until);
    }

    /// The same up to that reading of the clock, which was taken before this begins. What a thread records under a
    /// shard's lock after the reading may be seen in one shard and be missed in another; it stays for the next round.
    /// What it recorded before is in the shard by the time we hold the lock.
    fn drain_until(&mut self, until: u64) {
        let events = self.events;
        let mut gap = Gap::default();
        for shard in &self.recorder.shards {
            mem::swap(&mut *lock(shard), &mut self.spare);
            self.spare.empty_into(&mut self.pending, &mut gap);
        }
        self.pending.sort_by_key(|timed| timed.raw);
        let ready = self.pending.partition_point(|timed| timed.raw <= until);
        let mut pending = mem::take(&mut self.pending);
        let mut records = pending.drain(..ready).peekable();
        while records.peek().is_some() {
            for record in records.by_ref().take(MOST_EVENTS) {
                let t = self.timeline.since_start(record.raw);
                self.batch.push(record.into_event(t));
            }
            self.hand_on();
        }
        drop(records);
        self.pending = pending;
        if !gap.is_empty() {
            self.lost += gap.events();
            let t = self.timeline.since_start(until);
            self.batch.push(Event { t, sock: 0, op: Op::Gap(gap), error: None });
            self.hand_on();
        }
        if self.events > events {
            self.feed(Sink::flush);
        }
    }

    /// Gives the batch to the sinks.
    fn hand_on(&mut self) {
        self.events += self.batch.len() as u64;
        let batch = mem::take(&mut self.batch);
        self.feed(|sink| sink.events(&batch));
        self.batch = batch;
        self.batch.clear();
    }

    fn end(&mut self) -> End {
        // Nothing new comes in: a second round takes what the first had left for later.
        self.drain();
        let open = self.recorder.open_streams() as u64;
        let end = End { events: self.events, lost: self.lost, open, continued: false };
        self.feed(|sink| sink.end(&end));
        end
    }

    /// A sink that fails is left out from then on, loudly: the program under observation goes on.
    fn feed(&mut self, mut feed: impl FnMut(&mut dyn Sink) -> io::Result<()>) {
        let failure = &mut self.failure;
        self.sinks.retain_mut(|sink| match feed(sink.as_mut()) {
            Ok(()) => true,
            Err(error) => {
                eprintln!("socket-tap: recording to {} has stopped: {error}", sink.name());
                failure.get_or_insert(error);
                false
            }
        });
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        // Also when a sink panicked: nobody waits for an answer that will not come.
        self.recorder.finished.store(true, Ordering::Release);
        *lock(&self.recorder.commands) = None;
    }
}

#[cfg(test)]
mod tests {
    use quanta::Clock;

    use super::*;
    use crate::recorder::Keep;
    use crate::sink::Memory;

    #[test]
    fn what_came_after_the_reading_waits_for_the_next_round() {
        let (clock, memory) = (Clock::new(), Memory::new());
        let recorder = Arc::new(Recorder::new(clock.clone(), 0, 64, 0));
        let timeline = Timeline::start(clock.clone());
        let mut drain = Drain::new(Arc::clone(&recorder), timeline, vec![Box::new(memory.clone())]);
        let mark = |label: &'static str| {
            recorder.milestone(0, Op::Mark { label: label.into() }, None, Keep::IfRoom);
        };
        let labels = || -> Vec<String> {
            let label = |event: Event| match event.op {
                Op::Mark { label } => label.into_owned(),
                other => panic!("{other:?}"),
            };
            memory.events().into_iter().map(label).collect()
        };
        mark("before");
        let reading = clock.raw();
        // A counter that two readings in a row may find the same says nothing about their order.
        while clock.raw() == reading {}
        mark("after");
        drain.drain_until(reading);
        assert_eq!(labels(), ["before"]);
        drain.drain();
        assert_eq!(labels(), ["before", "after"]);
    }

    /// Keeps the names of the calls that it gets.
    struct Calls(Arc<std::sync::Mutex<Vec<&'static str>>>);

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
        let (clock, calls) = (Clock::new(), Arc::default());
        let recorder = Arc::new(Recorder::new(clock.clone(), 0, 1 << 17, 0));
        let timeline = Timeline::start(clock);
        let mut drain =
            Drain::new(Arc::clone(&recorder), timeline, vec![Box::new(Calls(Arc::clone(&calls)))]);
        for _ in 0..=MOST_EVENTS {
            recorder.milestone(0, Op::Mark { label: "step".into() }, None, Keep::IfRoom);
        }
        drain.drain();
        assert_eq!(*lock(&calls), ["events", "events", "flush"]);
        drain.drain();
        assert_eq!(lock(&calls).len(), 3, "an empty round flushes nothing");
    }
}

//! Tests with sinks that fail, panic, or call the recorder that runs them.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::Context;
use std::thread;
use std::time::Duration;

use super::*;
use crate::event::Event;
use crate::sink::{Memory, Sink};
use crate::tap::Tap;

/// A sink that returns an error for its first batch, and panics in `name` or in `drop`.
struct Broken {
    in_name: bool,
    in_drop: bool,
}

impl Sink for Broken {
    fn name(&self) -> String {
        assert!(!self.in_name, "no name");
        "broken".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        assert!(!self.in_drop, "no end");
    }
}

#[test]
fn panic_while_naming_or_dropping_sink_is_caught() {
    for (in_name, in_drop) in [(true, false), (false, true)] {
        let memory = Memory::new();
        let tap = Tap::server("test").sink(Broken { in_name, in_drop }).sink(memory.clone()).start().unwrap();
        tap.mark("one");
        tap.flush_blocking();
        tap.mark("two");
        assert_eq!(tap.finish_blocking().unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(memory.events().len(), 2);
    }
}

/// A sink that calls a closure for each batch, on the drain thread.
struct Calls<F>(F);

impl<F: FnMut() + Send + 'static> Sink for Calls<F> {
    fn name(&self) -> String {
        "calls".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        (self.0)();
        Ok(())
    }
}

#[test]
fn flush_and_finish_never_block_the_drain_thread() {
    let own = Arc::<Mutex<Option<Tap>>>::default();
    let (called, calls) = mpsc::channel();
    let sink = Calls({
        let own = Arc::clone(&own);
        move || {
            if let Some(tap) = &*lock(&own) {
                tap.flush_blocking();
                let tasks = tokio::runtime::Builder::new_current_thread().build().unwrap();
                tasks.block_on(tap.flush());
                let finished = [tap.finish_blocking(), tasks.block_on(tap.finish())];
                called.send(finished.map(|end| end.unwrap_err().kind())).unwrap();
            }
        }
    });
    let tap = Tap::server("test").sink(sink).start().unwrap();
    *lock(&own) = Some(tap.clone());
    tap.mark("one");
    let refused = calls.recv_timeout(Duration::from_secs(20)).expect("the recorder waits for itself");
    assert_eq!(refused, [io::ErrorKind::Deadlock; 2]);
    *lock(&own) = None;
    assert_eq!(tap.finish_blocking().unwrap().events, 1, "the recording continues");
}

/// A waker that sends a command to the drain thread when it wakes its task.
struct CommandOnWake(Recorder);

impl std::task::Wake for CommandOnWake {
    fn wake(self: Arc<Self>) {
        self.0.command(Command::Flush(Reply::None));
    }
}

#[test]
fn task_woken_at_recorder_end_may_send_commands() {
    let capacity = Capacity { capture: 0, events: 1, payload: 0 };
    let waker_recorder = Arc::new(CommandOnWake(Recorder::new(RawClock::new(), 0, capacity)));
    let (reply, mut replied) = tokio::sync::oneshot::channel();
    let waker = Arc::clone(&waker_recorder).into();
    let polled = Pin::new(&mut replied).poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    waker_recorder.0.command(Command::Flush(Reply::Task(reply)));
    let (ended, has_ended) = mpsc::channel();
    thread::spawn(move || {
        waker_recorder.0.close_commands();
        ended.send(()).unwrap();
    });
    has_ended.recv_timeout(Duration::from_secs(20)).expect("a task is woken with the commands locked");
}

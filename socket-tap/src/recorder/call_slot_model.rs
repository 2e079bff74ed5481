//! Tests [`call_slot`](super::call_slot) with the model checker loom, which tries every execution that the
//! C11 memory model allows. The tests check the variant in which every thread runs fences, for systems
//! without `membarrier(2)`.

mod sync {
    pub(super) use loom::sync::atomic;
    pub(super) use loom::thread;
}

#[path = "call_slot.rs"]
#[allow(dead_code, reason = "the model uses only some of the functions")]
mod call_slot;

use call_slot::{CallSlot, CallSlots, NONE};
use loom::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use loom::sync::{Arc, Mutex};

/// The state that two recording threads share with the drain thread. Each recording thread has a shard, which
/// is a list of the times of its records.
struct Model {
    calls: CallSlots<2>,
    /// A clock that advances by one each time it is read. Reading it does not synchronize threads.
    clock: AtomicU64,
    shards: [Mutex<Vec<u64>>; 2],
}

impl Model {
    fn new() -> Arc<Self> {
        let call = |_| CallSlot { in_use: AtomicBool::new(false), entered: AtomicU64::new(NONE) };
        Arc::new(Self {
            calls: CallSlots { calls: std::array::from_fn(call), used: AtomicUsize::new(0) },
            clock: AtomicU64::new(10),
            shards: std::array::from_fn(|_| Mutex::new(Vec::new())),
        })
    }

    fn read_clock(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }

    /// Records a socket call that sends, with the time at which the call was entered, and returns this time.
    /// `shard` is the index of the thread's shard.
    fn write(&self, shard: usize, call: &CallSlot) -> u64 {
        let raw = call.enter(false, || self.read_clock());
        self.shards[shard].lock().unwrap().push(raw);
        call.leave();
        raw
    }

    /// Records a socket call that receives, with the time at which the call returned. `shard` is the index of
    /// the thread's shard.
    fn read(&self, shard: usize) {
        let mut shard = self.shards[shard].lock().unwrap();
        let raw = self.read_clock();
        shard.push(raw);
    }

    /// Empties the shards once, as the drain thread does every 20 ms: delivers all records up to a time, and
    /// returns this time. `complete` is the time that the previous call returned. Asserts that no record up
    /// to `complete` has arrived since then.
    fn drain(&self, complete: u64) -> u64 {
        let now = self.read_clock();
        let until = self.calls.complete_up_to(false, now).unwrap_or(complete).max(complete);
        for shard in &self.shards {
            shard.lock().unwrap().retain(|raw| {
                assert!(
                    *raw > complete,
                    "a round returned {complete}, but left a record with the earlier time {raw} undelivered"
                );
                *raw > until
            });
        }
        until
    }

    fn end(&self, complete: u64) {
        for shard in &self.shards {
            let late = shard.lock().unwrap().iter().any(|raw| *raw <= complete);
            assert!(!late, "the last round returned {complete}, but left an earlier record undelivered");
        }
    }
}

fn check(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

#[test]
fn first_write_of_thread_is_delivered_in_order() {
    check(3, || {
        let model = Model::new();
        let writer = loom::thread::spawn({
            let model = Arc::clone(&model);
            move || {
                let call = model.calls.acquire().unwrap();
                model.write(0, call);
                call.free();
            }
        });
        let complete = model.drain(0);
        writer.join().unwrap();
        model.end(complete);
    });
}

#[test]
fn concurrent_write_and_read_are_delivered_in_order() {
    check(3, || {
        let model = Model::new();
        let writer = loom::thread::spawn({
            let model = Arc::clone(&model);
            move || {
                let call = model.calls.acquire().unwrap();
                model.write(0, call);
                model.write(0, call);
            }
        });
        let reader = loom::thread::spawn({
            let model = Arc::clone(&model);
            move || model.read(1)
        });
        let complete = model.drain(0);
        writer.join().unwrap();
        reader.join().unwrap();
        model.end(complete);
    });
}

#[test]
fn reused_call_slot_keeps_writes_in_order() {
    check(2, || {
        let model = Model::new();
        let threads = [0, 1].map(|shard| {
            let model = Arc::clone(&model);
            loom::thread::spawn(move || {
                // The second thread may get the slot that the first one freed.
                let call = model.calls.acquire().unwrap();
                model.write(shard, call);
                call.free();
            })
        });
        let complete = model.drain(0);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        model.end(complete);
    });
}

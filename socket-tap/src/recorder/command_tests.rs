use std::io;
use std::sync::mpsc;

use super::*;
use crate::event::SockId;
use crate::recorder::{Capacity, Direction, RawClock, Stamp};
#[cfg(target_os = "linux")]
use crate::separate_process::passes_in_separate_process;
use crate::sink::Memory;
use crate::tap::Tap;

/// A fork copies only the calling thread, so the child has no drain thread. `finish` and dropping the tap
/// must not wait for one.
#[cfg(target_os = "linux")]
#[test]
#[cfg_attr(miri, ignore = "starts a process")]
fn forked_child_neither_hangs_nor_panics() {
    passes_in_separate_process("recorder::command::tests::finish_fails_in_a_forked_child");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "forks the process: run by the test above, in a separate process"]
#[expect(unsafe_code, reason = "no crate has a safe function for fork")]
fn finish_fails_in_a_forked_child() {
    let tap = Tap::server("test").sink(Memory::new()).start().unwrap();
    // SAFETY: the child calls only the code under test, which takes no lock there, and `_exit`.
    match unsafe { libc::fork() } {
        0 => {
            let ended: io::Result<_> = tap.finish_blocking();
            drop(tap);
            // SAFETY: ends the process at once.
            unsafe { libc::_exit(i32::from(ended.is_ok())) }
        }
        child => {
            let mut status = 0;
            // SAFETY: waits for our own child and writes to our own integer.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert_eq!(status, 0, "finish must fail in the child");
            assert_eq!(tap.finish_blocking().unwrap().events, 0);
        }
    }
}

/// Creates a recorder without a drain thread. A drain thread would wait up to a minute between two deliveries
/// to the sinks.
fn recorder_with_long_interval(capture: usize) -> Recorder {
    let capacity = Capacity { capture, events: 1_000, payload: 1_000 };
    let mut recorder = Recorder::new(RawClock::new(), 0, capacity);
    recorder.commands.set_interval(Duration::from_secs(60));
    recorder
}

/// Runs `load` while the drain thread is busy. Returns `true` if the next wait of the drain thread returns
/// before the interval has passed.
fn wakes_after(recorder: &Recorder, load: impl FnOnce()) -> bool {
    let (busy, is_busy) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let (woken, is_woken) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            recorder.set_drain_thread(&thread::current());
            busy.send(()).unwrap();
            released.recv().unwrap();
            recorder.wait(None);
            // The test stops listening after its timeout.
            let _ = woken.send(());
        });
        is_busy.recv().unwrap();
        load();
        release.send(()).unwrap();
        let soon = is_woken.recv_timeout(Duration::from_secs(20)).is_ok();
        recorder.commands.wake();
        soon
    })
}

#[test]
fn half_full_shard_wakes_the_drain_thread() {
    let recorder = recorder_with_long_interval(0);
    let read =
        || recorder.transfer(SockId::after(0), Direction::Read, (1, 0), std::iter::empty(), Stamp::Now);
    assert!(wakes_after(&recorder, || (0..1_000).for_each(|_| _ = read())));
}

#[test]
fn half_full_payload_buffer_wakes_the_drain_thread() {
    let recorder = recorder_with_long_interval(100);
    let bytes = [7_u8; 100];
    let read = || {
        recorder.transfer(
            SockId::after(0),
            Direction::Read,
            (100, 0),
            std::iter::once(&bytes[..]),
            Stamp::Now,
        )
    };
    assert!(wakes_after(&recorder, || (0..8).for_each(|_| _ = read())));
}

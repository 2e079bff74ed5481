use std::cell::RefCell;

use super::*;
#[cfg(target_os = "linux")]
use crate::separate_process::passes_in_separate_process;
use crate::sink::Memory;
use crate::tap::Tap;

#[test]
fn records_are_complete_up_to_earliest_unfinished_call() {
    prepare();
    let clock = RawClock::new();
    let call = EnteredCall::now(&clock);
    let nested = EnteredCall::now(&clock);
    let entry = call.raw().unwrap();
    assert!(nested.raw().unwrap() >= entry);
    drop(nested);
    // Other tests of this process may be in calls of their own.
    assert!(complete_up_to(u64::MAX).unwrap() < entry);
    drop(call);
    assert!(!THREAD.with(|thread| thread.call.get().unwrap().is_entered()));
}

/// The kernel first permits `membarrier(2)` and then refuses it, as when a sandbox installs a filter after
/// the program has started.
#[cfg(target_os = "linux")]
#[test]
#[cfg_attr(miri, ignore = "starts a process")]
fn refused_membarrier_is_replaced_by_fences() {
    passes_in_separate_process("recorder::entered_call::tests::seccomp_filter_refuses_membarrier");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "installs a seccomp filter: run by the test above, in a separate process"]
#[expect(unsafe_code, reason = "no crate has a safe function for seccomp")]
fn seccomp_filter_refuses_membarrier() {
    use libc::{BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, sock_filter, sock_fprog};
    prepare();
    if !FENCED_BY_KERNEL.load(Ordering::Relaxed) {
        return;
    }
    let step = |code: u32, jf, k| sock_filter { code: u16::try_from(code).unwrap(), jt: 0, jf, k };
    let mut filter = [
        step(BPF_LD | BPF_W | BPF_ABS, 0, 0),
        step(BPF_JMP | BPF_JEQ | BPF_K, 1, u32::try_from(libc::SYS_membarrier).unwrap()),
        step(BPF_RET | BPF_K, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
        step(BPF_RET | BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = sock_fprog { len: 4, filter: filter.as_mut_ptr() };
    // SAFETY: the kernel copies the filter, which outlives the call; it applies to this thread alone.
    let installed = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
    };
    assert!(installed, "{}", std::io::Error::last_os_error());
    assert_eq!(complete_up_to(u64::MAX), None, "values published without a fence may be missing");
    assert_eq!(complete_up_to(u64::MAX), Some(u64::MAX));
    assert!(!FENCED_BY_KERNEL.load(Ordering::Relaxed), "threads use fences of their own");
}

#[test]
fn ended_thread_frees_its_call_slot() {
    let clock = RawClock::new();
    for _ in 0..if cfg!(miri) { 10 } else { 2 * MAX_CALLS } {
        let clock = clock.clone();
        let stamped = std::thread::spawn(move || EnteredCall::now(&clock).raw().is_some());
        assert!(stamped.join().unwrap());
    }
}

/// A thread-local value that records an event when its thread ends, and then drops the last handle to the
/// recording.
struct RecordOnDrop(Tap);

impl Drop for RecordOnDrop {
    fn drop(&mut self) {
        self.0.mark("dropped");
        drop(self.0.recording().unwrap().enter());
    }
}

thread_local! {
    static RECORD_ON_DROP: RefCell<Option<RecordOnDrop>> = const { RefCell::new(None) };
}

#[test]
fn event_in_thread_local_destructor_is_recorded() {
    for record_first in [true, false] {
        let memory = Memory::new();
        let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
        let ends = std::thread::spawn(move || {
            if record_first {
                tap.mark("first");
            }
            RECORD_ON_DROP.set(Some(RecordOnDrop(tap.clone())));
            if !record_first {
                tap.mark("first");
            }
        });
        ends.join().unwrap();
        assert_eq!(memory.events().len(), 2, "dropping the last handle completes the recording");
    }
}

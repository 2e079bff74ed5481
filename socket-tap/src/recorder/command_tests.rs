use std::io;
use std::process::Command as Process;

use crate::sink::Memory;
use crate::tap::Tap;

/// A fork copies this thread alone, so in the child nobody drains. What must not happen there is that anything waits.
#[cfg(target_os = "linux")]
#[test]
fn a_forked_child_neither_hangs_nor_panics() {
    let test = "recorder::command::tests::forks_in_a_process_of_its_own";
    let child = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--ignored"])
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"), "the test was renamed?");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "forks: run by the test above, in a process of its own"]
#[expect(unsafe_code, reason = "fork has no safe form")]
fn forks_in_a_process_of_its_own() {
    let tap = Tap::server("test").sink(Memory::new()).start().unwrap();
    // SAFETY: the child calls nothing but the code under test, which takes no lock there, and `_exit`.
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
            assert_eq!(status, 0, "finish reports that the recording is another process's");
            assert_eq!(tap.finish_blocking().unwrap().events, 0);
        }
    }
}

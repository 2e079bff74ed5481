//! Passes signals on, so that the program ends as it would without strace, and the trace is complete.

use std::io;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

/// Passes SIGINT, SIGTERM and SIGHUP on until it is dropped.
#[derive(Debug)]
pub(super) struct Forwarding {
    /// The process that gets the signals. 0 if it is not known yet.
    target: Arc<AtomicU32>,
    attaches: bool,
    signals: Handle,
}

impl Forwarding {
    /// Begins to pass signals on. If strace `attaches`, it gets them itself, and detaches. Otherwise the program gets
    /// them, since strace ignores them until the program ends.
    pub(super) fn begin(strace: &Child, attaches: bool) -> io::Result<Self> {
        let target = Arc::new(AtomicU32::new(if attaches { strace.id() } else { 0 }));
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let (handle, shared) = (signals.handle(), Arc::clone(&target));
        std::thread::spawn(move || {
            for signal in signals.forever() {
                // The terminal sends SIGINT to the program, too. A second one would make it end at once.
                if signal != SIGINT || !is_in_foreground() {
                    forward(&shared, signal);
                }
            }
        });
        Ok(Self { target, attaches, signals: handle })
    }

    /// Sets the process that strace started.
    pub(super) fn set_program(&self, pid: u32) {
        if !self.attaches {
            self.target.store(pid, Ordering::Relaxed);
        }
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        self.signals.close();
    }
}

/// Passes a signal on as soon as the process is known.
fn forward(target: &AtomicU32, signal: i32) {
    for _ in 0..500 {
        let pid = i32::try_from(target.load(Ordering::Relaxed)).ok().and_then(Pid::from_raw);
        if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(signal)) {
            // It may have ended.
            let _ = kill_process(pid, signal);
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Returns `true` if the terminal sends Ctrl-C to this program.
fn is_in_foreground() -> bool {
    let terminal = std::fs::File::open("/dev/tty");
    terminal.is_ok_and(|terminal| rustix::termios::tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp()))
}

//! Passes signals on, so that the program ends as it would without strace, and the trace is complete.

use std::io;
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

type Targets = Arc<Mutex<Vec<u32>>>;

/// Passes SIGINT, SIGQUIT, SIGTERM and SIGHUP on until it is dropped.
#[derive(Debug)]
pub(super) struct Forwarding {
    /// The processes that get the signals. Empty if they are not known yet.
    targets: Targets,
    attaches: bool,
    signals: Handle,
}

impl Forwarding {
    /// Begins to pass signals on. If strace `attaches`, it gets them itself, and detaches. Otherwise the program gets
    /// them, since strace ignores them until the program ends.
    pub(super) fn begin(strace: &Child, attaches: bool) -> io::Result<Self> {
        let targets = Arc::new(Mutex::new(if attaches { vec![strace.id()] } else { Vec::new() }));
        let mut signals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP])?;
        let (handle, shared) = (signals.handle(), Arc::clone(&targets));
        std::thread::spawn(move || {
            for signal in signals.forever() {
                // The terminal sends SIGINT and SIGQUIT to the program, too. A second one would make it end at once.
                if !matches!(signal, SIGINT | SIGQUIT) || !is_in_foreground() {
                    forward(&shared, signal);
                }
            }
        });
        Ok(Self { targets, attaches, signals: handle })
    }

    /// Sets the processes that get the signals: the one that strace started, or those that are left of it.
    pub(super) fn set_processes(&self, running: Vec<u32>) {
        if !self.attaches {
            *self.targets.lock().unwrap_or_else(PoisonError::into_inner) = running;
        }
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        self.signals.close();
    }
}

/// Passes a signal on as soon as a process is known that has not ended.
fn forward(targets: &Mutex<Vec<u32>>, signal: i32) {
    let Some(signal) = Signal::from_named_raw(signal) else { return };
    let kill = |pid: &u32| {
        let pid = i32::try_from(*pid).ok().and_then(Pid::from_raw);
        pid.is_some_and(|pid| kill_process(pid, signal).is_ok())
    };
    for _ in 0..500 {
        let running = targets.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if running.iter().filter(|pid| kill(pid)).count() > 0 {
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

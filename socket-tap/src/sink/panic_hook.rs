//! A trace of what led to a panic.

use std::cell::Cell;
use std::io;
use std::panic;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::FlightRecorder;
use crate::recorder::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use crate::recorder::{Command, Recorder, Recording, Reply, WeakRecording, leave};
use crate::tap::Tap;

/// How long a panic waits for the last events, and for the report of its dump. The thread that panics may hold what
/// others need, so it does not wait indefinitely.
const TIMEOUT: Duration = Duration::from_millis(500);

type Report = Arc<dyn Fn(&io::Result<PathBuf>) + Send + Sync>;

impl Tap {
    /// When any thread panics, writes what `flight` keeps to `path`; then the hook that was there before runs. A later
    /// panic replaces the file. Nothing is printed; [`dump_on_panic_with`](Self::dump_on_panic_with) reports how it
    /// went.
    ///
    /// `flight` is meant to be a sink of this tap: the events just before the panic are handed to it first, unless the
    /// panic is on the recorder's own thread. A panic waits for that at most 500 ms. When a sink takes longer, later
    /// panics do not wait until it has caught up. When the recording is dropped, the hook does nothing any more.
    pub fn dump_on_panic(&self, flight: &FlightRecorder, path: impl Into<PathBuf>) {
        self.hook(flight, path.into(), None);
    }

    /// Does the same as [`dump_on_panic`](Self::dump_on_panic), and calls `report` after each dump with the path of the
    /// file, or the error.
    ///
    /// `report` is called on a thread of its own, so it may panic: within a panic hook that would abort the program. The
    /// panic waits for it at most 500 ms.
    ///
    /// ```
    /// use std::io::Write as _;
    /// use socket_tap::{Tap, sink::FlightRecorder};
    ///
    /// let flight = FlightRecorder::new(10_000);
    /// let tap = Tap::server("shop").sink(flight.clone()).start()?;
    /// tap.dump_on_panic_with(&flight, std::env::temp_dir().join("shop-panic.jsonl"), |dumped| {
    ///     let _ = match dumped {
    ///         Ok(path) => writeln!(std::io::stderr(), "the last socket calls are in {}", path.display()),
    ///         Err(error) => writeln!(std::io::stderr(), "the last socket calls are lost: {error}"),
    ///     };
    /// });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn dump_on_panic_with(
        &self,
        flight: &FlightRecorder,
        path: impl Into<PathBuf>,
        report: impl Fn(&io::Result<PathBuf>) + Send + Sync + 'static,
    ) {
        self.hook(flight, path.into(), Some(Arc::new(report)));
    }

    fn hook(&self, flight: &FlightRecorder, path: PathBuf, report: Option<Report>) {
        // The hook stays for good; it must not keep the recording alive.
        let Some(recorder) = self.recording().map(Recording::downgrade) else { return };
        let path = std::path::absolute(&path).unwrap_or(path);
        let dump = PanicDump { recorder, flight: flight.clone(), path, stuck_flush: Mutex::default() };
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            // What a report does wrong leaves no dump: it would report again.
            if !IS_REPORTING.get()
                && let Some(dumped) = dump.dump()
                && let Some(report) = &report
            {
                call(Arc::clone(report), dumped);
            }
            before(panic);
        }));
    }
}

thread_local! {
    /// This thread calls a report.
    static IS_REPORTING: Cell<bool> = const { Cell::new(false) };
}

/// CallSlots the report on another thread, where a panic is not one within a panic hook.
fn call(report: Report, dumped: io::Result<PathBuf>) {
    let (done, reported) = mpsc::channel::<()>();
    let reports = thread::Builder::new().name("socket-tap-report".to_owned()).spawn(move || {
        IS_REPORTING.set(true);
        let _done = done;
        report(&dumped);
    });
    if reports.is_ok() {
        let _ = reported.recv_timeout(TIMEOUT);
    }
}

/// What the hook needs.
struct PanicDump {
    recorder: WeakRecording,
    flight: FlightRecorder,
    path: PathBuf,
    /// A flush that took too long, until it completes.
    stuck_flush: Mutex<Option<Receiver<()>>>,
}

impl PanicDump {
    /// Writes the dump; `None` when the recording is gone.
    fn dump(&self) -> Option<io::Result<PathBuf>> {
        let recorder = self.recorder.upgrade()?;
        if !self.flight.on_drain_thread() && !self.is_stuck() {
            self.flush(&recorder);
        }
        Some(self.flight.dump_in_hook(&self.path).map(|()| self.path.clone()))
    }

    /// Whether the sinks were found to take too long, and have not caught up.
    fn is_stuck(&self) -> bool {
        self.stuck_flush.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(is_pending)
    }

    /// Waits until the sinks have what was recorded, but not for long.
    fn flush(&self, recorder: &Recorder) {
        // The panic may have come in the middle of a write, and the drain thread would wait for its end.
        leave();
        let (done, flushed) = mpsc::sync_channel(1);
        recorder.command(Command::Flush(Reply::Thread(done)));
        if flushed.recv_timeout(TIMEOUT) == Err(RecvTimeoutError::Timeout) {
            *self.stuck_flush.lock().unwrap_or_else(PoisonError::into_inner) = Some(flushed);
        }
    }
}

fn is_pending(flushed: &Receiver<()>) -> bool {
    flushed.try_recv() == Err(TryRecvError::Empty)
}

#[cfg(test)]
#[path = "panic_hook_tests.rs"]
mod tests;

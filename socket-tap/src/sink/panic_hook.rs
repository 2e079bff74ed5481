//! A panic hook that writes the last events to a file.

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

/// Maximum time that a panicking thread waits for the delivery of the latest events, and then for the
/// `report` closure. The thread may hold locks that other threads need, so it must not wait indefinitely.
const TIMEOUT: Duration = Duration::from_millis(500);

type Report = Arc<dyn Fn(&io::Result<PathBuf>) + Send + Sync>;

impl Tap {
    /// Installs a panic hook that writes the events of `flight` to `path` when any thread panics, and then
    /// calls the previous hook. A later panic overwrites the file. Nothing is printed; to learn the result,
    /// use [`dump_on_panic_with`](Self::dump_on_panic_with).
    ///
    /// `flight` should be a sink of this tap. The hook first waits up to 500 ms, until the recorder has
    /// delivered the latest events to it. It does not wait if the panic is on the recorder's own thread, or
    /// if the wait of an earlier panic timed out and the sinks are still busy. After the recording has ended
    /// and all its handles are dropped, the hook only calls the previous hook.
    pub fn dump_on_panic(&self, flight: &FlightRecorder, path: impl Into<PathBuf>) {
        self.hook(flight, path.into(), None);
    }

    /// Installs a panic hook like [`dump_on_panic`](Self::dump_on_panic), which also calls `report` after
    /// each dump. `report` gets the path of the file, or the error if it could not be written.
    ///
    /// `report` runs on a thread of its own, because a panic inside a panic hook would abort the program. The
    /// panicking thread waits up to 500 ms for it.
    ///
    /// ```
    /// use std::io::Write as _;
    /// use socket_tap::{Tap, sink::FlightRecorder};
    ///
    /// let flight = FlightRecorder::new(10_000);
    /// let tap = Tap::server("shop").sink(flight.clone()).start()?;
    /// tap.dump_on_panic_with(&flight, std::env::temp_dir().join("shop-panic.jsonl"), |dumped| {
    ///     let _ = match dumped {
    ///         Ok(path) => writeln!(std::io::stderr(), "the last socket calls before the panic are in {}", path.display()),
    ///         Err(error) => writeln!(std::io::stderr(), "cannot write the last socket calls: {error}"),
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
        // The hook is never removed, so it must not keep the recording alive.
        let Some(recorder) = self.recording().map(Recording::downgrade) else { return };
        let path = std::path::absolute(&path).unwrap_or(path);
        let dump = PanicDump { recorder, flight: flight.clone(), path, stuck_flush: Mutex::default() };
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            // A panic in a report writes no dump, which would call the report again.
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
    /// `true` on a thread that runs a `report` closure.
    static IS_REPORTING: Cell<bool> = const { Cell::new(false) };
}

/// Calls `report` on a new thread, and waits at most [`TIMEOUT`] until it returns. If `report` panicked on the
/// thread of the panic hook, the program would abort.
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

/// The values that the panic hook needs for a dump.
struct PanicDump {
    recorder: WeakRecording,
    flight: FlightRecorder,
    path: PathBuf,
    /// Receiver of a message that is sent when a flush that exceeded its timeout completes after all. `None`
    /// if no flush has exceeded its timeout.
    stuck_flush: Mutex<Option<Receiver<()>>>,
}

impl PanicDump {
    /// Writes the dump, and returns its path or the error. Returns `None` if the recording no longer exists.
    fn dump(&self) -> Option<io::Result<PathBuf>> {
        let recorder = self.recorder.upgrade()?;
        if !self.flight.on_drain_thread() && !self.is_stuck() {
            self.flush(&recorder);
        }
        Some(self.flight.dump_in_hook(&self.path).map(|()| self.path.clone()))
    }

    /// Returns `true` if an earlier flush exceeded its timeout and has still not completed.
    fn is_stuck(&self) -> bool {
        self.stuck_flush.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(is_pending)
    }

    /// Waits until the sinks have received all events, for at most [`TIMEOUT`].
    fn flush(&self, recorder: &Recorder) {
        // The panic may have interrupted a write, for whose end the drain thread would wait.
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

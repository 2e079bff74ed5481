//! A panic hook that writes a dump of the last events.

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

/// The time that a panic waits for the last events, and for the report of its dump. The panicking thread may hold locks
/// that others need, so the wait is bounded.
const TIMEOUT: Duration = Duration::from_millis(500);

type Report = Arc<dyn Fn(&io::Result<PathBuf>) + Send + Sync>;

impl Tap {
    /// Installs a panic hook that writes the events of `flight` to `path` when any thread panics, and then calls the
    /// previous hook. A later panic replaces the file. Nothing is printed;
    /// [`dump_on_panic_with`](Self::dump_on_panic_with) reports the result.
    ///
    /// `flight` should be a sink of this tap. The hook first delivers the latest events to it, unless the panic is on
    /// the recorder's own thread; it waits for at most 500 ms. While a slow sink has not caught up, later panics do not
    /// wait. After the recording is dropped, the hook only calls the previous one.
    pub fn dump_on_panic(&self, flight: &FlightRecorder, path: impl Into<PathBuf>) {
        self.hook(flight, path.into(), None);
    }

    /// Installs a panic hook like [`dump_on_panic`](Self::dump_on_panic), and calls `report` after each dump with the
    /// path of the file, or the error.
    ///
    /// `report` runs on its own thread, so that it may panic: a panic inside a panic hook would abort the program. The
    /// panicking thread waits for it for at most 500 ms.
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
    /// `true` on a thread that runs a report.
    static IS_REPORTING: Cell<bool> = const { Cell::new(false) };
}

/// Calls the report on another thread, on which a panic does not abort the program.
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

/// The state of the hook.
struct PanicDump {
    recorder: WeakRecording,
    flight: FlightRecorder,
    path: PathBuf,
    /// A flush that exceeded its timeout, until it completes.
    stuck_flush: Mutex<Option<Receiver<()>>>,
}

impl PanicDump {
    /// Writes the dump; returns `None` if the recording has been dropped.
    fn dump(&self) -> Option<io::Result<PathBuf>> {
        let recorder = self.recorder.upgrade()?;
        if !self.flight.on_drain_thread() && !self.is_stuck() {
            self.flush(&recorder);
        }
        Some(self.flight.dump_in_hook(&self.path).map(|()| self.path.clone()))
    }

    /// Returns `true` if an earlier flush exceeded its timeout and has not completed.
    fn is_stuck(&self) -> bool {
        self.stuck_flush.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(is_pending)
    }

    /// Waits until the sinks have received all events, for a bounded time.
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

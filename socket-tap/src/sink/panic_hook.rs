//! A trace of what led to a panic.

use std::panic;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use super::FlightRecorder;
use crate::recorder::{Command, Recorder, Recording, Reply, WeakRecording, leave};
use crate::tap::Tap;

/// How long a panic waits for what was recorded last. The thread that panics may hold what the recorder needs, so it
/// does not wait for ever.
const PATIENCE: Duration = Duration::from_millis(500);

impl Tap {
    /// When any thread panics, writes what `flight` keeps to `path`, and says so on standard error; then the hook that
    /// was there before runs. A later panic overwrites the file.
    ///
    /// `flight` is meant to be a sink of this tap: the events just before the panic are handed to it first, unless the
    /// panic is on the recorder's own thread. When the recording is dropped, the hook does nothing any more.
    pub fn dump_on_panic(&self, flight: &FlightRecorder, path: impl Into<PathBuf>) {
        // The hook stays for good; it must not keep the recording alive.
        let Some(recorder) = self.recording().map(Recording::downgrade) else { return };
        let (flight, path, before) = (flight.clone(), path.into(), panic::take_hook());
        panic::set_hook(Box::new(move |panic| {
            dump(&recorder, &flight, &path);
            before(panic);
        }));
    }
}

fn dump(recorder: &WeakRecording, flight: &FlightRecorder, path: &std::path::Path) {
    let Some(recorder) = recorder.upgrade() else { return };
    if !flight.on_drain_thread() {
        hand_over(&recorder);
    }
    match flight.dump(path) {
        Ok(()) => eprintln!("socket-tap: the last socket calls before the panic are in {}", path.display()),
        Err(error) => eprintln!("socket-tap: no trace of what led to the panic: {error}"),
    }
}

/// Lets the sinks have what was recorded, but does not insist.
fn hand_over(recorder: &Recorder) {
    // The panic may have come in the middle of a write, and the drain thread would wait for it.
    leave();
    let (done, flushed) = mpsc::sync_channel(1);
    recorder.command(Command::Flush(Reply::Thread(done)));
    let _ = flushed.recv_timeout(PATIENCE);
}

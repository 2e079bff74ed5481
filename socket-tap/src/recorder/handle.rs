//! Handles that keep a recording alive, and references that do not.

use std::ops::Deref;
use std::time::Duration;

use super::sync::Arc;
#[cfg(feature = "file")]
use super::sync::Weak;
use super::sync::atomic::{AtomicUsize, Ordering};
use super::{Command, Recorder, Reply};

/// Maximum time for which dropping the last handle waits until the trace is complete. On a thread that runs
/// asynchronous tasks, dropping the last handle does not wait.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// A handle to a recording. Every tap and every socket has one. Dropping the last handle ends the recording.
///
/// The drain thread has only a [`RecorderRef`]. A `RecorderRef` keeps the recorder in memory, but does not
/// delay the end of the recording.
#[derive(Debug)]
pub(crate) struct Recording(Arc<SharedRecorder>);

#[derive(Debug)]
struct SharedRecorder {
    recorder: Recorder,
    handles: AtomicUsize,
}

/// A reference to a recorder that does not keep its recording alive. The drain thread has one.
#[derive(Debug)]
pub(crate) struct RecorderRef(Arc<SharedRecorder>);

/// A reference to a recorder that keeps neither the recorder nor its recording alive. The panic hook has one.
#[cfg(feature = "file")]
#[derive(Clone, Debug)]
pub(crate) struct WeakRecording(Weak<SharedRecorder>);

impl Recording {
    pub(crate) fn new(recorder: Recorder) -> Self {
        Self(Arc::new(SharedRecorder { recorder, handles: AtomicUsize::new(1) }))
    }

    pub(super) fn recorder_ref(&self) -> RecorderRef {
        RecorderRef(Arc::clone(&self.0))
    }

    #[cfg(feature = "file")]
    pub(crate) fn downgrade(&self) -> WeakRecording {
        WeakRecording(Arc::downgrade(&self.0))
    }
}

#[cfg(feature = "file")]
impl WeakRecording {
    /// Returns a reference to the recorder, even if its recording is about to end. Returns `None` if the
    /// recorder was dropped.
    pub(crate) fn upgrade(&self) -> Option<RecorderRef> {
        self.0.upgrade().map(RecorderRef)
    }
}

impl Clone for Recording {
    fn clone(&self) -> Self {
        self.0.handles.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl Deref for Recording {
    type Target = Recorder;

    fn deref(&self) -> &Recorder {
        &self.0.recorder
    }
}

impl Deref for RecorderRef {
    type Target = Recorder;

    fn deref(&self) -> &Recorder {
        &self.0.recorder
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.0.handles.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        self.commands().send(Command::Finish(Reply::None));
        // Waits because the process may be about to end. A thread that runs tasks must not wait, because a sink may
        // depend on one of them. Nor must the drain thread, if a sink held the last handle.
        if !in_a_runtime() && !self.commands().is_on_drain_thread() {
            self.commands().wait_for_end(MAX_WAIT);
        }
    }
}

fn in_a_runtime() -> bool {
    tokio::runtime::Handle::try_current().is_ok()
}

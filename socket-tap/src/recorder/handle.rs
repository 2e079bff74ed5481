//! Handles that keep a recording alive.

use std::ops::Deref;
use std::time::Duration;

use super::sync::Arc;
#[cfg(feature = "file")]
use super::sync::Weak;
use super::sync::atomic::{AtomicUsize, Ordering};
use super::{Command, Recorder, Reply};

/// The longest time that dropping the last handle waits for the end of the trace, on a thread that runs no asynchronous tasks.
const LONGEST_END: Duration = Duration::from_secs(1);

/// A handle to a recording. Every tap and every socket has one. The recording ends when the last is dropped.
///
/// The drain thread keeps the recorder, but no handle.
#[derive(Debug)]
pub(crate) struct Recording(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    recorder: Recorder,
    handles: AtomicUsize,
}

/// The drain thread's reference to a recording. It does not keep the recording alive.
#[derive(Debug)]
pub(crate) struct Drained(Arc<Counted>);

/// A panic hook's reference to a recording.
#[cfg(feature = "file")]
#[derive(Clone, Debug)]
pub(crate) struct WeakRecording(Weak<Counted>);

impl Recording {
    pub(crate) fn new(recorder: Recorder) -> Self {
        Self(Arc::new(Counted { recorder, handles: AtomicUsize::new(1) }))
    }

    pub(super) fn drained(&self) -> Drained {
        Drained(Arc::clone(&self.0))
    }

    #[cfg(feature = "file")]
    pub(crate) fn downgrade(&self) -> WeakRecording {
        WeakRecording(Arc::downgrade(&self.0))
    }
}

#[cfg(feature = "file")]
impl WeakRecording {
    /// The recorder, also of a recording that is about to end; it does not keep the recording alive.
    pub(crate) fn upgrade(&self) -> Option<Drained> {
        self.0.upgrade().map(Drained)
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

impl Deref for Drained {
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
        self.command(Command::Finish(Reply::Nobody));
        // The process may be about to end. A thread that runs tasks must not wait, though: a sink may depend on one of
        // them. Nor may the drain thread, when a sink held the last handle.
        if !in_a_runtime() && !self.is_drained_by_this_thread() {
            self.wait_for_end(LONGEST_END);
        }
    }
}

fn in_a_runtime() -> bool {
    tokio::runtime::Handle::try_current().is_ok()
}

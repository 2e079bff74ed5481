//! A pause for an acceptor that found no free file descriptor. It needs no timer of the runtime, which may have none.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// The time after which a file descriptor may have become free; axum and hyper wait as long.
const PAUSE: Duration = Duration::from_secs(1);

/// The time to block when not even a thread can be started.
const WITHOUT_THREAD: Duration = Duration::from_millis(10);

/// The pause that is under way, if any. All acceptors of the process share it: it ends within [`PAUSE`], and one thread
/// is enough.
static CURRENT: Mutex<Option<Arc<Notify>>> = Mutex::new(None);

/// Begins a pause, or joins the one under way. The future completes when it is over.
///
/// `None` when no thread could be started. The pause is then over: it was spent blocking, as nothing else is left.
pub(crate) fn begin() -> Option<OwnedNotified> {
    // Only plain values are kept under the lock: a panic elsewhere leaves them whole.
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(over) = &*current {
        return Some(Arc::clone(over).notified_owned());
    }
    let started = thread::Builder::new().name("socket-tap-pause".to_owned()).spawn(|| {
        thread::sleep(PAUSE);
        let over = CURRENT.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Wakes every future that was made before, also one that was never polled.
        if let Some(over) = over {
            over.notify_waiters();
        }
    });
    if started.is_err() {
        drop(current);
        thread::sleep(WITHOUT_THREAD);
        return None;
    }
    let over = Arc::new(Notify::new());
    *current = Some(Arc::clone(&over));
    Some(over.notified_owned())
}

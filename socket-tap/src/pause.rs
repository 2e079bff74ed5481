//! A pause of one second for tasks that cannot accept because no file descriptor is available. It works on a
//! runtime without timers.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// Length of a pause. axum and hyper pause equally long.
const PAUSE: Duration = Duration::from_secs(1);

/// Time for which [`begin`] blocks the current thread, if it cannot start a thread for the pause.
const WITHOUT_THREAD: Duration = Duration::from_millis(10);

/// Pause in progress, if any. All accepting tasks of the process share it, so that it needs only one thread.
static CURRENT: Mutex<Option<Arc<Notify>>> = Mutex::new(None);

/// Begins a pause, or joins the one in progress. The returned future completes when the pause ends.
///
/// Returns `None` if no thread could be started for the pause. The function has then blocked the current
/// thread for [`WITHOUT_THREAD`] instead.
pub(crate) fn begin() -> Option<OwnedNotified> {
    // The values under the lock are consistent even after a panic elsewhere.
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(over) = &*current {
        return Some(Arc::clone(over).notified_owned());
    }
    let started = thread::Builder::new().name("socket-tap-pause".to_owned()).spawn(|| {
        thread::sleep(PAUSE);
        let over = CURRENT.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Wakes every future that was created before, even if it was never polled.
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

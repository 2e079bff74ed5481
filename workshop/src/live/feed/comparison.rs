//! The comparison of the recordings, computed again whenever they have grown.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::pacing::pause_after;
use crate::live::state::State;
use crate::report::compare;

const MIN_PAUSE: Duration = Duration::from_millis(500);

/// Compares the recordings again whenever they contain new events and at least one page is open.
///
/// Each comparison reads the recordings from the beginning, so comparisons take longer and happen less often over time.
pub(crate) async fn run(state: Arc<State>) {
    let shutdown = state.shutdown.clone();
    let repeat = async {
        let mut newest = state.history.newest();
        // Fails only if the history has been dropped, but `state` holds it.
        while newest.wait_for(|newest| *newest > 0).await.is_ok() {
            state.open_pages.wait_for_any().await;
            newest.mark_unchanged();
            let began = Instant::now();
            update(&state).await;
            sleep(pause_after(began.elapsed(), MIN_PAUSE)).await;
            if newest.changed().await.is_err() {
                break;
            }
        }
    };
    shutdown.run_until_cancelled(repeat).await;
}

async fn update(state: &State) {
    let (recordings, scope, cleared) = (state.compared(), state.history.scope(), state.history.cleared());
    let compared = tokio::task::spawn_blocking(move || {
        let comparison = compare(&recordings, scope).ok()?;
        serde_json::to_string(&comparison).ok()
    });
    // The feed reports the error if a trace cannot be read.
    // After a clean start, the next comparison follows at once.
    if let Ok(Some(comparison)) = compared.await
        && state.history.cleared() == cleared
    {
        state.comparison.publish(&comparison);
    }
}

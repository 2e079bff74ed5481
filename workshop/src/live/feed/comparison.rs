//! The comparison, again and again: what `socket-trace compare` says of the recordings as they are now.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::live::Live;
use crate::report::compare;

/// Not more often than this.
const PAUSE: Duration = Duration::from_millis(500);

/// It reads the recordings from their beginnings, which takes longer and longer: then it is done less and less often.
/// One part of work, so many of rest.
pub(crate) const REST: u32 = 10;

/// Compares whenever something has happened, as long as somebody reads.
pub(crate) async fn run(live: Arc<Live>) {
    let shutdown = live.shutdown.clone();
    let again = async {
        let mut last = live.history.last();
        // It fails when the history is gone, and that is in `live`.
        while last.wait_for(|last| *last > 0).await.is_ok() {
            live.readers.any().await;
            last.mark_unchanged();
            let began = Instant::now();
            tell(&live).await;
            sleep(PAUSE.max(began.elapsed() * REST)).await;
            if last.changed().await.is_err() {
                break;
            }
        }
    };
    shutdown.run_until_cancelled(again).await;
}

async fn tell(live: &Live) {
    let recordings = live.compared();
    let compared = tokio::task::spawn_blocking(move || {
        let comparison = compare(&recordings).ok()?;
        serde_json::to_string(&comparison).ok()
    });
    // A trace that cannot be read now is told of by the feed.
    if let Ok(Some(comparison)) = compared.await {
        live.comparison.send_if_modified(|told| {
            let is_news = told.as_deref() != Some(&comparison);
            if is_news {
                *told = Some(comparison.into());
            }
            is_news
        });
    }
}

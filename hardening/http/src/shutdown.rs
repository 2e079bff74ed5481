//! The shutdown signal and the grace period after it.

use std::time::Duration;

pub use tokio_util::sync::CancellationToken as Shutdown;

/// Runs `serving` to its end, but no longer than `grace` after the shutdown. `None` when it was cut off.
pub async fn with_grace_period<T>(
    serving: impl Future<Output = T>,
    grace: Duration,
    shutdown: &Shutdown,
) -> Option<T> {
    let cut = async {
        shutdown.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        output = serving => Some(output),
        () = cut => None,
    }
}

//! The signal that begins the shutdown, and the grace period after it.

use std::time::Duration;

pub use tokio_util::sync::CancellationToken as Shutdown;

/// Runs `serving` until it completes, but stops it when `grace` has passed since the start of the shutdown.
/// Returns `None` if it was stopped.
pub async fn with_grace_period<T>(
    serving: impl Future<Output = T>,
    grace: Duration,
    shutdown: &Shutdown,
) -> Option<T> {
    let expiry = async {
        shutdown.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        output = serving => Some(output),
        () = expiry => None,
    }
}

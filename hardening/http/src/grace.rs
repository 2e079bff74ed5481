//! The deadline of a graceful shutdown.

use std::time::Duration;

use crate::Shutdown;

/// Runs `serving` to its end, but no longer than `grace` after the shutdown. `None` when it was cut off.
pub async fn within_grace<T>(
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

//! SIGINT and SIGTERM, and how long running calls may take after them.

use std::io;
use std::time::Duration;

use crate::Shutdown;

/// How long running calls may take after the signal; then their connections are closed.
pub const GRACE: Duration = Duration::from_secs(5);

/// Waits for Ctrl-C, or for SIGTERM where there is such a thing.
///
/// # Errors
/// When the signals cannot be watched.
pub async fn signal() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Runs `serving` to its end, but no longer than [`GRACE`] after the shutdown. `None` when it was cut off.
pub async fn within_grace<T>(serving: impl Future<Output = T>, shutdown: &Shutdown) -> Option<T> {
    let cut = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        output = serving => Some(output),
        () = cut => None,
    }
}

//! Ends a network from an asynchronous task.

use std::time::Duration;

use super::network::{Finished, Lab, LabError};

/// Longest time for which interrupted connections end, without the delay of the network.
const LONGEST_SETTLE: Duration = Duration::from_secs(5);

/// Ends the network and its recordings. If calls were interrupted, first waits until both kernels have ended the
/// connections, at most for five seconds and some round trips.
///
/// # Errors
/// If a server failed or a recording is incomplete.
pub async fn finish(lab: Lab, is_settled: bool) -> Result<Finished, LabError> {
    if !is_settled {
        let limit = LONGEST_SETTLE + lab.impairments().delay * 20;
        // What has not ended by then ends with the network.
        _ = tokio::time::timeout(limit, lab.settle()).await;
    }
    tokio::task::spawn_blocking(|| lab.finish()).await?
}

//! Limits the number of downloads at the same time.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::live::response::ErrorResponse;

/// Maximum number of downloads at the same time. Each occupies a thread.
const MAX_DOWNLOADS: usize = 8;

/// Maximum time that a request waits until another download has ended.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// The places for downloads.
#[derive(Clone, Debug)]
pub(crate) struct Slots(Arc<Semaphore>);

/// The place of one download, until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
}

impl Default for Slots {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_DOWNLOADS)))
    }
}

impl Slots {
    /// Waits for a place.
    ///
    /// # Errors
    /// If none becomes free within [`QUEUE_TIMEOUT`].
    pub(crate) async fn acquire(&self) -> Result<Slot, ErrorResponse> {
        match timeout(QUEUE_TIMEOUT, Arc::clone(&self.0).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Slot { _permit: permit }),
            _ => {
                let message = format!(
                    "{MAX_DOWNLOADS} downloads are in progress, which is the maximum; try again later"
                );
                Err(ErrorResponse(StatusCode::SERVICE_UNAVAILABLE, message))
            }
        }
    }
}

//! Limits the number of downloads at the same time.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::live::response::ErrorResponse;

/// Maximum number of downloads of the presenter at the same time. Each occupies a thread.
pub(crate) const PRESENTER_DOWNLOADS: usize = 8;

/// Maximum number of downloads of all participants at the same time.
pub(crate) const ROOM_DOWNLOADS: usize = 4;

/// Maximum time that a request waits until another download has ended.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// The places for downloads.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    free: Arc<Semaphore>,
    max: usize,
}

/// The place of one download, until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    /// Returns `max` places.
    pub(crate) fn new(max: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(max)), max }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// If none becomes free within [`QUEUE_TIMEOUT`].
    pub(crate) async fn acquire(&self) -> Result<Slot, ErrorResponse> {
        match timeout(QUEUE_TIMEOUT, Arc::clone(&self.free).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Slot { _permit: permit }),
            _ => {
                let message =
                    format!("{} downloads are in progress, which is the maximum; try again later", self.max);
                Err(ErrorResponse(StatusCode::SERVICE_UNAVAILABLE, message))
            }
        }
    }
}

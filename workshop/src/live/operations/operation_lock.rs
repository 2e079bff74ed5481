//! A lock that lets one operation run at a time, with a bounded queue.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::live::response::ErrorResponse;

/// Maximum number of operations that run or wait for the lock. More would wait too long, because an operation
/// can take seconds.
const MAX_QUEUED: usize = 32;

/// A fair lock that lets one operation run at a time.
#[derive(Debug)]
pub(crate) struct OperationLock {
    lock: Arc<Mutex<()>>,
    queue: Arc<Semaphore>,
}

/// A guard that holds the operation lock until it is dropped.
pub(crate) type OperationGuard = (OwnedMutexGuard<()>, OwnedSemaphorePermit);

impl Default for OperationLock {
    fn default() -> Self {
        Self { lock: Arc::default(), queue: Arc::new(Semaphore::new(MAX_QUEUED)) }
    }
}

impl OperationLock {
    /// Waits for the lock.
    ///
    /// # Errors
    /// If the queue is full.
    pub(crate) async fn acquire(&self) -> Result<OperationGuard, ErrorResponse> {
        let Ok(queued) = Arc::clone(&self.queue).try_acquire_owned() else {
            let message = format!("{MAX_QUEUED} operations are already in progress; try again later");
            return Err(ErrorResponse(StatusCode::SERVICE_UNAVAILABLE, message));
        };
        Ok((Arc::clone(&self.lock).lock_owned().await, queued))
    }
}

//! One thing at a time.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::live::response::Refusal;

/// More do not wait: each may take seconds.
const MOST_WAITING: usize = 32;

/// Whose turn it is.
#[derive(Debug)]
pub(crate) struct Turn {
    turn: Arc<Mutex<()>>,
    places: Arc<Semaphore>,
}

/// Whoever has it has its turn.
pub(crate) type Taken = (OwnedMutexGuard<()>, OwnedSemaphorePermit);

impl Default for Turn {
    fn default() -> Self {
        Self { turn: Arc::default(), places: Arc::new(Semaphore::new(MOST_WAITING)) }
    }
}

impl Turn {
    /// Waits for its turn.
    pub(crate) async fn take(&self) -> Result<Taken, Refusal> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let why = format!("{MOST_WAITING} others wait for their turn: try again when they are done");
            return Err(Refusal(StatusCode::SERVICE_UNAVAILABLE, why));
        };
        Ok((Arc::clone(&self.turn).lock_owned().await, place))
    }
}

//! A recording in memory, for tests.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Sink;
use crate::event::Event;

/// Keeps every event. A clone is another handle to the same recording.
///
/// It grows with the recording; call [`Tap::flush`](crate::Tap::flush) before looking at it.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Vec<Event>>>);

impl Memory {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was recorded so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        self.lock().extend_from_slice(batch);
        Ok(())
    }
}

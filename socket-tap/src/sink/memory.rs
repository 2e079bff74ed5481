//! A sink that keeps a recording in memory, for tests.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Sink;
use crate::event::Event;

/// A sink that keeps every event in memory. Clones are handles to the same recording.
///
/// Its memory grows with the recording. Call [`Tap::flush`](crate::Tap::flush) before
/// [`events`](Self::events), so that the latest events are included.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Vec<Event>>>);

impl Memory {
    /// Creates a sink without events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns all events that the recorder has delivered so far.
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

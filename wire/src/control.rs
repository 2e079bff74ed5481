//! Changes to a running relay.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::event::EventfdFlags;

use crate::{Direction, Error, Impairments, Rule};

/// What the threads of a wire share with its relay.
#[derive(Debug)]
pub(crate) struct Control {
    changes: Mutex<Vec<(Direction, Change)>>,
    has_changes: AtomicBool,
    phase: AtomicU8,
    /// Becomes readable when the phase changes.
    pub(crate) wake: OwnedFd,
}

/// A change of what one direction does to its packets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Impairments(Impairments),
    Rule(Rule),
}

/// The phases of a relay's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Running,
    /// The relay ends when nothing is in flight.
    Draining,
    /// The relay ends at once.
    Ending,
}

impl Control {
    pub(crate) fn new() -> Result<Self, Error> {
        let wake = rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
            .map_err(Error::system("create an eventfd"))?;
        Ok(Self {
            changes: Mutex::default(),
            has_changes: AtomicBool::new(false),
            phase: AtomicU8::new(Phase::Running as u8),
            wake,
        })
    }

    /// Adds a change. It applies to all packets that are sent after this call returned.
    pub(crate) fn add(&self, direction: Direction, change: Change) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push((direction, change));
        self.has_changes.store(true, Ordering::Release);
    }

    /// Removes and returns all changes. The relay calls it for each packet, so it locks only if there are some.
    pub(crate) fn take_changes(&self) -> Vec<(Direction, Change)> {
        if !self.has_changes.load(Ordering::Acquire) {
            return Vec::new();
        }
        self.has_changes.store(false, Ordering::Release);
        std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
        // Only a full counter refuses this, and then the descriptor is readable.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    pub(crate) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Running,
            1 => Phase::Draining,
            _ => Phase::Ending,
        }
    }
}

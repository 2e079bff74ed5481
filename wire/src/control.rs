//! Changes to a running relay.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

use rustix::event::EventfdFlags;

use crate::{Direction, Error, Impairments, Rule};

/// The state that a wire shares with its relay thread.
#[derive(Debug)]
pub(crate) struct Control {
    /// `None` if the relay has ended.
    requests: Mutex<Option<Vec<Request>>>,
    has_requests: AtomicBool,
    phase: AtomicU8,
    /// Becomes readable when the relay has to look at the requests or at the phase.
    pub(crate) wake: OwnedFd,
}

/// A change that was requested.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) direction: Direction,
    pub(crate) change: Change,
    /// Dropped when the change was made.
    _made: mpsc::Sender<()>,
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
            requests: Mutex::new(Some(Vec::new())),
            has_requests: AtomicBool::new(false),
            phase: AtomicU8::new(Phase::Running as u8),
            wake,
        })
    }

    /// Requests a change and waits until the relay has made it. Does nothing if the relay has ended.
    pub(crate) fn request(&self, direction: Direction, change: Change) {
        let (sender, made) = mpsc::channel();
        match &mut *self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(requests) => requests.push(Request { direction, change, _made: sender }),
            None => return,
        }
        self.has_requests.store(true, Ordering::Release);
        self.wake();
        // Nothing is sent: the relay drops the sender.
        let _: Result<(), _> = made.recv();
    }

    /// Removes and returns all requests. Locks only if there are some.
    pub(crate) fn take_requests(&self) -> Vec<Request> {
        if !self.has_requests.swap(false, Ordering::AcqRel) {
            return Vec::new();
        }
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Drops all requests, present and future.
    pub(crate) fn close(&self) {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
        self.wake();
    }

    pub(crate) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Running,
            1 => Phase::Draining,
            _ => Phase::Ending,
        }
    }

    fn wake(&self) {
        // Only a full counter refuses this, and then the descriptor is readable.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn change_after_the_end_of_the_relay_returns() {
        let control = Arc::new(Control::new().unwrap());
        control.close();
        let (returned, returns) = mpsc::channel();
        let shared = Arc::clone(&control);
        std::thread::spawn(move || {
            shared.request(Direction::ToServer, Change::Impairments(Impairments::default()));
            let _ = returned.send(());
        });
        assert!(returns.recv_timeout(Duration::from_secs(10)).is_ok());
    }
}

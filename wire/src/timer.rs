//! Waits for packets or for a time, whichever is first.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags};
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};

use crate::Error;

/// A timer of the kernel. It fires a few tens of microseconds after its time; tokio's timers, and `poll(2)` with a
/// timeout, are up to a millisecond late.
#[derive(Debug)]
pub(crate) struct Timer {
    timer: OwnedFd,
    /// Time at which the timer fires.
    armed: Option<u64>,
}

impl Timer {
    pub(crate) fn new() -> Result<Self, Error> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let timer = rustix::time::timerfd_create(TimerfdClockId::Monotonic, flags)
            .map_err(Error::system("create a timer"))?;
        Ok(Self { timer, armed: None })
    }

    /// Blocks until one of the file descriptors is readable, or until the time `until` of `CLOCK_MONOTONIC`.
    pub(crate) fn wait(
        &mut self,
        until: Option<u64>,
        readable: [BorrowedFd<'_>; 3],
    ) -> rustix::io::Result<()> {
        if let Some(until) = until.filter(|until| self.armed != Some(*until)) {
            let value = Timespec {
                tv_sec: (until / 1_000_000_000).cast_signed(),
                // At least 1, because 0 disarms the timer.
                tv_nsec: (until % 1_000_000_000).max(1).cast_signed(),
            };
            let once = Itimerspec { it_interval: Timespec::default(), it_value: value };
            rustix::time::timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &once)?;
            self.armed = Some(until);
        }
        let [a, b, c] = readable;
        let mut all = [a, b, c, self.timer.as_fd()].map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        match rustix::event::poll(&mut all, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
        if all[3].revents().contains(PollFlags::IN) {
            // Number of expirations. Reading it makes the descriptor unreadable again.
            let _ = rustix::io::read(&self.timer, &mut [0; 8]);
            self.armed = None;
        }
        Ok(())
    }
}

//! The two deadlines of a connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::activity::{Activity, Quiet};
use crate::{Limits, Shutdown};

/// Over when the server has had nothing to do for too long: before the first request, between requests, or after the
/// shutdown.
#[derive(Debug)]
pub(super) struct QuietTimer {
    head: Duration,
    idle: Duration,
    linger: Duration,
    shutdown: Pin<Box<WaitForCancellationFutureOwned>>,
    shutting_down: bool,
    /// Goes off no later than the deadline, which moves on with every request: only then is it looked at.
    alarm: Pin<Box<Sleep>>,
}

impl QuietTimer {
    pub(super) fn new(limits: &Limits, shutdown: Shutdown) -> Self {
        Self {
            head: limits.head,
            idle: limits.idle,
            linger: limits.linger,
            shutdown: Box::pin(shutdown.cancelled_owned()),
            shutting_down: false,
            alarm: Box::pin(sleep(limits.head.min(limits.idle))),
        }
    }

    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>, activity: &Activity) -> Poll<()> {
        if !self.shutting_down && self.shutdown.as_mut().poll(cx).is_ready() {
            self.shutting_down = true;
            self.alarm.as_mut().reset(Instant::now());
        }
        loop {
            ready!(self.alarm.as_mut().poll(cx));
            let deadline = self.deadline(ready!(activity.poll_quiet(cx)));
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            self.alarm.as_mut().reset(deadline);
        }
    }

    fn deadline(&self, quiet: Quiet) -> Instant {
        let patience = match quiet {
            _ if self.shutting_down => self.linger,
            Quiet { asked: true, .. } => self.idle,
            Quiet { asked: false, .. } => self.head,
        };
        quiet.since + patience
    }
}

/// Over when a write has waited for the client for too long.
#[derive(Debug)]
pub(super) struct StallTimer {
    limit: Duration,
    /// While a write waits.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl StallTimer {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, alarm: None }
    }

    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(self.limit)));
        alarm.as_mut().poll(cx)
    }

    pub(super) fn is_running(&self) -> bool {
        self.alarm.is_some()
    }

    pub(super) fn stop(&mut self) {
        self.alarm = None;
    }
}

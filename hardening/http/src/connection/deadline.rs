//! The two deadlines of a connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::activity::{Activity, Quiet};
use crate::{Limits, Shutdown};

/// Over when the server has had nothing to do for too long: before the first request, between requests, or after the
/// goodbye.
#[derive(Debug)]
pub(super) struct QuietTimer {
    head: Duration,
    idle: Duration,
    linger: Duration,
    ending: Pin<Box<WaitForCancellationFutureOwned>>,
    /// When the client was told that this is the end.
    goodbye: Option<Instant>,
    /// Goes off no later than the deadline, which moves on with every request: only then is it looked at.
    alarm: Pin<Box<Sleep>>,
}

impl QuietTimer {
    pub(super) fn new(limits: &Limits, ending: Shutdown) -> Self {
        Self {
            head: limits.head_timeout,
            idle: limits.idle_timeout,
            linger: limits.linger,
            ending: Box::pin(ending.cancelled_owned()),
            goodbye: None,
            alarm: Box::pin(sleep(limits.head_timeout.min(limits.idle_timeout))),
        }
    }

    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>, activity: &Activity) -> Poll<()> {
        loop {
            if self.goodbye.is_none() && self.ending.as_mut().poll(cx).is_ready() {
                self.goodbye = Some(Instant::now());
                self.alarm.as_mut().reset(Instant::now());
            }
            ready!(self.alarm.as_mut().poll(cx));
            let deadline = self.deadline(ready!(activity.poll_quiet(cx)));
            if deadline > Instant::now() {
                self.alarm.as_mut().reset(deadline);
            } else if self.goodbye.is_none() && activity.is_http2() {
                // Ends with a GOAWAY, which tells what was answered (RFC 9113, section 6.8), if the framework listens.
                activity.ending().cancel();
            } else {
                return Poll::Ready(());
            }
        }
    }

    fn deadline(&self, quiet: Quiet) -> Instant {
        match self.goodbye {
            Some(goodbye) => quiet.since.max(goodbye) + self.linger,
            None if quiet.asked => quiet.since + self.idle,
            None => quiet.since + self.head,
        }
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

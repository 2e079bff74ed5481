//! The idle timer and the write-stall timer of a connection.

use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::task::coop::has_budget_remaining;
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::activity::{Activity, Idle};
use crate::Limits;

/// Timer that expires when a connection has been idle for too long. There are different limits before the
/// first request, between requests, and after the shutdown.
#[derive(Debug)]
pub(super) struct IdleTimer {
    head_timeout: Duration,
    idle_timeout: Duration,
    linger: Duration,
    ending: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Time at which the connection's shutdown token `ending` was cancelled.
    ending_since: Option<Instant>,
    /// Timer that fires at the idle deadline or earlier. A request postpones the deadline without resetting
    /// the timer, which would cost time on every request. When the timer fires too early, it is reset to the
    /// current deadline.
    timer: Pin<Box<Sleep>>,
    /// The task that both `ending` and `timer` will wake.
    task: Option<Waker>,
}

impl IdleTimer {
    pub(super) fn new(limits: &Limits, activity: &Activity) -> Self {
        Self {
            head_timeout: limits.head_timeout,
            idle_timeout: limits.idle_timeout,
            linger: limits.linger,
            ending: Box::pin(activity.ending().clone().cancelled_owned()),
            ending_since: None,
            timer: Box::pin(sleep(limits.head_timeout.min(limits.idle_timeout))),
            task: None,
        }
    }

    /// Ready when the connection has been idle for too long. On HTTP/2, first cancels `ending`, so that the
    /// server sends GOAWAY.
    pub(super) fn poll_expired(&mut self, cx: &mut Context<'_>, activity: &Activity) -> Poll<()> {
        if self.is_armed(cx, activity) {
            return Poll::Pending;
        }
        let expired = self.poll_timer(cx, activity);
        // A future that is polled without budget wakes the task at once instead of registering it.
        self.task = has_budget_remaining().then(|| cx.waker().clone());
        expired
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>, activity: &Activity) -> Poll<()> {
        loop {
            if self.ending_since.is_none() && self.ending.as_mut().poll(cx).is_ready() {
                self.ending_since = Some(Instant::now());
                self.timer.as_mut().reset(Instant::now());
            }
            ready!(self.timer.as_mut().poll(cx));
            let deadline = self.deadline(ready!(activity.poll_idle(cx)));
            if deadline > Instant::now() {
                self.timer.as_mut().reset(deadline);
            } else if self.ending_since.is_none() && activity.is_http2() {
                // GOAWAY names the last request that was processed (RFC 9113, section 6.8).
                activity.ending().cancel();
            } else {
                return Poll::Ready(());
            }
        }
    }

    /// Returns `true` if both `ending` and `timer` are pending and will wake this task. Then neither has to
    /// be polled, which would cost more than this check.
    fn is_armed(&self, cx: &Context<'_>, activity: &Activity) -> bool {
        self.task.as_ref().is_some_and(|task| task.will_wake(cx.waker()))
            && !self.timer.is_elapsed()
            && (self.ending_since.is_some() || !activity.ending().is_cancelled())
    }

    fn deadline(&self, idle: Idle) -> Instant {
        match self.ending_since {
            Some(ending) => idle.since.max(ending) + self.linger,
            None if idle.had_request => idle.since + self.idle_timeout,
            None => idle.since + self.head_timeout,
        }
    }
}

/// Timer that expires when a write has waited for the client for too long.
#[derive(Debug)]
pub(super) struct StallTimer {
    timeout: Duration,
    /// `Some` while a write waits.
    timer: Option<Pin<Box<Sleep>>>,
}

impl StallTimer {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout, timer: None }
    }

    /// Starts the timer in the first call. Ready when it has expired.
    pub(super) fn poll_expired(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(self.timeout)));
        timer.as_mut().poll(cx)
    }

    pub(super) fn is_running(&self) -> bool {
        self.timer.is_some()
    }

    pub(super) fn stop(&mut self) {
        self.timer = None;
    }
}

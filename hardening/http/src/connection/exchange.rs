//! Guards that count a request, or its body, as in progress in the connection's [`Activity`].

use std::task::{Context, Poll};

use super::activity::Activity;

/// State of an exchange, which is a request and its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExchangeState {
    /// The handler works on the response.
    Handling,
    /// The response waits for an event, such as the next change in a stream of changes.
    AwaitingEvent,
    /// A part of the response waits for the client to read it.
    AwaitingClient,
}

/// A guard that counts a request and its response as in progress, until it is dropped.
#[derive(Debug)]
pub struct Exchange {
    activity: Activity,
    state: ExchangeState,
}

impl Exchange {
    /// Creates the guard of an exchange that `activity` already counts as [`ExchangeState::Handling`].
    pub(super) fn new(activity: Activity) -> Self {
        Self { activity, state: ExchangeState::Handling }
    }

    /// Changes the state. Entering [`ExchangeState::AwaitingClient`], even from the same state, restarts the
    /// connection's idle period.
    pub(crate) fn enter(&mut self, state: ExchangeState) {
        let before = std::mem::replace(&mut self.state, state);
        self.activity.update(|activity| {
            activity.leave(before);
            activity.enter(state);
        });
    }

    /// Returns `true` if the connection must close after this response.
    pub(crate) fn is_last(&self) -> bool {
        self.activity.ending().is_cancelled()
    }

    /// Ready when the client has abandoned an endless HTTP/1.1 response by half-closing the connection. The
    /// task is woken when that happens.
    pub(super) fn poll_abandoned(&self, cx: &Context<'_>) -> Poll<()> {
        self.activity.poll_half_closed(cx)
    }

    /// Marks the connection as switched to another protocol, which has timeouts of its own.
    pub(crate) fn upgrade(&self) {
        self.activity.update(super::activity::State::set_upgraded);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.activity.update(|activity| activity.leave(self.state));
    }
}

/// A guard that counts a request body as incomplete, until it is dropped.
#[derive(Debug)]
pub(crate) struct Upload(Activity);

impl Upload {
    /// Creates the guard of an upload that `activity` already counts.
    pub(super) fn new(activity: Activity) -> Self {
        Self(activity)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.0.update(super::activity::State::end_upload);
    }
}

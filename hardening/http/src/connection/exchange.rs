//! Guards that count a request, or its body, as in progress in the connection's [`Activity`].

use std::task::{Context, Poll};

use super::activity::{Activity, ExchangeState};

/// A guard that counts a request and its response as in progress, until it is dropped.
#[derive(Debug)]
pub struct Exchange {
    activity: Activity,
    state: ExchangeState,
}

impl Exchange {
    /// Counts a new request as in progress until the returned guard is dropped.
    pub(crate) fn begin(activity: &Activity, http2: bool) -> Self {
        activity.update(|activity| activity.begin_exchange(http2));
        Self { activity: activity.clone(), state: ExchangeState::Handling }
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
    /// Counts a request body as incomplete until the returned guard is dropped.
    pub(super) fn begin(activity: &Activity) -> Self {
        activity.update(super::activity::State::begin_upload);
        Self(activity.clone())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.0.update(super::activity::State::end_upload);
    }
}

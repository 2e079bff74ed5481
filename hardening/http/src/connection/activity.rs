//! Counts the requests and responses in progress on a connection. The connection's timeouts depend on these
//! counts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::time::Instant;

use super::exchange::{Exchange, ExchangeState, Upload};
use crate::Shutdown;

/// The exchanges in progress on a connection, counted by state. An exchange is a request and its response.
///
/// The connection's stream and the code that handles its requests share this value, because the stream has
/// the timers but sees only bytes.
#[derive(Clone, Debug)]
pub(crate) struct Activity(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    ending: Shutdown,
}

#[derive(Debug)]
pub(super) struct State {
    /// Number of exchanges in each [`ExchangeState`].
    exchanges: [usize; 3],
    /// Number of HTTP/1.1 requests whose body is still incomplete.
    uploads: usize,
    /// `true` after the first request.
    had_request: bool,
    http2: bool,
    /// `true` after the switch to another protocol, such as WebSocket.
    upgraded: bool,
    /// Start of the current idle period.
    idle_since: Instant,
    /// Waker of the task that reads from the connection. Set while the task waits for
    /// [`State::wake_condition`] to change.
    reader: Option<Waker>,
    /// `true` after the client has half-closed the connection.
    half_closed: bool,
    /// Waker of the task that sends an HTTP/1.1 response. Set while no data is ready to send, e.g. between
    /// two changes in a stream of changes.
    awaiting_event: Option<Waker>,
}

/// A period in which no request is in progress, and all responses in progress wait for the client to read
/// them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Idle {
    pub(super) since: Instant,
    /// `true` if the connection has already had a request.
    pub(super) had_request: bool,
}

impl Activity {
    /// Creates the activity of a new connection. `ending` must be a child token of the server's shutdown: it
    /// can then be cancelled for this connection alone, and polling it does not lock the parent.
    pub(crate) fn new(ending: Shutdown) -> Self {
        let state = State {
            exchanges: [0; 3],
            uploads: 0,
            had_request: false,
            http2: false,
            upgraded: false,
            idle_since: Instant::now(),
            reader: None,
            half_closed: false,
            awaiting_event: None,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), ending }))
    }

    /// Returns the token that is cancelled when the connection must end: at the server's shutdown, or when an
    /// HTTP/2 connection has been idle for too long.
    pub(crate) fn ending(&self) -> &Shutdown {
        &self.0.ending
    }

    /// Counts a new request as in progress until the returned [`Exchange`] is dropped.
    pub(crate) fn begin_exchange(&self, http2: bool) -> Exchange {
        self.update(|state| {
            state.had_request = true;
            state.http2 = http2;
            state.exchanges[ExchangeState::Handling as usize] += 1;
        });
        Exchange::new(self.clone())
    }

    /// Counts a request body as incomplete until the returned [`Upload`] is dropped.
    pub(crate) fn begin_upload(&self) -> Upload {
        self.update(|state| state.uploads += 1);
        Upload::new(self.clone())
    }

    /// Returns `true` if the last request used HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        self.lock().http2
    }

    /// Ready with the current idle period if the connection is idle. Otherwise, the task is woken when the
    /// connection may have become idle.
    pub(super) fn poll_idle(&self, cx: &Context<'_>) -> Poll<Idle> {
        let mut state = self.lock();
        if state.is_idle() {
            return Poll::Ready(Idle { since: state.idle_since, had_request: state.had_request });
        }
        state.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Ready when no response is outstanding on a connection that the client has half-closed. If responses
    /// are outstanding, the task is woken when they may be complete, and HTTP/1.1 responses that wait for an
    /// event are ended. Call this after the half-close.
    pub(super) fn poll_responses_complete(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        let is_first = !std::mem::replace(&mut state.half_closed, true);
        if is_first && !state.http2 {
            // hyper polls for EOF right after the end of a body, before the handler has read that body. tonic
            // polls even before the handler has begun. Both run before this task is polled again.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if !state.has_outstanding_response() {
            return Poll::Ready(());
        }
        state.reader = Some(cx.waker().clone());
        let awaiting_event = state.awaiting_event.take();
        drop(state);
        if let Some(task) = awaiting_event {
            task.wake();
        }
        Poll::Pending
    }

    /// Ready when the client has half-closed its HTTP/1.1 connection, as clients do to abandon an endless
    /// response. The task is woken when that happens.
    pub(super) fn poll_half_closed(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.half_closed && !state.http2 {
            return Poll::Ready(());
        }
        state.awaiting_event = Some(cx.waker().clone());
        Poll::Pending
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        let before = state.reader.is_some().then(|| state.wake_condition());
        change(&mut state);
        // Even if it was idle before: each part of a response that the client reads restarts the period.
        if state.is_idle() {
            state.idle_since = Instant::now();
        }
        // Only after a relevant change: a reader that its own task wakes each time would spin.
        let is_changed = before.is_some_and(|before| before != state.wake_condition());
        let reader = if is_changed { state.reader.take() } else { None };
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave the state inconsistent: no code that holds the lock panics.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(super) fn enter(&mut self, state: ExchangeState) {
        self.exchanges[state as usize] += 1;
    }

    pub(super) fn leave(&mut self, state: ExchangeState) {
        self.exchanges[state as usize] -= 1;
    }

    pub(super) fn end_upload(&mut self) {
        self.uploads -= 1;
    }

    pub(super) fn set_upgraded(&mut self) {
        self.upgraded = true;
    }

    /// Returns `true` if all responses in progress wait for the client to read them. An unread response does not
    /// keep a connection active.
    fn is_idle(&self) -> bool {
        let [handling, awaiting_event, _] = self.exchanges;
        handling + awaiting_event == 0 && !self.upgraded
    }

    /// Returns `true` if an HTTP/1.1 request has arrived completely, but its response is not complete. HTTP/2
    /// clients do not half-close connections.
    fn has_outstanding_response(&self) -> bool {
        !self.http2 && self.uploads == 0 && self.exchanges != [0; 3]
    }

    /// Returns whether the connection is idle, and whether a response is outstanding. The task that reads
    /// from the connection is woken when either changes.
    fn wake_condition(&self) -> (bool, bool) {
        (self.is_idle(), self.has_outstanding_response())
    }
}

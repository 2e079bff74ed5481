//! What goes on with the requests of one connection, as far as its deadlines depend on it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::time::Instant;

use crate::Shutdown;

/// The exchanges that are open on a connection, counted by who is to go on with them.
///
/// Shared by the stream, which knows only bytes, and by those who see requests and answers.
#[derive(Clone, Debug)]
pub(crate) struct Activity(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    ending: Shutdown,
}

/// Who is to go on with an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The handler works on it.
    Server,
    /// Nobody: a stream of changes waits for the next one.
    World,
    /// The client has to take what there is of the answer.
    Client,
}

#[derive(Debug)]
struct State {
    /// Exchanges at each [`Turn`].
    turns: [usize; 3],
    /// Requests over HTTP/1.1 whose body is not yet here.
    uploads: usize,
    /// Whether a request has come at all.
    asked: bool,
    http2: bool,
    /// Whether it has become something else: a WebSocket.
    upgraded: bool,
    /// Since when the server has had nothing to do for this connection.
    quiet_since: Instant,
    /// The reader, when it waits for a change of this rather than for bytes.
    reader: Option<Waker>,
    /// Whether the client has finished sending.
    finished: bool,
    /// The answer that waits for the world over HTTP/1.1, where there is one at a time.
    waiting: Option<Waker>,
}

/// How long a connection has been quiet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quiet {
    pub(super) since: Instant,
    /// Whether it ever had a request.
    pub(super) asked: bool,
}

impl Activity {
    /// `ending` is the shutdown as this connection alone sees it: it can be cancelled alone, and the locks of others are
    /// not taken.
    pub(crate) fn new(ending: Shutdown) -> Self {
        let state = State {
            turns: [0; 3],
            uploads: 0,
            asked: false,
            http2: false,
            upgraded: false,
            quiet_since: Instant::now(),
            reader: None,
            finished: false,
            waiting: None,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), ending }))
    }

    /// Cancelled when the connection is to end: at the shutdown, or when it was idle for too long over HTTP/2.
    pub(crate) fn ending(&self) -> &Shutdown {
        &self.0.ending
    }

    /// A request has come, and it is the handler's turn.
    pub(crate) fn begin(&self, http2: bool) -> Exchange {
        self.update(|state| {
            state.asked = true;
            state.http2 = http2;
            state.turns[Turn::Server as usize] += 1;
        });
        Exchange { activity: self.clone(), turn: Turn::Server }
    }

    /// The body of a request over HTTP/1.1 is on its way.
    pub(crate) fn upload(&self) -> Upload {
        self.update(|state| state.uploads += 1);
        Upload(self.clone())
    }

    pub(crate) fn is_http2(&self) -> bool {
        self.lock().http2
    }

    /// How long the connection has been quiet. When it is not, the task is woken at the next change.
    pub(super) fn poll_quiet(&self, cx: &Context<'_>) -> Poll<Quiet> {
        let mut state = self.lock();
        if state.is_quiet() {
            return Poll::Ready(Quiet { since: state.quiet_since, asked: state.asked });
        }
        state.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Ready when a client over HTTP/1.1 that has finished sending has no answer to wait for. When it has, the task is
    /// woken at the next change; an answer without an end is ended.
    pub(super) fn poll_answered(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        let is_first = !std::mem::replace(&mut state.finished, true);
        if is_first && !state.http2 {
            // hyper looks for the end right behind the last of a body, before the handler had its turn to take that, and
            // under tonic before it has begun.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if !state.owes_answer() {
            return Poll::Ready(());
        }
        state.reader = Some(cx.waker().clone());
        let waiting = state.waiting.take();
        drop(state);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
        Poll::Pending
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        let before = (state.is_quiet(), state.owes_answer());
        change(&mut state);
        // Also when it was quiet before: an answer that is taken piece by piece goes on.
        if state.is_quiet() {
            state.quiet_since = Instant::now();
        }
        // Only for what it waits for: a task that is woken by what it does itself never rests.
        let changed = before != (state.is_quiet(), state.owes_answer());
        let reader = if changed { state.reader.take() } else { None };
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing here is left half done by a panic.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn at(&self, turn: Turn) -> usize {
        self.turns[turn as usize]
    }

    /// Nothing is the server's to do. Answers that wait for their client do not keep a connection.
    fn is_quiet(&self) -> bool {
        self.at(Turn::Server) + self.at(Turn::World) == 0 && !self.upgraded
    }

    /// A whole request was sent, and it has its answer to come. (HTTP/2 has no half-closed connections.)
    fn owes_answer(&self) -> bool {
        !self.http2 && self.uploads == 0 && self.turns != [0; 3]
    }
}

/// A request and its answer, until it is dropped.
#[derive(Debug)]
pub struct Exchange {
    activity: Activity,
    turn: Turn,
}

impl Exchange {
    pub(crate) fn pass_to(&mut self, turn: Turn) {
        let before = std::mem::replace(&mut self.turn, turn);
        self.activity.update(|state| {
            state.turns[before as usize] -= 1;
            state.turns[turn as usize] += 1;
        });
    }

    /// Whether the connection is to end.
    pub(crate) fn is_last(&self) -> bool {
        self.activity.ending().is_cancelled()
    }

    /// Ready when nobody listens to an answer that waits for the world: the client has finished sending, which over
    /// HTTP/1.1 is how it gives one up. When not, the task is woken as soon as it has.
    pub(super) fn poll_given_up(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.activity.lock();
        if state.finished && !state.http2 {
            return Poll::Ready(());
        }
        state.waiting = Some(cx.waker().clone());
        Poll::Pending
    }

    /// The connection is no longer one of HTTP, and what comes has deadlines of its own.
    pub(crate) fn upgrade(&self) {
        self.activity.update(|state| state.upgraded = true);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.activity.update(|state| state.turns[self.turn as usize] -= 1);
    }
}

/// The body of a request that is on its way, until it is dropped.
#[derive(Debug)]
pub(crate) struct Upload(Activity);

impl Drop for Upload {
    fn drop(&mut self) {
        self.0.update(|state| state.uploads -= 1);
    }
}

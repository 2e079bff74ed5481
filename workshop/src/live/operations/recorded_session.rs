//! Makes calls as named steps: the recordings of the server and of its clients show under which name, such as
//! `get a book`, a call was made.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hardening_http::Shutdown;
use socket_tap::Tap;
use socket_trace::client_step::FROM_A_TERMINAL;
use tokio::time::{sleep, timeout};

use crate::recordings::Recordings;

/// Timeout of a step: the calls of one operation. Over loopback, they take milliseconds.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum time that a step waits until its connections are closed at both ends. The step waits until there
/// are as few open connections as before it, and this may never happen if other clients have opened
/// connections meanwhile.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// A server and its clients whose calls are recorded in named steps.
pub(crate) struct RecordedSession {
    pub(crate) recordings: Recordings,
    shutdown: Shutdown,
    is_in_step: AtomicBool,
}

impl RecordedSession {
    pub(crate) fn new(recordings: &Recordings, shutdown: &Shutdown) -> Self {
        Self {
            recordings: recordings.clone(),
            shutdown: shutdown.clone(),
            is_in_step: AtomicBool::new(false),
        }
    }

    /// Returns the tap that records the clients.
    pub(crate) fn client(&self) -> &Tap {
        &self.recordings.client
    }

    /// Runs `task` as a step with the given name: the recordings contain the task's calls under this name.
    /// Then waits until the connections of the task are closed at both ends.
    ///
    /// `kept_open` is the number of connections that a successful `task` leaves open. It is negative if the
    /// task closes connections of an earlier step.
    pub(crate) async fn step<T>(
        &self,
        name: String,
        kept_open: isize,
        task: impl Future<Output = Result<T, String>>,
    ) -> Result<T, String> {
        let Recordings { client, server, .. } = &self.recordings;
        let before = [client.open_streams(), self.recordings.accepted()];
        self.recordings.mark(name);
        self.is_in_step.store(true, Ordering::Relaxed);
        let result = self.run_bounded(task).await;
        let kept_open = if result.is_ok() { kept_open } else { 0 };
        let expected = before.map(|before| before.saturating_add_signed(kept_open));
        let closed = async {
            // Counting the accepted connections is expensive, and without a database all streams are accepted.
            while client.open_streams() > expected[0]
                || server.open_streams() > expected[1] && self.recordings.accepted() > expected[1]
            {
                sleep(Duration::from_millis(1)).await;
            }
        };
        let _ = timeout(CLOSE_TIMEOUT, closed).await;
        result
    }

    /// Ends the current step, if there is one. The recordings then contain later calls under the name
    /// [`FROM_A_TERMINAL`].
    pub(crate) fn end_step(&self) {
        if self.is_in_step.swap(false, Ordering::Relaxed) {
            self.recordings.mark(FROM_A_TERMINAL);
        }
    }

    async fn run_bounded<T>(&self, task: impl Future<Output = Result<T, String>>) -> Result<T, String> {
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Err("the workshop is shutting down".to_owned()),
            result = timeout(STEP_TIMEOUT, task) => {
                result.unwrap_or_else(|_| Err(format!("the step timed out after {} s", STEP_TIMEOUT.as_secs())))
            }
        }
    }
}

//! Two recordings, and what is done as a step of both.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hardening_http::Shutdown;
use socket_tap::Tap;
use tokio::time::{sleep, timeout};

use crate::api_instance::{BY_HAND, Recordings};

/// On loopback everything is over in milliseconds.
const LONGEST_STEP: Duration = Duration::from_secs(10);

/// How long connections may take to close on both sides. Those of others come and go meanwhile, so it may never be seen.
const LONGEST_CLOSE: Duration = Duration::from_secs(1);

/// The recordings of a server and its clients.
pub(crate) struct Stage {
    pub(crate) recordings: Recordings,
    shutdown: Shutdown,
    in_step: AtomicBool,
}

impl Stage {
    pub(crate) fn new(recordings: &Recordings, shutdown: &Shutdown) -> Self {
        Self { recordings: recordings.clone(), shutdown: shutdown.clone(), in_step: AtomicBool::new(false) }
    }

    /// Records what the clients do.
    pub(crate) fn client(&self) -> &Tap {
        &self.recordings.client
    }

    /// Does something as a step of that name, which has `more` connections open at its end. When it returns, the others
    /// that were opened for it are closed on both sides.
    pub(crate) async fn step<T>(
        &self,
        name: String,
        more: isize,
        body: impl Future<Output = Result<T, String>>,
    ) -> Result<T, String> {
        let Recordings { client, server, .. } = &self.recordings;
        let before = [client, server].map(Tap::open_streams);
        self.recordings.mark(name);
        self.in_step.store(true, Ordering::Relaxed);
        let done = self.bounded(body).await;
        let more = if done.is_ok() { more } else { 0 };
        let left = before.map(|before| before.saturating_add_signed(more));
        let closed = async {
            while client.open_streams() > left[0] || server.open_streams() > left[1] {
                sleep(Duration::from_millis(1)).await;
            }
        };
        let _ = timeout(LONGEST_CLOSE, closed).await;
        done
    }

    /// The step, if there was one, is over: what comes is done by somebody else.
    pub(crate) fn leave(&self) {
        if self.in_step.swap(false, Ordering::Relaxed) {
            self.recordings.mark(BY_HAND);
        }
    }

    async fn bounded<T>(&self, body: impl Future<Output = Result<T, String>>) -> Result<T, String> {
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Err("the workshop is ending".to_owned()),
            done = timeout(LONGEST_STEP, body) => {
                done.unwrap_or_else(|_| Err(format!("it did not end within {} s", LONGEST_STEP.as_secs())))
            }
        }
    }
}

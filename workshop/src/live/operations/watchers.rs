//! Watchers, which are clients that receive changes until they are stopped.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clients::{Client, Watch as _};
use hardening_http::Shutdown;
use socket_tap::Tap;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::live::latest_json::LatestJson;

/// Number of changes that a watcher requests. It is so large that the change stream never ends by itself.
const MAX_CHANGES: u32 = u32::MAX;

/// Timeout for a watcher to close its connection.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// A table that contains for each API whether its watcher is open.
#[derive(Debug)]
pub(crate) struct Watchers {
    is_open: Mutex<BTreeMap<&'static str, bool>>,
    json: LatestJson,
}

impl Watchers {
    /// Creates an entry for each of `apis`, without an open watcher.
    pub(crate) fn new(apis: impl Iterator<Item = &'static str>) -> Self {
        let is_open: BTreeMap<_, _> = apis.map(|api| (api, false)).collect();
        let json = LatestJson::default();
        json.publish(&serde_json::json!(is_open).to_string());
        Self { is_open: Mutex::new(is_open), json }
    }

    /// Returns a JSON object that contains `true` or `false` for each API, depending on whether its watcher
    /// is open.
    pub(crate) fn json(&self) -> &LatestJson {
        &self.json
    }

    fn set(&self, api: &'static str, is_open: bool) {
        let mut all = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(api, is_open);
        self.json.publish(&serde_json::json!(*all).to_string());
    }
}

/// An open change stream, read by a background task.
pub(crate) struct Watcher {
    stop: Shutdown,
    task: JoinHandle<()>,
}

impl Watcher {
    /// Returns `true` until the watcher is closed or the server ends its stream.
    pub(crate) fn is_open(&self) -> bool {
        !self.task.is_finished()
    }

    /// Stops watching and waits until the connection is closed.
    pub(crate) async fn close(self) -> Result<(), String> {
        self.stop.cancel();
        match timeout(CLOSE_TIMEOUT, self.task).await {
            Ok(ended) => ended.map_err(|error| format!("the watcher failed: {error}")),
            Err(_) => Err(format!("the watcher did not close within {} s", CLOSE_TIMEOUT.as_secs())),
        }
    }
}

/// Opens a watcher through one API's client.
pub(crate) async fn open<C: Client>(
    tap: &Tap,
    address: SocketAddr,
    watchers: Arc<Watchers>,
) -> Result<Watcher, String> {
    let opened = C::watch(tap, address, MAX_CHANGES).await;
    let mut watch = opened.map_err(|failure| failure.to_string())?;
    let stop = Shutdown::new();
    watchers.set(C::API, true);
    let stopped = stop.clone();
    let task = tokio::spawn(async move {
        // The recordings contain the changes, so they are not needed here.
        let changes = async { while let Ok(Some(_)) = watch.next().await {} };
        stopped.run_until_cancelled(changes).await;
        watch.close().await;
        watchers.set(C::API, false);
    });
    Ok(Watcher { stop, task })
}

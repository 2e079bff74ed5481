//! A JSON value that is sent to every open page when it changes.

use std::sync::Arc;

use tokio::sync::watch;

/// The latest version of a JSON value, or `None` before the first call of [`publish`](Self::publish). Clones
/// share the value.
#[derive(Clone, Debug, Default)]
pub(crate) struct LatestJson(watch::Sender<Option<Arc<str>>>);

impl LatestJson {
    /// Replaces the value by `json` and wakes the subscribers. Does nothing if the value already equals
    /// `json`.
    pub(crate) fn publish(&self, json: &str) {
        self.0.send_if_modified(|latest| {
            let is_changed = latest.as_deref() != Some(json);
            if is_changed {
                *latest = Some(json.into());
            }
            is_changed
        });
    }

    /// Returns a receiver that receives the current value first, as if it had just changed.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<Arc<str>>> {
        let mut receiver = self.0.subscribe();
        receiver.mark_changed();
        receiver
    }

    /// Returns the current value, or an empty string if there is none yet.
    pub(crate) fn text(&self) -> String {
        self.0.borrow().as_deref().unwrap_or_default().to_owned()
    }
}

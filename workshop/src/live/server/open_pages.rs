//! Counts the open pages. While none is open, the comparison and the socket table are not computed.

use tokio::sync::watch;

/// Maximum number of pages that are open at the same time. Each needs a connection and a position in the history.
pub(crate) const MAX_PAGES: usize = 32;

/// A counter of the open pages.
#[derive(Debug, Default)]
pub(crate) struct OpenPages(watch::Sender<usize>);

/// A guard that counts a page as open, until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenPage(watch::Sender<usize>);

impl OpenPages {
    /// Counts a new page, and returns its guard. Returns `None` if [`MAX_PAGES`] pages are already open.
    pub(crate) fn open(&self) -> Option<OpenPage> {
        let opened = self.0.send_if_modified(|count| {
            let has_capacity = *count < MAX_PAGES;
            *count += usize::from(has_capacity);
            has_capacity
        });
        opened.then(|| OpenPage(self.0.clone()))
    }

    /// Waits until at least one page is open.
    pub(crate) async fn wait_for_any(&self) {
        // Fails only if the sender has been dropped, but `self` holds it.
        let _ = self.0.subscribe().wait_for(|count| *count > 0).await;
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

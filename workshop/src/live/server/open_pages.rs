//! How many browsers read the stream: what is worked out for them is not worked out for nobody.

use tokio::sync::watch;

/// Each has its connection and its place in the history; a room has fewer.
const MOST: usize = 32;

/// The browsers that read.
#[derive(Debug, Default)]
pub(crate) struct Readers(watch::Sender<usize>);

/// One of them; it leaves when it is dropped.
#[derive(Debug)]
pub(crate) struct Reader(watch::Sender<usize>);

impl Readers {
    /// One more; `None` when there are too many.
    pub(crate) fn enter(&self) -> Option<Reader> {
        let entered = self.0.send_if_modified(|count| {
            let has_room = *count < MOST;
            *count += usize::from(has_room);
            has_room
        });
        entered.then(|| Reader(self.0.clone()))
    }

    /// Why there is no room for one more.
    pub(crate) fn too_many() -> String {
        format!("{MOST} pages are open already, and that is the most there can be: close one of them")
    }

    /// Waits until there is one.
    pub(crate) async fn any(&self) {
        // It only fails when the sender is gone, and this is it.
        let _ = self.0.subscribe().wait_for(|count| *count > 0).await;
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

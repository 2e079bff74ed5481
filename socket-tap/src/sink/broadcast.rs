//! Live views: a recording for any number of receivers, as it happens.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast::{self, error::RecvError};

use super::Sink;
use crate::event::Event;
use crate::format::End;

/// Some events, and how many there were before them.
#[derive(Clone, Debug)]
struct Batch {
    before: u64,
    events: Arc<[Event]>,
}

#[derive(Debug)]
struct State {
    /// `None` when the recording has ended.
    sender: Option<broadcast::Sender<Batch>>,
    /// How many events there were.
    events: u64,
}

/// Sends each batch to everyone who has subscribed. It never waits for a receiver: one that is too slow is told how
/// many events it has missed. With no receiver it costs nothing.
///
/// ```
/// use socket_tap::Tap;
/// use socket_tap::sink::{Broadcast, Update};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let live = Broadcast::new(64);
/// let handle = live.handle();
/// let tap = Tap::server("shop").sink(live).start()?;
///
/// let mut subscriber = handle.subscribe();
/// tap.mark("open for business");
/// tap.finish().await?;
/// while let Some(update) = subscriber.next().await {
///     match update {
///         Update::Events(events) => println!("{events:?}"),
///         Update::Missed(count) => println!("too slow: {count} events are not shown"),
///         _ => {}
///     }
/// }
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct Broadcast(BroadcastHandle);

/// Where to subscribe to a [`Broadcast`]. A clone is another handle to the same one.
#[derive(Clone, Debug)]
pub struct BroadcastHandle(Arc<Mutex<State>>);

/// One receiver of a [`Broadcast`].
#[derive(Debug)]
pub struct Subscriber {
    /// `None` when the recording had ended before.
    receiver: Option<broadcast::Receiver<Batch>>,
    /// How many events there were before the next that it is to see.
    seen: u64,
    /// Came with news of what was missed, and is to be handed out next.
    waiting: Option<Arc<[Event]>>,
}

/// What a [`Subscriber`] gets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Update {
    /// Events, in the order of time.
    Events(Arc<[Event]>),
    /// So many events came and went while the receiver was busy.
    Missed(u64),
}

impl Broadcast {
    /// Holds up to `batches` batches, of up to 1024 events each, for receivers that are behind. Rounded up to a power
    /// of two; at least 1.
    #[must_use]
    pub fn new(batches: usize) -> Self {
        // The channel refuses 0, and what is so large that it cannot be rounded up.
        let (sender, _) = broadcast::channel(batches.clamp(1, 1 << 20));
        Self(BroadcastHandle(Arc::new(Mutex::new(State { sender: Some(sender), events: 0 }))))
    }

    /// Where to subscribe.
    #[must_use]
    pub fn handle(&self) -> BroadcastHandle {
        self.0.clone()
    }
}

impl BroadcastHandle {
    /// A receiver of what happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscriber {
        let state = self.lock();
        let receiver = state.sender.as_ref().map(broadcast::Sender::subscribe);
        Subscriber { receiver, seen: state.events, waiting: None }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscriber {
    /// The next events, or how many were missed before them; `None` when the recording has ended. Cancel safe.
    pub async fn next(&mut self) -> Option<Update> {
        if let Some(events) = self.waiting.take() {
            return Some(Update::Events(events));
        }
        let receiver = self.receiver.as_mut()?;
        let batch = loop {
            match receiver.recv().await {
                Ok(batch) => break batch,
                // It counts batches. How many events that were, the next batch knows, and there is always one.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        };
        let missed = batch.before - self.seen;
        self.seen = batch.before + batch.events.len() as u64;
        if missed == 0 {
            return Some(Update::Events(batch.events));
        }
        self.waiting = Some(batch.events);
        Some(Update::Missed(missed))
    }
}

impl Sink for Broadcast {
    fn name(&self) -> String {
        "the live views".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        let mut state = self.0.lock();
        let before = state.events;
        state.events += batch.len() as u64;
        if let Some(sender) = state.sender.as_ref().filter(|sender| sender.receiver_count() > 0) {
            // All receivers may have gone since.
            let _ = sender.send(Batch { before, events: batch.into() });
        }
        Ok(())
    }

    fn end(&mut self, _: &End) -> io::Result<()> {
        self.0.lock().sender = None;
        Ok(())
    }
}

impl Drop for Broadcast {
    fn drop(&mut self) {
        // Also when the recording ends otherwise: nobody waits for what will not come.
        self.0.lock().sender = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Op;
    use crate::tap::Tap;

    fn mark(t: u64) -> Event {
        Event { t, sock: None, op: Op::Mark { label: "step".into() }, error: None }
    }

    /// Batches of 1, 2, 3 events and so on.
    fn send(live: &mut Broadcast, batches: std::ops::RangeInclusive<u64>) {
        for size in batches {
            live.events(&vec![mark(size); usize::try_from(size).unwrap()]).unwrap();
        }
    }

    /// All that there is for the view: events as the size of their batch, and missed ones as a negative number.
    async fn updates(mut subscriber: Subscriber) -> Vec<i64> {
        let mut all = Vec::new();
        while let Some(update) = subscriber.next().await {
            all.push(match update {
                Update::Events(events) => i64::try_from(events.len()).unwrap(),
                Update::Missed(count) => -i64::try_from(count).unwrap(),
            });
        }
        all
    }

    #[tokio::test]
    async fn every_receiver_gets_what_happens_after_it_came_and_learns_the_end() {
        let mut live = Broadcast::new(8);
        let handle = live.handle();
        send(&mut live, 1..=1);
        let first = handle.subscribe();
        send(&mut live, 2..=3);
        let second = handle.subscribe();
        send(&mut live, 4..=4);
        live.end(&End::default()).unwrap();
        assert_eq!((updates(first).await, updates(second).await), (vec![2, 3, 4], vec![4]));
        assert!(updates(handle.subscribe()).await.is_empty(), "who comes late learns that it is over");
    }

    #[tokio::test]
    async fn a_slow_receiver_is_told_how_many_events_it_missed() {
        let mut live = Broadcast::new(2);
        let handle = live.handle();
        send(&mut live, 1..=1);
        let slow = handle.subscribe();
        send(&mut live, 2..=6);
        drop(live);
        // Of 2, 3, 4, 5 and 6 events the channel holds the last two batches.
        assert_eq!(updates(slow).await, [-(2 + 3 + 4), 5, 6]);
    }

    #[tokio::test]
    async fn a_receiver_that_never_looks_holds_nothing_up() {
        let live = Broadcast::new(1);
        let idle = live.handle().subscribe();
        let tap = Tap::server("test").buffer(64 * 1024, 0).sink(live).start().unwrap();
        for _ in 0..100 {
            tap.mark("step");
            tap.flush().await;
        }
        assert_eq!(tap.finish().await.unwrap().events, 100);
        assert_eq!(updates(idle).await, [-99, 1]);
    }
}

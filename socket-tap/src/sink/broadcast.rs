//! A sink that sends events to any number of subscribers as they happen, for live views.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast::{self, error::RecvError};

use super::Sink;
use crate::event::Event;
use crate::format::End;

/// A batch of events, as it is sent to the subscribers.
#[derive(Clone, Debug)]
struct Batch {
    before: u64,
    events: Arc<[Event]>,
}

#[derive(Debug)]
struct State {
    /// Channel to the subscribers. `None` after the recording has ended.
    sender: Option<broadcast::Sender<Batch>>,
    /// Number of events that were sent to the channel so far.
    events: u64,
}

/// A sink that sends each batch of events to all current subscribers. It never waits for a subscriber: one
/// that is too slow misses events, and gets the number of missed events. Without a subscriber the sink does
/// nothing.
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

/// A handle to a [`Broadcast`], with which programs subscribe to its events. Clones refer to the same
/// broadcast.
#[derive(Clone, Debug)]
pub struct BroadcastHandle(Arc<Mutex<State>>);

/// A subscriber of a [`Broadcast`], which receives its events. Created by [`BroadcastHandle::subscribe`].
#[derive(Debug)]
pub struct Subscriber {
    /// Receiver of the batches. `None` if the recording had already ended when the program subscribed.
    receiver: Option<broadcast::Receiver<Batch>>,
    /// Number of events that the subscriber has received or missed so far. If more events precede the next
    /// batch, it has missed the difference.
    seen: u64,
    /// Batch that arrived after missed events. The first call of [`next`](Self::next) returned
    /// [`Update::Missed`], and the following call returns this batch.
    waiting: Option<Arc<[Event]>>,
}

/// Events, or the number of missed events, for a [`Subscriber`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Update {
    /// New events, in order of time.
    Events(Arc<[Event]>),
    /// Number of events that the subscriber missed because it was too slow.
    Missed(u64),
}

impl Broadcast {
    /// Creates a broadcast with a buffer for slow subscribers: up to `batches` batches of up to 1024 events
    /// each. `batches` is rounded up to a power of two, and is at least 1.
    #[must_use]
    pub fn new(batches: usize) -> Self {
        // The channel refuses 0, and numbers that cannot be rounded up.
        let (sender, _) = broadcast::channel(batches.clamp(1, 1 << 20));
        Self(BroadcastHandle(Arc::new(Mutex::new(State { sender: Some(sender), events: 0 }))))
    }

    /// Returns a handle with which programs subscribe to the events. Call this before passing the broadcast
    /// to [`TapBuilder::sink`](crate::TapBuilder::sink).
    #[must_use]
    pub fn handle(&self) -> BroadcastHandle {
        self.0.clone()
    }
}

impl BroadcastHandle {
    /// Subscribes to the events that are delivered from now on.
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
    /// Waits for the next events. If the subscriber was too slow, first returns the number of events that it
    /// missed. Returns `None` after the recording has ended.
    ///
    /// # Cancel safety
    /// This method is cancel safe: no update is lost.
    pub async fn next(&mut self) -> Option<Update> {
        if let Some(events) = self.waiting.take() {
            return Some(Update::Events(events));
        }
        let receiver = self.receiver.as_mut()?;
        let batch = loop {
            match receiver.recv().await {
                Ok(batch) => break batch,
                // `Lagged` counts batches. The number of missed events follows from the next batch, which
                // always exists.
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
        "the broadcast".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        let mut state = self.0.lock();
        let before = state.events;
        state.events += batch.len() as u64;
        if let Some(sender) = state.sender.as_ref().filter(|sender| sender.receiver_count() > 0) {
            // All subscribers may have been dropped since.
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
        // Ends the subscriptions even if the recording never reached its end.
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

    /// Sends one batch for each number in `batches`, of that many events: `1..=3` sends batches of 1, 2 and 3
    /// events.
    fn send(live: &mut Broadcast, batches: std::ops::RangeInclusive<u64>) {
        for size in batches {
            live.events(&vec![mark(size); usize::try_from(size).unwrap()]).unwrap();
        }
    }

    /// Collects all updates as numbers: the number of events in a batch, or the number of missed events with
    /// a minus sign.
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
    async fn subscriber_gets_events_until_recording_ends() {
        let mut live = Broadcast::new(8);
        let handle = live.handle();
        send(&mut live, 1..=1);
        let first = handle.subscribe();
        send(&mut live, 2..=3);
        let second = handle.subscribe();
        send(&mut live, 4..=4);
        live.end(&End::default()).unwrap();
        assert_eq!((updates(first).await, updates(second).await), (vec![2, 3, 4], vec![4]));
        assert!(updates(handle.subscribe()).await.is_empty(), "a late subscriber gets the end");
    }

    #[tokio::test]
    async fn slow_subscriber_gets_number_of_missed_events() {
        let mut live = Broadcast::new(2);
        let handle = live.handle();
        send(&mut live, 1..=1);
        let slow = handle.subscribe();
        send(&mut live, 2..=6);
        drop(live);
        // The channel holds the last two of the batches of 2, 3, 4, 5 and 6 events.
        assert_eq!(updates(slow).await, [-(2 + 3 + 4), 5, 6]);
    }

    #[tokio::test]
    async fn idle_subscriber_does_not_block_the_sink() {
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

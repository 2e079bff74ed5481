//! The operations that run on a WebSocket.

use std::future::poll_fn;
use std::task::Poll;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, poll};

use crate::engine::Outcome;

/// The operations that run on a WebSocket. Dropping this cancels them.
#[derive(Default)]
pub(super) struct Operations {
    /// Ids and outcomes of the operations, in the order in which they are polled.
    running: Vec<(String, BoxStream<'static, Outcome>)>,
}

/// The id of an operation, and its next outcome. `None` instead of an outcome means that the operation has
/// ended.
pub(super) type Event = (String, Option<Outcome>);

impl Operations {
    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.running.iter().any(|(running, _)| running == id)
    }

    /// Starts the operation `id`, whose outcomes `stream` yields. Polls it once, and returns its first event
    /// if that is ready. A subscription receives every event that occurs after this call.
    pub(super) async fn start(
        &mut self,
        id: String,
        mut stream: BoxStream<'static, Outcome>,
    ) -> Option<Event> {
        let event = match poll!(stream.next()) {
            Poll::Ready(None) => return Some((id, None)),
            Poll::Ready(Some(outcome)) => Some((id.clone(), Some(outcome))),
            Poll::Pending => None,
        };
        self.running.push((id, stream));
        event
    }

    /// Cancels the operation with this id, if it is running.
    pub(super) fn cancel(&mut self, id: &str) {
        self.running.retain(|(running, _)| running != id);
    }

    pub(super) fn cancel_all(&mut self) {
        self.running.clear();
    }

    /// Waits for the next event of any operation. Never completes if no operation is running. Cancel safe: no
    /// event is lost.
    pub(super) async fn next(&mut self) -> Event {
        poll_fn(|cx| {
            for index in 0..self.running.len() {
                let Poll::Ready(outcome) = self.running[index].1.poll_next_unpin(cx) else {
                    continue;
                };
                let (id, stream) = self.running.remove(index);
                if outcome.is_some() {
                    // Moves the operation to the end, so that a busy one does not starve the others.
                    self.running.push((id.clone(), stream));
                }
                return Poll::Ready((id, outcome));
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, Object, Schema};
    use futures_util::{Stream, stream};
    use tokio::sync::broadcast;

    use super::*;
    use crate::document::{Operation, RootTypes};
    use crate::engine::Engine;

    struct Query;

    #[Object]
    impl Query {
        async fn zero(&self) -> u32 {
            0
        }
    }

    struct Numbers(broadcast::Sender<u32>);

    #[async_graphql::Subscription]
    impl Numbers {
        async fn number(&self) -> impl Stream<Item = u32> + use<> {
            stream::unfold(self.0.subscribe(), |mut numbers| async {
                let number = numbers.recv().await.ok()?;
                Some((number, numbers))
            })
        }
    }

    /// The docs of the module `websocket` promise to clients that a started subscription misses no event. A
    /// test over a real socket would rarely detect a violation.
    #[tokio::test]
    async fn subscription_receives_every_event_after_its_start() {
        let (sender, _) = broadcast::channel(16);
        let schema = Schema::build(Query, EmptyMutation, Numbers(sender.clone())).finish();
        let roots = RootTypes::from_sdl(&schema.sdl());
        let engine = Engine::new(schema);
        let mut operations = Operations::default();
        for number in 1..=3 {
            let operation = Operation::prepare("subscription{number}".into(), &roots).unwrap();
            // Earlier subscriptions have pending events, which must not be returned first.
            assert!(operations.start(number.to_string(), engine.execute_stream(operation)).await.is_none());
            sender.send(number).unwrap();
        }
        let mut received = Vec::new();
        for _ in 0..3 + 2 + 1 {
            let (id, outcome) = operations.next().await;
            received.push((id, serde_json::to_value(outcome).unwrap()["data"]["number"].as_u64().unwrap()));
        }
        received.sort_unstable();
        let expected = [("1", 1), ("1", 2), ("1", 3), ("2", 2), ("2", 3), ("3", 3)];
        assert_eq!(received, expected.map(|(id, number)| (id.to_owned(), number)));
    }
}

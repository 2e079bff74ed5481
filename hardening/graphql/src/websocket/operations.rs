//! The operations that run on one connection.

use std::future::poll_fn;
use std::task::Poll;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, poll};

use crate::engine::Outcome;

/// The operations of one connection. Dropping it ends them all.
#[derive(Default)]
pub(super) struct Operations {
    /// In the order in which they get their turn.
    running: Vec<(String, BoxStream<'static, Outcome>)>,
}

/// Something that an operation has for its client: an outcome, or `None` for its end.
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

    /// Starts an operation, and polls it once: a subscription is on the watch when this returns.
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

    /// Ends an operation, if it still runs.
    pub(super) fn stop(&mut self, id: &str) {
        self.running.retain(|(running, _)| running != id);
    }

    /// Ends all of them.
    pub(super) fn stop_all(&mut self) {
        self.running.clear();
    }

    /// Waits for the next event of any of them. Cancel safe: an event is taken only when it is returned.
    pub(super) async fn next(&mut self) -> Event {
        poll_fn(|cx| {
            for at in 0..self.running.len() {
                let Poll::Ready(outcome) = self.running[at].1.poll_next_unpin(cx) else {
                    continue;
                };
                let (id, stream) = self.running.remove(at);
                if outcome.is_some() {
                    // To the end of the line, so that a busy operation cannot starve the others.
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
    use bookshelf::Shelf;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::document::Operation;
    use crate::engine::Engine;
    use crate::schema;

    /// What a `pong` promises rests on this: from the outside it would show only once in a while.
    #[tokio::test]
    async fn a_subscription_is_on_the_watch_once_it_was_started() {
        let shelf = Shelf::seeded();
        let engine = Engine::new(schema::over(shelf.clone(), CancellationToken::new()).finish());
        let mut operations = Operations::default();
        for book in 1..=3 {
            let query = "subscription{bookChanged{sequence}}".into();
            let stream = engine.stream(Operation::prepare(query).unwrap());
            // Those that run already have something to say, and must not come first.
            assert!(operations.start(book.to_string(), stream).await.is_none());
            shelf.delete(book).unwrap();
        }
        let mut heard = Vec::new();
        for _ in 0..3 + 2 + 1 {
            let (id, outcome) = operations.next().await;
            heard
                .push((id, serde_json::to_value(outcome).unwrap()["data"]["bookChanged"]["sequence"].take()));
        }
        heard.sort_by_key(|(id, sequence)| (id.clone(), sequence.to_string()));
        let expected = [("1", "1"), ("1", "2"), ("1", "3"), ("2", "2"), ("2", "3"), ("3", "3")];
        assert_eq!(heard, expected.map(|(id, sequence)| (id.to_owned(), sequence.into())));
    }
}

//! What one browser is told, as server-sent events. When it reads slowly, this waits for it, and nobody else does.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Sse};
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use serde_json::json;
use socket_trace::page_feed::json_array;
use tokio::sync::watch;

use super::Live;
use super::answer::Refusal;
use super::readers::{Reader, Readers};

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(super) struct Place {
    /// The id of the last event that was got; for those who cannot say it as `Last-Event-ID`.
    after: Option<String>,
}

/// `GET /api/stream`
pub(super) async fn stream(
    State(live): State<Arc<Live>>,
    Query(place): Query<Place>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let Some(reader) = live.readers.enter() else {
        return Err(Refusal(StatusCode::SERVICE_UNAVAILABLE, Readers::too_many()));
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).or(place.after.as_deref());
    let browser = Browser::new(live, last.unwrap_or_default(), reader);
    let events = unfold(browser, |mut browser| async move {
        let event = browser.next().await?;
        Some((Ok::<_, Infallible>(event), browser))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// One browser, and how far it has read.
struct Browser {
    live: Arc<Live>,
    /// The number of the last item that it got.
    seq: u64,
    last: watch::Receiver<u64>,
    told: [(&'static str, watch::Receiver<Option<Arc<str>>>); 4],
    due: VecDeque<Event>,
    _reader: Reader,
}

impl Browser {
    fn new(live: Arc<Live>, last: &str, reader: Reader) -> Self {
        let seq = last.strip_prefix(&live.boot).and_then(|rest| rest.strip_prefix('-')?.parse().ok());
        // An id of another run, or of none, says nothing.
        let seq = seq.filter(|seq| *seq <= *live.history.last().borrow()).unwrap_or(0);
        let told = [
            ("comparison", &live.comparison),
            ("sockets", &live.sockets),
            ("watching", live.watching.told()),
            ("failed", &live.failed),
        ]
        .map(|(kind, told)| {
            let mut news = told.subscribe();
            news.mark_changed();
            (kind, news)
        });
        let due = VecDeque::from([event("hello", &live.hello())]);
        Self { last: live.history.last(), seq, told, due, _reader: reader, live }
    }

    /// The next event; `None` at the shutdown.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.live.shutdown.is_cancelled() {
                return None;
            }
            if let Some(event) = self.due.pop_front() {
                return Some(event);
            }
            self.last.mark_unchanged();
            self.look();
            if self.due.is_empty() {
                self.wait().await;
            }
        }
    }

    /// What has happened since the last look.
    fn look(&mut self) {
        for (kind, news) in &mut self.told {
            if news.has_changed().unwrap_or(false)
                && let Some(told) = &*news.borrow_and_update()
            {
                self.due.push_back(Event::default().event(*kind).data(&**told));
            }
        }
        let Some(batch) = self.live.history.after(self.seq) else { return };
        let id = |seq: u64| format!("{}-{seq}", self.live.boot);
        if batch.dropped > 0 {
            let dropped = event("dropped", &json!({ "count": batch.dropped }));
            self.due.push_back(dropped.id(id(self.seq + batch.dropped)));
        }
        if !batch.items.is_empty() {
            let items = Event::default().event("items").data(json_array(&batch.items));
            self.due.push_back(items.id(id(batch.last)));
        }
        self.seq = batch.last;
    }

    async fn wait(&mut self) {
        let [(_, one), (_, two), (_, three), (_, four)] = &mut self.told;
        // None of them fails: the other ends are in `live`. What has changed is for `look` to see, and not seen yet.
        tokio::select! {
            () = self.live.shutdown.cancelled() => {}
            _ = self.last.changed() => {}
            _ = one.changed() => one.mark_changed(),
            _ = two.changed() => two.mark_changed(),
            _ = three.changed() => three.mark_changed(),
            _ = four.changed() => four.mark_changed(),
        }
    }
}

fn event(kind: &str, value: &impl Serialize) -> Event {
    // What the page is told has no part that JSON could not say.
    Event::default().event(kind).json_data(value).unwrap_or_default()
}

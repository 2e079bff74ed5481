//! `GET /api/stream`: the server-sent events for one page. A slow page delays no other.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State as FromState;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Sse};
use futures_util::stream::unfold;
use serde::Serialize;
use serde_json::json;
use socket_trace::page_feed::json_array;
use tokio::sync::watch;

use super::hello::hello;
use super::open_pages::{MAX_PAGES, OpenPage};
use crate::live::response::{ErrorResponse, query_value};
use crate::live::state::State;

/// Handles `GET /api/stream`. The query parameter `after` is the id of the event that the client received last, for
/// clients that cannot send `Last-Event-ID`.
pub(crate) async fn stream(
    FromState(state): FromState<Arc<State>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ErrorResponse> {
    let Some(page) = state.open_pages.open() else {
        let message = format!("{MAX_PAGES} pages are open, which is the maximum; close one of them");
        return Err(ErrorResponse(StatusCode::SERVICE_UNAVAILABLE, message));
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let last = last.map(str::to_owned).or_else(|| query_value(&uri, "after"));
    let events = unfold(PageStream::new(state, &last.unwrap_or_default(), page), |mut stream| async move {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// The stream of server-sent events for one open page.
struct PageStream {
    state: Arc<State>,
    /// Id of the events that the page shows.
    feed_id: String,
    /// Number of the last event of the history that was sent to the page.
    seq: u64,
    newest_seq: watch::Receiver<u64>,
    /// JSON values that are sent when they change, each with the name of its server-sent event.
    values: [(&'static str, watch::Receiver<Option<Arc<str>>>); 6],
    pending: VecDeque<Event>,
    _page: OpenPage,
}

impl PageStream {
    fn new(state: Arc<State>, last_event_id: &str, page: OpenPage) -> Self {
        let feed_id = state.feed_id();
        let seq = last_event_id.strip_prefix(&feed_id).and_then(|rest| rest.strip_prefix('-')?.parse().ok());
        // Starts from the beginning if the id belongs to another run or is missing.
        let seq = seq.filter(|seq| *seq <= *state.history.newest().borrow()).unwrap_or(0);
        let values = [
            ("comparison", state.comparison.subscribe()),
            ("sockets", state.socket_table.subscribe()),
            ("watching", state.watchers.json().subscribe()),
            ("failed", state.feed_error.subscribe()),
            ("wire", state.wire.latest.subscribe()),
            ("room", state.room_summary.subscribe()),
        ];
        let mut pending = VecDeque::from([event("hello", &hello(&state))]);
        if seq == 0 {
            let openings = state.history.older_openings(0);
            let openings_event = Event::default().event("openings").data(json_array(&openings));
            pending.extend((!openings.is_empty()).then_some(openings_event));
        }
        Self { newest_seq: state.history.newest(), feed_id, seq, values, pending, _page: page, state }
    }

    /// Returns the next event, or `None` after the shutdown.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.state.shutdown.is_cancelled() {
                return None;
            }
            if let Some(event) = self.pending.pop_front() {
                return Some(event);
            }
            self.newest_seq.mark_unchanged();
            self.collect();
            if self.pending.is_empty() {
                self.wait().await;
            }
        }
    }

    /// Adds to the pending server-sent events: new events of the history, and each value of `values` that has
    /// changed since the previous call.
    fn collect(&mut self) {
        let feed_id = self.state.feed_id();
        if feed_id != self.feed_id {
            // The page clears its state and reads from the beginning.
            (self.feed_id, self.seq) = (feed_id, 0);
            self.pending.push_back(event("hello", &hello(&self.state)));
        }
        for (kind, receiver) in &mut self.values {
            if receiver.has_changed().unwrap_or(false)
                && let Some(json) = &*receiver.borrow_and_update()
            {
                self.pending.push_back(Event::default().event(*kind).data(&**json));
            }
        }
        let Some(batch) = self.state.history.after(self.seq) else { return };
        let id = |seq: u64| format!("{}-{seq}", self.feed_id);
        if batch.dropped > 0 {
            let dropped = event("dropped", &json!({ "count": batch.dropped }));
            self.pending.push_back(dropped.id(id(self.seq + batch.dropped)));
        }
        if !batch.items.is_empty() {
            let items = Event::default().event("items").data(json_array(&batch.items));
            self.pending.push_back(items.id(id(batch.last)));
        }
        self.seq = batch.last;
    }

    async fn wait(&mut self) {
        let [(_, one), (_, two), (_, three), (_, four), (_, five), (_, six)] = &mut self.values;
        // `changed` cannot fail, because `state` holds the senders. It also marks the value as seen, which is
        // undone here for `collect`.
        tokio::select! {
            () = self.state.shutdown.cancelled() => {}
            _ = self.newest_seq.changed() => {}
            _ = one.changed() => one.mark_changed(),
            _ = two.changed() => two.mark_changed(),
            _ = three.changed() => three.mark_changed(),
            _ = four.changed() => four.mark_changed(),
            _ = five.changed() => five.mark_changed(),
            _ = six.changed() => six.mark_changed(),
        }
    }
}

fn event(kind: &str, value: &impl Serialize) -> Event {
    // These values have no part that JSON cannot represent.
    Event::default().event(kind).data(serde_json::to_string(value).unwrap_or_default())
}

//! `GET /api/room/stream`: the server-sent events for one participant. They contain no data of other participants.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Request, State as FromState};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Sse};
use futures_util::stream::unfold;
use hardening_http::origin::target_authority;
use serde_json::json;
use socket_trace::page_feed::json_array;
use tokio::sync::watch;

use super::Room;
use super::participants::OpenStream;
use super::{commands, handlers};
use crate::live::response::ErrorResponse;
use crate::live::server::hello::hello_of_participant;
use crate::live::state::State;

/// Number of events that a new page gets, besides the calls that opened the listening sockets: enough for the tour, or for the
/// last steps. 2,000 events are about 1 MB.
const FIRST_EVENTS: u64 = 2_000;

/// Handles `GET /api/room/stream`.
pub(crate) async fn stream(
    FromState(state): FromState<Arc<State>>,
    request: Request,
) -> Result<impl IntoResponse, ErrorResponse> {
    let id = handlers::participant(&state, &request)?;
    let room = Arc::clone(handlers::room(&state)?);
    let Some(open) = room.participants.open(id) else {
        let message = "this participant has too many open pages; close one of them";
        return Err(ErrorResponse(StatusCode::SERVICE_UNAVAILABLE, message.to_owned()));
    };
    let host = target_authority(request.headers(), request.uri());
    let host = host.as_ref().map_or("localhost", |authority| authority.host()).to_owned();
    room.publish();
    let stream = ParticipantStream::new(state, room, open, host);
    let events = unfold(stream, |mut stream| async move {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// The events for one page of a participant.
struct ParticipantStream {
    state: Arc<State>,
    room: Arc<Room>,
    open: OpenStream,
    /// Name or address under which the participant's browser has reached this machine.
    host: String,
    /// Number of times that the shared events were cleared before the last hello; `None` before the first.
    cleared: Option<u64>,
    /// The calls that opened the listening sockets, if they are older than the events that are sent.
    openings: Vec<Arc<str>>,
    /// Number of the last shared event that was sent.
    seq: u64,
    newest_seq: watch::Receiver<u64>,
    /// What the presenter shows, as JSON.
    shown: watch::Receiver<Option<Arc<str>>>,
    /// Number of the last change of the participant's connections that was sent.
    change: u64,
}

impl ParticipantStream {
    fn new(state: Arc<State>, room: Arc<Room>, open: OpenStream, host: String) -> Self {
        let newest_seq = room.shared.newest();
        let seq = newest_seq.borrow().saturating_sub(FIRST_EVENTS);
        let openings = room.shared.older_openings(seq);
        let shown = room.shown_json.subscribe();
        Self { state, room, open, host, cleared: None, openings, seq, newest_seq, shown, change: 0 }
    }

    /// Returns the hello for a new page, or for a page whose events were cleared. `None` if the page has received it.
    fn hello(&mut self) -> Option<Event> {
        let cleared = self.room.shared.cleared();
        if self.cleared == Some(cleared) {
            return None;
        }
        if self.cleared.replace(cleared).is_some() {
            // The page clears its state and reads from the beginning.
            self.seq = 0;
            self.openings.clear();
        }
        let page = page::Hello {
            boot: format!("{}.{cleared}", self.state.run_id),
            operations: commands::operations(&self.state, &self.open.name, &self.host),
            ..hello_of_participant(&self.state)
        };
        let predictions = self.room.predictions.of(self.open.id);
        let hello = json!({ "name": self.open.name.to_string(), "page": page, "predictions": predictions });
        Some(Event::default().event("hello").data(hello.to_string()))
    }

    /// Returns the next event, or `None` after the shutdown and after the participant was removed.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.state.shutdown.is_cancelled() {
                return None;
            }
            self.newest_seq.mark_unchanged();
            if let Some(hello) = self.hello() {
                return Some(hello);
            }
            self.open.changes.mark_unchanged();
            let (connections, change) = self.room.participants.changed(self.open.id, self.change)?;
            self.change = change;
            if !connections.is_empty() {
                return Some(Event::default().event("connections").data(json_array(&connections)));
            }
            if self.shown.has_changed().unwrap_or(false)
                && let Some(shown) = &*self.shown.borrow_and_update()
            {
                return Some(Event::default().event("shown").data(&**shown));
            }
            let openings = std::mem::take(&mut self.openings);
            if !openings.is_empty() {
                return Some(items(&openings));
            }
            if let Some(batch) = self.room.shared.after(self.seq) {
                self.seq = batch.last;
                if !batch.items.is_empty() {
                    return Some(items(&batch.items));
                }
                continue;
            }
            tokio::select! {
                () = self.state.shutdown.cancelled() => return None,
                // Fails when the participant was removed.
                changed = self.open.changes.changed() => changed.ok()?,
                _ = self.newest_seq.changed() => {}
                // Fails never, because the room holds the sender. Marked for the check above.
                _ = self.shown.changed() => self.shown.mark_changed(),
            }
        }
    }
}

fn items(items: &[Arc<str>]) -> Event {
    Event::default().event("items").data(json_array(items))
}

impl Drop for ParticipantStream {
    fn drop(&mut self) {
        self.room.participants.close(&self.open);
        self.room.publish();
    }
}

//! The feed: reads events from the growing trace files into the history.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hardening_http::Shutdown;
use serde_json::json;
use server_kit::stderr::print_line;
use socket_trace::page_feed::{DETAIL, PageFeed};
use socket_trace::reader::Error;
use socket_trace::timeline::{AnnotatedEvents, Next, Recording, Timeline};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::history::History;
use super::listeners::Listeners;
use super::terminal::Terminal;
use crate::gated_stdout::GatedStdout;
use crate::live::latest_json::LatestJson;
use crate::live::room::Room;
use crate::live::room::attribution::{Attribution, Visibility};
use crate::recordings::Recordings;

/// Maximum number of events that the feed reads from the trace files before it adds them to the history.
const BATCH: usize = 256;

/// Pause before the trace files are checked for new events again.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Where the feed stores the events.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// All events.
    pub(crate) history: Arc<History>,
    /// The room, if there is one.
    pub(crate) room: Option<Arc<Room>>,
}

/// Starts a thread that reads events from the recordings until the shutdown, and prints those of servers on `live_output`.
/// Returns a description of each recording.
pub(crate) async fn start(
    recordings: Vec<Recordings>,
    destination: Destination,
    feed_error: LatestJson,
    live_output: GatedStdout,
    shutdown: Shutdown,
) -> io::Result<Vec<Recording>> {
    let (opened, wait_opened) = oneshot::channel();
    let runtime = Handle::current();
    let paths: Vec<_> = recordings.iter().flat_map(Recordings::files).map(|(_, path)| path).collect();
    let flush = move || {
        for recordings in &recordings {
            runtime.block_on(recordings.flush());
        }
    };
    let follow = move || match Timeline::follow(&paths) {
        Ok(timeline) => {
            // The receiver is gone if the future of this function has been dropped.
            let _ = opened.send(Ok(timeline.recordings().to_vec()));
            let terminal = Terminal::new(timeline.recordings(), live_output);
            let events = AnnotatedEvents::new(timeline).with_detail(DETAIL);
            if let Err(error) = read(events, &destination, terminal, flush, &shutdown) {
                let message = format!("the live page receives no further events: {error}");
                warn(&message);
                feed_error.publish(&json!({ "error": message }).to_string());
            }
        }
        Err(error) => _ = opened.send(Err(error)),
    };
    thread::Builder::new().name("feed".to_owned()).spawn(follow)?;
    wait_opened.await.map_err(io::Error::other)?.map_err(io::Error::other)
}

fn read(
    mut events: AnnotatedEvents,
    destination: &Destination,
    mut terminal: Terminal,
    flush: impl Fn(),
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let recordings = events.timeline().recordings().to_vec();
    let began_ns = recordings.iter().map(|recording| recording.header.monotonic_ns).min().unwrap_or_default();
    let (mut items, mut missed) = (PageFeed::default(), 0);
    let mut listeners = Listeners::default();
    let mut attribution = destination.room.clone().map(Attribution::new);
    while !shutdown.is_cancelled() {
        let (began, mut batch) = (Instant::now(), Vec::with_capacity(BATCH));
        let mut shared = Vec::new();
        let next = loop {
            let next = events.next_or_pending()?;
            let Next::Event(event) = &next else { break next };
            terminal.print(event);
            let at = began_ns + event.timed.at;
            let item = items.next(event, &recordings).map_err(serialization_error)?;
            listeners.observe(event, &recordings, &item);
            if let Some(attribution) = &mut attribution {
                let visibility = attribution.observe(event, &recordings, &item);
                if visibility != Visibility::PresenterOnly {
                    shared.push((visibility, (at, item.clone())));
                }
            }
            batch.push((at, item));
            if batch.len() == BATCH {
                break next;
            }
        };
        destination.history.push(batch, &listeners);
        if let (Some(room), Some(attribution)) = (&destination.room, &mut attribution) {
            let visible = shared.into_iter().filter(|(visibility, _)| attribution.is_visible(*visibility));
            room.shared.push(visible.map(|(_, item)| item).collect(), attribution.listeners());
            attribution.publish_new_calls();
        }
        if events.timeline().missed_parts() > missed {
            missed = events.timeline().missed_parts();
            warn(&format!(
                "the live page has missed {missed} trace files that were deleted before it read them; \
                 raise --trace-limit to keep more"
            ));
        }
        match next {
            // Uses at most half of one processor: under load the feed falls behind, and catches up later.
            Next::Event(_) => thread::sleep(began.elapsed()),
            Next::Pending => {
                thread::sleep(POLL_INTERVAL);
                // A recorder's thread may be delayed. After the flush no earlier event can appear any more.
                if events.timeline().is_holding() {
                    flush();
                }
                events.settle()?;
            }
            Next::End => break,
        }
    }
    Ok(())
}

fn warn(message: &str) {
    print_line(format_args!("workshop: warning: {message}"));
}

fn serialization_error(error: io::Error) -> Error {
    Error::Io { source: "an event".to_owned(), error }
}

//! Reads the trace files as they grow, into the history: what the page shows is what they say.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hardening_http::Shutdown;
use serde_json::json;
use socket_trace::page_feed::PageFeed;
use socket_trace::reader::Error;
use socket_trace::timeline::{AnnotatedEvents, Next};
use socket_trace::timeline::{Recording, Timeline};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::Told;
use super::history::History;
use crate::lane::Recordings;

/// After so many events it looks up.
const BATCH: usize = 256;

/// How often it looks whether the files have grown.
const LOOK: Duration = Duration::from_millis(50);

/// Begins to read, until the shutdown. Returns whose recordings they are.
pub(super) async fn start(
    recorded: Vec<Recordings>,
    history: Arc<History>,
    failed: Told,
    shutdown: Shutdown,
) -> io::Result<Vec<Recording>> {
    let (tell, told) = oneshot::channel();
    let runtime = Handle::current();
    let traces: Vec<_> = recorded.iter().flat_map(super::traces).map(|(_, path)| path).collect();
    let flush = move || {
        for recordings in &recorded {
            runtime.block_on(recordings.flush());
        }
    };
    let follow = move || match Timeline::follow(&traces) {
        Ok(timeline) => {
            // Whoever asked may have gone.
            let _ = tell.send(Ok(timeline.recordings().to_vec()));
            if let Err(error) = read(AnnotatedEvents::new(timeline), &history, flush, &shutdown) {
                let why = format!("the page shows nothing new any more: {error}");
                warn(&why);
                failed.send_replace(Some(json!({ "error": why }).to_string().into()));
            }
        }
        Err(error) => _ = tell.send(Err(error)),
    };
    thread::Builder::new().name("feed".to_owned()).spawn(follow)?;
    told.await.map_err(io::Error::other)?.map_err(io::Error::other)
}

fn read(
    mut events: AnnotatedEvents,
    history: &History,
    flush: impl Fn(),
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let recordings = events.timeline().recordings().to_vec();
    let (mut items, mut missed) = (PageFeed::default(), 0);
    while !shutdown.is_cancelled() {
        let (began, mut batch) = (Instant::now(), Vec::with_capacity(BATCH));
        let next = loop {
            let sight = events.next_or_pending()?;
            let Next::Event(annotated) = &sight else { break sight };
            batch.push(items.next(annotated, &recordings).map_err(unsaid)?);
            if batch.len() == BATCH {
                break sight;
            }
        };
        history.push(batch);
        if events.timeline().missed_parts() > missed {
            missed = events.timeline().missed_parts();
            warn(&format!("the page has fallen behind: {missed} files of recordings were deleted unread"));
        }
        match next {
            // Half of a processor is enough: under load it falls behind, and catches up afterwards.
            Next::Event(_) => thread::sleep(began.elapsed()),
            Next::Pending => {
                thread::sleep(LOOK);
                // So that no earlier event comes behind it, however long a recorder's thread is held up.
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

fn warn(why: &str) {
    // Nobody may be reading.
    let _ = writeln!(io::stderr(), "workshop: warning: {why}");
}

fn unsaid(error: io::Error) -> Error {
    Error::Io { source: "an event".to_owned(), error }
}

//! Recordings as a page: a single, self-contained HTML file.
//!
//! # Layout
//!
//! - [`Report`]: reads trace files, and makes a page with their events and their comparison
//! - `lanes`: groups the recordings by name, since the page has one lane for each name
//! - [`html`]: makes the page from events and a comparison that are already JSON

mod lanes;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use page::Hello;
use socket_tap::event::Op;
use socket_tap::format::Side;

use crate::compare::Comparison;
use crate::page_feed::{DETAIL, PageFeed, RecentEvents, json_array};
use crate::reader::{Error as TraceError, Trace};
use crate::summary::{RecordingState, Scope, Summary};
use crate::timeline::{AnnotatedEvents, Recording, Timeline};
use lanes::Lanes;
pub use lanes::title;

/// An HTML page made from traces.
#[derive(Debug)]
pub struct Report {
    /// The page as HTML.
    pub html: String,
    /// Number of the oldest events that the page omits, because the number of events on a page is limited.
    pub omitted: u64,
    /// The traces on one time line, read to their ends.
    pub timeline: Timeline,
}

/// Reason why no page could be made.
#[derive(Debug)]
pub enum Error {
    /// A trace cannot be read.
    Trace(TraceError),
    /// The events cannot be converted to JSON.
    Json(std::io::Error),
}

impl Report {
    /// Makes a page from traces. Reads each trace twice: once for its events, and once for the comparison.
    ///
    /// # Errors
    /// A trace cannot be read, or its events cannot be converted to JSON.
    pub fn of(traces: &[PathBuf]) -> Result<Self, Error> {
        let open = || traces.iter().map(Trace::open).collect::<Result<Vec<_>, _>>();
        let mut events = AnnotatedEvents::new(Timeline::of(open()?)).with_detail(DETAIL);
        let (mut items, mut kept) = (PageFeed::default(), RecentEvents::default());
        let (mut packet_items, mut packets) = (PageFeed::default(), RecentEvents::default());
        let mut lanes = Lanes::of(events.timeline().recordings());
        while let Some(annotated) = events.next_event()? {
            let recordings = events.timeline().recordings();
            // Packets are apart, because only one screen shows them.
            if matches!(annotated.timed.event.op, Op::Packet(_)) {
                packets.push(packet_items.next(&annotated, recordings).map_err(Error::Json)?);
            } else {
                lanes.observe(&annotated);
                kept.push(items.next(&annotated, recordings).map_err(Error::Json)?);
            }
        }
        let wire =
            wire(events.timeline().recordings(), &packets).map_err(|error| Error::Json(error.into()))?;
        let with_sockets = open()?.into_iter().filter(|trace| trace.header().side != Side::Wire);
        let summaries =
            Summary::of_all(with_sockets, RecordingState::Finished, Scope::default(), &mut |_, _| {})?;
        let comparison = Comparison::of(summaries);
        let comparison = serde_json::to_string(&comparison).map_err(|error| Error::Json(error.into()))?;
        let (lanes, plain) = lanes.finish();
        let hello = Hello {
            boot: "report".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            first: kept.first(),
            last: kept.last(),
            recordings: with_sockets_only(events.timeline().recordings()).map(Into::into).collect(),
            lanes,
            plain,
            operations: Vec::new(),
            database: None,
            wire: None,
        };
        let html = html(&hello, kept.after(0), Some(&comparison), wire.as_deref())
            .map_err(|error| Error::Json(error.into()))?;
        let omitted = kept.first() - 1 + packets.first() - 1;
        Ok(Self { html, omitted, timeline: events.into_timeline() })
    }
}

/// Returns the recordings of programs, without those of the network.
fn with_sockets_only(recordings: &[Recording]) -> impl Iterator<Item = &Recording> {
    recordings.iter().filter(|recording| recording.header.side != Side::Wire)
}

/// Returns the recordings of networks and their packets as JSON. `None` if there are no packets.
fn wire(recordings: &[Recording], packets: &RecentEvents) -> serde_json::Result<Option<String>> {
    if packets.last() == 0 {
        return Ok(None);
    }
    let wires = recordings.iter().filter(|recording| recording.header.side == Side::Wire);
    let wires: Vec<page::hello::Recording> = wires.map(Into::into).collect();
    let (wires, packets) = (serde_json::to_string(&wires)?, json_array(packets.after(0)));
    Ok(Some(format!("{{\"recordings\":{wires},\"packets\":{packets}}}")))
}

/// Builds an HTML page from `hello`, which describes the recordings, and from values that are already JSON: events
/// (`items`), a comparison, and the packets of a network or the result of a scenario (`wire`).
///
/// # Errors
/// `hello` cannot be converted to JSON, which does not happen in practice.
pub fn html<'a>(
    hello: &Hello,
    items: impl IntoIterator<Item = &'a Arc<str>>,
    comparison: Option<&str>,
    wire: Option<&str>,
) -> serde_json::Result<String> {
    let (hello, items) = (serde_json::to_string(hello)?, json_array(items));
    let (comparison, wire) = (comparison.unwrap_or("null"), wire.unwrap_or("null"));
    let recording =
        format!("{{\"hello\":{hello},\"items\":{items},\"comparison\":{comparison},\"wire\":{wire}}}");
    Ok(page::report(&recording))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(error) => error.fmt(f),
            Self::Json(error) => write!(f, "cannot convert the recording to JSON: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<TraceError> for Error {
    fn from(error: TraceError) -> Self {
        Self::Trace(error)
    }
}

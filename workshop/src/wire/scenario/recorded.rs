//! The result of a scenario, read from its recordings.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use socket_tap::event::Op;
use socket_tap::format::Side;
use socket_trace::page_feed::PageFeed;
use socket_trace::reader::Trace;
use socket_trace::timeline::{AnnotatedEvents, Timeline};

use super::observed::{CallResult, Error, Observed};
use super::request::Request;
use super::run::AFTER;
use super::states::StateChange;
use crate::wire::lab::api::Api;
use crate::wire::lab::packet_trace;

/// A scenario that has run: its conditions, and the events of both ends and of the network between them.
#[derive(Debug, Serialize)]
pub struct Recorded {
    /// The scenario and the conditions of the network.
    pub request: Request,
    /// Title of the scenario.
    pub title: &'static str,
    /// The recordings, as in the page's `hello` message.
    pub recordings: Vec<page::hello::Recording>,
    /// Events in the order of time, as in the page's feed. Those of the servers' start are omitted.
    pub items: Vec<Value>,
    /// The TCP states of both ends, in the order of time, on the time line of the items. Empty for scenarios that are not
    /// about states.
    pub states: Vec<StateChange>,
    /// The results of the calls, if the scenario has calls that can fail.
    pub results: Vec<CallResult>,
}

impl Recorded {
    /// Reads the recordings of a scenario.
    ///
    /// # Errors
    /// If a recording cannot be read.
    pub fn read(request: &Request, directory: &Path, observed: Observed) -> Result<Self, Error> {
        let mut traces = Vec::new();
        for api in Api::ALL {
            for side in [Side::Client, Side::Server] {
                traces.push(Trace::open_recording(api.path(directory, side))?);
            }
        }
        traces.push(Trace::open_recording(packet_trace::path(directory))?);
        let mut events = AnnotatedEvents::new(Timeline::of(traces));
        let recordings = events.timeline().recordings().to_vec();
        let (mut feed, mut items) = (PageFeed::default(), Vec::new());
        while let Some(event) = events.next_event()? {
            let is_mark = matches!(event.timed.event.op, Op::Mark { .. });
            if event.step.as_deref().is_some_and(|step| step != AFTER) && !is_mark {
                items.push(serde_json::from_str(&feed.next(&event, &recordings)?)?);
            }
        }
        let zero = recordings.iter().map(|recording| recording.header.monotonic_ns).min().unwrap_or(0);
        let mut states = observed.states;
        states.iter_mut().for_each(|change| change.at = change.at.saturating_sub(zero));
        Ok(Self {
            request: *request,
            title: request.scenario.title(),
            recordings: recordings.iter().map(Into::into).collect(),
            items,
            states,
            results: observed.results,
        })
    }
}

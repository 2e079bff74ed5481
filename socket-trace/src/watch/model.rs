//! Everything that recordings have shown so far.

use std::io;

use socket_tap::format::text::printable;

use super::call_row::CallRow;
use super::calls::Calls;
use super::phases::Phases;
use crate::sockets::changes::{Marked, mark, unmarked};
use crate::sockets::traced::{add_to_filter, recorder_runs};
use crate::sockets::{Filter, Row, table};
use crate::timeline::connections::Socket;
use crate::timeline::{AnnotatedEvent, Recording};

/// Maximum number of addresses and ports by which sockets are selected.
pub(super) const MAX_ADDRESSES: usize = 256;

/// Everything that recordings have shown so far. Memory is bounded: old calls and connections are dropped.
#[derive(Debug)]
pub struct Model {
    /// Labels of the recordings.
    pub labels: Vec<String>,
    /// `true` if a recording has payload. Without it, API calls are unknown.
    pub has_payload: bool,
    /// `true` once all recordings have ended.
    pub has_ended: bool,
    /// The API calls.
    pub calls: Calls,
    /// The socket calls and packets of the connections.
    pub phases: Phases,
    /// The sockets, or the reason why they are unknown.
    pub sockets: Result<Vec<Marked>, String>,
    /// `true` if the sockets of later addresses and ports are not among them.
    pub has_omitted_sockets: bool,
    filter: Filter,
    before: Option<Vec<Row>>,
}

impl Model {
    /// Creates the model of recordings of which nothing was read yet.
    #[must_use]
    pub fn new(recordings: &[Recording]) -> Self {
        let running =
            recordings.iter().map(|recording| &recording.header).filter(|header| recorder_runs(header));
        Self {
            labels: recordings.iter().map(|recording| printable(&recording.label)).collect(),
            has_payload: recordings.iter().any(|recording| recording.header.capture > 0),
            has_ended: false,
            calls: Calls::default(),
            phases: Phases::default(),
            sockets: Ok(Vec::new()),
            has_omitted_sockets: false,
            filter: Filter { pids: running.map(|header| header.pid).collect(), ..Filter::default() },
            before: None,
        }
    }

    /// Processes the next event of the time line. `operation` returns the operation of an API call in progress.
    pub fn observe(&mut self, annotated: &AnnotatedEvent, operation: impl Fn(Socket, u64) -> Option<String>) {
        self.calls.observe(annotated, operation);
        self.phases.observe(annotated);
        if self.filter.addresses.len() + self.filter.ports.len() < MAX_ADDRESSES {
            add_to_filter(&annotated.timed.event, &mut self.filter);
        } else {
            self.has_omitted_sockets = true;
        }
    }

    /// Returns the label of a call's recording.
    #[must_use]
    pub fn label(&self, call: &CallRow) -> &str {
        self.labels.get(call.recording).map_or("", String::as_str)
    }

    /// Reads the table of sockets again.
    pub fn refresh_sockets(&mut self) {
        // An empty filter would match the sockets of all programs.
        let rows = if self.filter.is_empty() { Ok(Vec::new()) } else { table(&self.filter) };
        self.set_sockets(rows);
    }

    pub(super) fn set_sockets(&mut self, rows: io::Result<Vec<Row>>) {
        self.sockets = match rows {
            Ok(now) => {
                let marked = self.before.as_ref().map_or_else(|| unmarked(&now), |before| mark(before, &now));
                self.before = Some(now);
                Ok(marked)
            }
            Err(error) => Err(error.to_string()),
        };
    }
}

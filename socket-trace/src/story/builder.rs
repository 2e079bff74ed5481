//! Groups the calls of one API while they are read.

use std::collections::BTreeMap;

use socket_tap::format::Side;

use super::group::CallGroup;
use super::model::{Row, Story, StoryPhase};
use super::names::in_order;
use super::phase::Phase;

/// Maximum number of descriptions in a row. Further ones are dropped.
const MAX_CARRIED: usize = 8;

/// The purpose of a call. The calls of one phase with the same purpose are in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// Creates the listening socket.
    Listen,
    /// Creates the socket of a connection.
    Create,
    /// Connects or accepts.
    Handshake,
    /// Sends bytes or the end of the stream.
    Send,
    /// Receives bytes or the end of the stream.
    Receive,
    /// Releases a socket that has ended its stream before.
    Release,
}

/// A call that belongs to the story.
pub(super) struct Observed<'a> {
    pub(super) at: u64,
    pub(super) phase: Phase,
    pub(super) side: Side,
    pub(super) purpose: Purpose,
    pub(super) kind: &'a str,
    pub(super) bytes: u64,
    pub(super) carries: String,
}

/// The rows of one API so far.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) protocol: Option<&'static str>,
    rows: BTreeMap<(Phase, Place), RowBuilder>,
    kinds: BTreeMap<&'static str, Vec<String>>,
    /// Bytes that each recorded side has read and written.
    bytes: BTreeMap<&'static str, u64>,
    has_payload: bool,
}

/// The place of a row in its phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Create,
    Handshake,
    To(Side),
    Release,
}

#[derive(Debug, Default)]
struct RowBuilder {
    /// Time of the first call.
    first: Option<u64>,
    /// Time of the first call that sends.
    first_sent: Option<u64>,
    client: Option<CallGroup>,
    server: Option<CallGroup>,
    sent: Vec<String>,
    received: Vec<String>,
}

impl Builder {
    pub(super) fn add(&mut self, call: &Observed<'_>) {
        let place = match call.purpose {
            Purpose::Listen | Purpose::Create => Place::Create,
            Purpose::Handshake => Place::Handshake,
            Purpose::Send => Place::To(other(call.side)),
            Purpose::Receive => Place::To(call.side),
            Purpose::Release => Place::Release,
        };
        self.has_payload |= !call.carries.is_empty();
        let bytes = self.bytes.entry(call.side.name()).or_default();
        *bytes = bytes.saturating_add(call.bytes);
        if call.purpose != Purpose::Listen {
            let kinds = self.kinds.entry(call.side.name()).or_default();
            if !kinds.iter().any(|known| known == call.kind) {
                kinds.push(call.kind.to_owned());
            }
        }
        self.rows.entry((call.phase, place)).or_default().add(call);
    }

    pub(super) fn finish(self, api: &str) -> Story {
        let bytes = self.bytes.get("server").or_else(|| self.bytes.get("client")).copied().unwrap_or(0);
        let mut phases: Vec<StoryPhase> =
            Phase::ALL.map(|phase| StoryPhase { phase, rows: Vec::new(), note: None }).into();
        let mut rows: Vec<_> = self.rows.into_iter().collect();
        // Create, handshake and release have their places. When both sides agree, the client is first, because the order
        // varies between runs. Otherwise directions are in the order of their first calls.
        rows.sort_by_key(|((phase, place), row)| {
            let (rank, at) = match place {
                Place::Create => (0, None),
                Place::Handshake => (1, None),
                Place::To(side) if *phase == Phase::Agree => (2, Some(u64::from(*side == Side::Client))),
                Place::To(_) => (2, row.first_sent.or(row.first)),
                Place::Release => (3, None),
            };
            (*phase, rank, at, *place)
        });
        for ((phase, place), row) in rows {
            if let Some(of_phase) = phases.iter_mut().find(|of_phase| of_phase.phase == phase) {
                of_phase.rows.push(row.finish(place));
            }
        }
        for of_phase in phases.iter_mut().filter(|of_phase| of_phase.rows.is_empty()) {
            of_phase.note = Some(note(of_phase.phase, self.protocol, self.has_payload));
        }
        Story { api: api.to_owned(), protocol: self.protocol, bytes, phases, kinds: self.kinds }
    }
}

/// Returns why a phase has no calls.
fn note(phase: Phase, protocol: Option<&str>, has_payload: bool) -> &'static str {
    match phase {
        Phase::Open => "opened before",
        Phase::Agree if !has_payload => "unknown: no payload was recorded",
        Phase::Agree if protocol == Some("HTTP/1.1") => "nothing: HTTP/1.1 starts with the request",
        Phase::Agree => "nothing",
        Phase::Request => "no request",
        Phase::Response => "no response",
        Phase::Close => "still open",
    }
}

impl RowBuilder {
    fn add(&mut self, call: &Observed<'_>) {
        let sends = call.purpose == Purpose::Send;
        self.first.get_or_insert(call.at);
        if sends {
            self.first_sent.get_or_insert(call.at);
        }
        let (group, carried) = match (call.side, sends) {
            (Side::Server, true) => (&mut self.server, &mut self.sent),
            (Side::Server, false) => (&mut self.server, &mut self.received),
            (_, true) => (&mut self.client, &mut self.sent),
            (_, false) => (&mut self.client, &mut self.received),
        };
        group.get_or_insert_default().add(call.kind, call.bytes);
        describe_once(carried, &call.carries);
    }

    fn finish(self, place: Place) -> Row {
        let to = match place {
            Place::Handshake => Some(Side::Server),
            Place::To(side) => Some(side),
            Place::Create | Place::Release => None,
        };
        let carries = if self.sent.is_empty() { self.received } else { self.sent };
        Row { to, client: self.client, server: self.server, carries }
    }
}

/// Adds a description that is not known yet. A message in several calls is described once: `GET /…` and `…GET /`.
fn describe_once(carried: &mut Vec<String>, description: &str) {
    let bare = description.trim_matches('…');
    let known = carried.iter().position(|known| known.trim_end_matches('…') == bare);
    if let Some(known) = known.and_then(|known| carried.get_mut(known)) {
        // The message ends here.
        if !description.ends_with('…') {
            bare.clone_into(known);
        }
    } else if !bare.is_empty() && carried.len() < MAX_CARRIED {
        carried.push(description.trim_start_matches('…').to_owned());
    }
}

fn other(side: Side) -> Side {
    if side == Side::Server { Side::Client } else { Side::Server }
}

impl Story {
    /// Returns the kinds of calls of both sides with the connections' sockets.
    pub(super) fn kinds_of(&self, side: Side) -> Option<Vec<String>> {
        self.kinds.get(side.name()).map(|kinds| in_order(kinds.iter().map(String::as_str)))
    }
}

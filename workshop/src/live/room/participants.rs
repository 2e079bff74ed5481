//! Who has joined the room, with the connections that belong to each participant.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

use super::name::Name;
use crate::live::token::Token;

/// Maximum number of participants.
const MAX_PARTICIPANTS: usize = 200;

/// Maximum number of connections that are kept for a participant.
const MAX_CONNECTIONS: usize = 30;

/// Maximum number of pages that a participant may have open.
const MAX_STREAMS: usize = 3;

/// The participants, by the keys of their names.
#[derive(Debug, Default)]
pub(crate) struct Participants(Mutex<BTreeMap<String, Participant>>);

#[derive(Debug)]
struct Participant {
    name: Name,
    /// Secret in the cookie of the participant's browser.
    session: Token,
    /// Address from which the participant joined.
    address: IpAddr,
    calls: u64,
    streams: usize,
    /// The newest connections: the number of the change, the number of the connection, and its JSON.
    connections: VecDeque<(u64, u64, Arc<str>)>,
    /// Number of the newest change of `connections`.
    changes: watch::Sender<u64>,
}

/// What the presenter sees of a participant.
#[derive(Serialize)]
pub(crate) struct Summary {
    name: String,
    calls: u64,
    /// Number of open pages.
    pages: usize,
    address: IpAddr,
}

/// Why a name cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Taken,
    Full,
}

/// A page of a participant, until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenStream {
    pub(crate) key: String,
    pub(crate) name: Name,
    pub(crate) changes: watch::Receiver<u64>,
}

impl Participants {
    /// Adds a participant.
    pub(crate) fn join(&self, name: Name, session: Token, address: IpAddr) -> Result<(), Refused> {
        let mut all = self.lock();
        let key = name.key();
        if all.contains_key(&key) {
            return Err(Refused::Taken);
        }
        if all.len() >= MAX_PARTICIPANTS {
            return Err(Refused::Full);
        }
        let changes = watch::Sender::new(0);
        let participant = Participant {
            name,
            session,
            address,
            calls: 0,
            streams: 0,
            connections: VecDeque::new(),
            changes,
        };
        all.insert(key, participant);
        Ok(())
    }

    /// Removes a participant by the presenter's choice, so that the name is free again.
    pub(crate) fn remove(&self, name: &str) -> bool {
        self.lock().remove(&name.to_ascii_lowercase()).is_some()
    }

    /// Returns the name of the participant with this session.
    pub(crate) fn name_of(&self, session: &str) -> Option<Name> {
        self.lock().values().find(|found| found.session.is(session)).map(|found| found.name.clone())
    }

    /// Opens a page of the participant. Returns `None` if the participant has left, or has too many open pages.
    pub(crate) fn open(&self, name: &Name) -> Option<OpenStream> {
        let mut all = self.lock();
        let participant = all.get_mut(&name.key()).filter(|found| found.streams < MAX_STREAMS)?;
        participant.streams += 1;
        let changes = participant.changes.subscribe();
        Some(OpenStream { key: name.key(), name: participant.name.clone(), changes })
    }

    /// Counts a page as closed.
    pub(crate) fn close(&self, stream: &OpenStream) {
        if let Some(participant) = self.lock().get_mut(&stream.key) {
            participant.streams = participant.streams.saturating_sub(1);
        }
    }

    /// Returns `true` if there is a participant with this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.lock().contains_key(key)
    }

    /// Returns the key of the only participant at this address. `None` if there are several: their calls cannot be
    /// distinguished.
    pub(crate) fn only_at(&self, address: IpAddr) -> Option<String> {
        let all = self.lock();
        let mut found = all.iter().filter(|(_, participant)| participant.address == address);
        match (found.next(), found.next()) {
            (Some((key, _)), None) => Some(key.clone()),
            _ => None,
        }
    }

    /// Stores the state of a connection, which replaces its earlier state, and counts `calls` calls.
    pub(crate) fn update(&self, key: &str, connection: u64, json: String, calls: u64) {
        let mut all = self.lock();
        let Some(participant) = all.get_mut(key) else { return };
        participant.calls += calls;
        let change = *participant.changes.borrow() + 1;
        participant.connections.retain(|(_, number, _)| *number != connection);
        participant.connections.push_back((change, connection, json.into()));
        if participant.connections.len() > MAX_CONNECTIONS {
            participant.connections.pop_front();
        }
        participant.changes.send_replace(change);
    }

    /// Returns the connections that have changed after the change number `after`, and the number of the newest change.
    pub(crate) fn changed(&self, key: &str, after: u64) -> (Vec<Arc<str>>, u64) {
        let all = self.lock();
        let Some(participant) = all.get(key) else { return (Vec::new(), after) };
        let changed = participant.connections.iter().filter(|(change, ..)| *change > after);
        let newest = *participant.changes.borrow();
        (changed.map(|(_, _, json)| Arc::clone(json)).collect(), newest)
    }

    /// Returns what the presenter sees of all participants.
    pub(crate) fn summary(&self) -> Vec<Summary> {
        let all = self.lock();
        let summaries = all.values().map(|participant| Summary {
            name: participant.name.to_string(),
            calls: participant.calls,
            pages: participant.streams,
            address: participant.address,
        });
        summaries.collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Participant>> {
        // Each change is complete before the lock is released.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

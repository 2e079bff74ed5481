//! Who has joined the room, with the connections that belong to each participant.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hardening_http::networks::network;
use serde::Serialize;
use tokio::sync::watch;

use super::admission::{MAX_FROM_NETWORK, MAX_PARTICIPANTS, Refused};
use super::name::Name;
use crate::live::token::Token;

/// Maximum number of connections that are kept for a participant.
const MAX_CONNECTIONS: usize = 30;

/// Maximum number of pages that a participant may have open.
const MAX_STREAMS: usize = 3;

/// The participants.
#[derive(Debug, Default)]
pub(crate) struct Participants(Mutex<All>);

/// The participants, by the keys of their names.
#[derive(Debug, Default)]
struct All {
    by_key: BTreeMap<String, Participant>,
    /// Number of participants that have ever joined.
    joined: u64,
}

/// Identity of a participant. A name can be used again after its participant was removed; an id cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(u64);

#[cfg(test)]
impl Id {
    pub(crate) fn new(number: u64) -> Self {
        Self(number)
    }
}

#[derive(Debug)]
struct Participant {
    id: Id,
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

/// A page of a participant, until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenStream {
    pub(crate) id: Id,
    pub(crate) name: Name,
    pub(crate) changes: watch::Receiver<u64>,
}

impl Participants {
    /// Adds a participant, or gives the participant with the session `own` another name.
    pub(crate) fn join(
        &self,
        name: Name,
        session: Token,
        address: IpAddr,
        own: Option<&str>,
    ) -> Result<(), Refused> {
        let mut all = self.lock();
        let key = name.key();
        let own_key = own.and_then(|own| all.key_of(own));
        if own_key.as_ref() != Some(&key) && all.by_key.contains_key(&key) {
            return Err(Refused::Taken);
        }
        let own_network =
            own_key.as_ref().and_then(|own_key| all.by_key.get(own_key)).map(|own| network(own.address));
        if own_network.is_none() && all.by_key.len() >= MAX_PARTICIPANTS {
            return Err(Refused::Full);
        }
        if own_network != Some(network(address)) && all.count_from(network(address)) >= MAX_FROM_NETWORK {
            return Err(Refused::NetworkFull);
        }
        if let Some(joined) = own_key.and_then(|own_key| all.by_key.remove(&own_key)) {
            // The pages show the earlier name. They end with their sender, and the browser opens them again.
            let changes = watch::Sender::new(*joined.changes.borrow());
            all.by_key.insert(key, Participant { name, session, address, changes, ..joined });
            return Ok(());
        }
        all.joined += 1;
        let changes = watch::Sender::new(0);
        let participant = Participant {
            id: Id(all.joined),
            name,
            session,
            address,
            calls: 0,
            streams: 0,
            connections: VecDeque::new(),
            changes,
        };
        all.by_key.insert(key, participant);
        Ok(())
    }

    /// Removes a participant by the presenter's choice, so that the name is free again. Returns who it was.
    pub(crate) fn remove(&self, name: &str) -> Option<Id> {
        self.lock().by_key.remove(&name.to_ascii_lowercase()).map(|removed| removed.id)
    }

    /// Returns the participant with this session.
    pub(crate) fn of_session(&self, session: &str) -> Option<Id> {
        self.lock().by_key.values().find(|found| found.session.is(session)).map(|found| found.id)
    }

    /// Calls `action` unless the participant has been removed, and returns its result. A removal waits until it returns.
    /// `action` must not use the participants.
    pub(crate) fn while_present<R>(&self, id: Id, action: impl FnOnce() -> R) -> Option<R> {
        let mut all = self.lock();
        all.get_mut(id)?;
        let result = action();
        drop(all);
        Some(result)
    }

    /// Opens a page of the participant. Returns `None` if the participant has left, or has too many open pages.
    pub(crate) fn open(&self, id: Id) -> Option<OpenStream> {
        let mut all = self.lock();
        let participant = all.get_mut(id).filter(|found| found.streams < MAX_STREAMS)?;
        participant.streams += 1;
        let changes = participant.changes.subscribe();
        Some(OpenStream { id, name: participant.name.clone(), changes })
    }

    /// Counts a page as closed.
    pub(crate) fn close(&self, stream: &OpenStream) {
        if let Some(participant) = self.lock().get_mut(stream.id) {
            participant.streams = participant.streams.saturating_sub(1);
        }
    }

    /// Returns the participant whose name has this key.
    pub(crate) fn of_key(&self, key: &str) -> Option<Id> {
        self.lock().by_key.get(key).map(|found| found.id)
    }

    /// Returns the only participant at this address. `None` if there are several: their calls cannot be
    /// distinguished.
    pub(crate) fn only_at(&self, address: IpAddr) -> Option<Id> {
        let all = self.lock();
        let mut found = all.by_key.values().filter(|participant| participant.address == address);
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only.id),
            _ => None,
        }
    }

    /// Stores the state of a connection, which replaces its earlier state, and counts `calls` calls.
    pub(crate) fn update(&self, id: Id, connection: u64, json: String, calls: u64) {
        let mut all = self.lock();
        let Some(participant) = all.get_mut(id) else { return };
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
    /// Returns `None` if the participant was removed.
    pub(crate) fn changed(&self, id: Id, after: u64) -> Option<(Vec<Arc<str>>, u64)> {
        let mut all = self.lock();
        let participant = all.get_mut(id)?;
        let changed = participant.connections.iter().filter(|(change, ..)| *change > after);
        let newest = *participant.changes.borrow();
        Some((changed.map(|(_, _, json)| Arc::clone(json)).collect(), newest))
    }

    /// Returns what the presenter sees of all participants.
    pub(crate) fn summary(&self) -> Vec<Summary> {
        let all = self.lock();
        let summaries = all.by_key.values().map(|participant| Summary {
            name: participant.name.to_string(),
            calls: participant.calls,
            pages: participant.streams,
            address: participant.address,
        });
        summaries.collect()
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        // Each change is complete before the lock is released.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl All {
    fn key_of(&self, session: &str) -> Option<String> {
        let mut all = self.by_key.iter();
        all.find(|(_, participant)| participant.session.is(session)).map(|(key, _)| key.clone())
    }

    /// Returns the number of participants from the network.
    fn count_from(&self, from: IpAddr) -> usize {
        self.by_key.values().filter(|participant| network(participant.address) == from).count()
    }

    fn get_mut(&mut self, id: Id) -> Option<&mut Participant> {
        self.by_key.values_mut().find(|participant| participant.id == id)
    }
}

#[cfg(test)]
#[path = "participants_tests.rs"]
mod tests;

//! The room: participants who follow the live page on their own devices and call the servers from their own terminals.
//!
//! A participant sees the workshop's own calls and the calls that belong to the participant. Only the presenter, who
//! has the token of the live page, sees what others send and receive.
//!
//! # Layout
//!
//! - `settings`: the URLs of the room
//! - `addresses`: the addresses and names of this machine
//! - `qr`: a URL as a QR code
//! - `name`: names of participants
//! - `participants`: who has joined, with the connections of each
//! - `attribution`: finds the participant to whom a connection belongs
//! - `commands`: command lines that carry a participant's name
//! - `handlers`: the request handlers
//! - `stream`: the server-sent events for one participant

mod addresses;
pub(crate) mod attribution;
mod commands;
pub(crate) mod handlers;
mod name;
pub(crate) mod participants;
mod qr;
pub(crate) mod settings;
pub(crate) mod stream;

use std::sync::{Arc, Mutex, PoisonError};

use participants::Participants;
use settings::Settings;

use crate::live::download::slots::{ROOM_DOWNLOADS, Slots};
use crate::live::feed::history::History;
use crate::live::latest_json::LatestJson;

/// The state of the room.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) settings: Settings,
    pub(crate) participants: Participants,
    /// The events that every participant may see: those of the workshop's own connections.
    pub(crate) shared: Arc<History>,
    /// The places for downloads of participants. They do not delay those of the presenter.
    pub(crate) downloads: Slots,
    /// What the presenter sees of the room, as JSON.
    pub(crate) summary: LatestJson,
    /// Held while the summary is computed and published, so that an older one does not replace a newer one.
    publishing: Mutex<()>,
}

impl Room {
    pub(crate) fn new(settings: Settings) -> Self {
        let room = Self {
            settings,
            participants: Participants::default(),
            shared: Arc::default(),
            downloads: Slots::new(ROOM_DOWNLOADS),
            summary: LatestJson::default(),
            publishing: Mutex::default(),
        };
        room.publish();
        room
    }

    /// Updates what the presenter sees of the room.
    pub(crate) fn publish(&self) {
        let _publishing = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let Settings { urls, .. } = &self.settings;
        let participants = self.participants.summary();
        self.summary.publish(&serde_json::json!({ "urls": urls, "participants": participants }).to_string());
    }
}

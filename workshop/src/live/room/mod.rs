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
//! - `admission`: how many may join
//! - `participants`: who has joined, with the connections of each
//! - `prediction`: one prediction, and which are valid
//! - `predictions`: the participants' predictions of the lessons' answers
//! - `attribution`: finds the participant to whom a connection belongs
//! - `commands`: command lines that carry a participant's name
//! - `handlers`: the request handlers
//! - `stream`: the server-sent events for one participant

mod addresses;
mod admission;
pub(crate) mod attribution;
mod commands;
pub(crate) mod handlers;
mod name;
pub(crate) mod participants;
mod prediction;
pub(crate) mod predictions;
mod qr;
pub(crate) mod settings;
pub(crate) mod stream;

use std::sync::{Arc, Mutex, PoisonError};

use participants::{Id, Participants};
use prediction::Prediction;
use predictions::Predictions;
use serde::{Deserialize, Serialize};
use settings::Settings;

use crate::live::download::slots::{ROOM_DOWNLOADS, Slots};
use crate::live::feed::history::History;
use crate::live::latest_json::LatestJson;

/// The state of the room.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) settings: Settings,
    pub(crate) participants: Participants,
    pub(crate) predictions: Predictions,
    /// What the presenter shows now.
    shown: Mutex<Shown>,
    /// `shown` as JSON, for participants.
    pub(crate) shown_json: LatestJson,
    /// The events that every participant may see: those of the workshop's own connections.
    pub(crate) shared: Arc<History>,
    /// The places for downloads of participants. They do not delay those of the presenter.
    pub(crate) downloads: Slots,
    /// What the presenter sees of the room, as JSON.
    pub(crate) summary: LatestJson,
    /// Held while the summary is computed and published, so that an older one does not replace a newer one.
    publishing: Mutex<()>,
}

/// What the presenter's page shows, so that the pages of participants can follow. Body of `POST /api/room/show`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    /// Number of the first event of the step on the screen *Story*.
    step: Option<u64>,
    /// Id of the lesson; `None` if another screen is shown.
    lesson: Option<String>,
}

impl Room {
    pub(crate) fn new(settings: Settings) -> Self {
        let room = Self {
            settings,
            participants: Participants::default(),
            predictions: Predictions::default(),
            shown: Mutex::default(),
            shown_json: LatestJson::default(),
            shared: Arc::default(),
            downloads: Slots::new(ROOM_DOWNLOADS),
            summary: LatestJson::default(),
            publishing: Mutex::default(),
        };
        room.publish();
        room
    }

    /// Lets the pages of participants follow what the presenter shows.
    pub(crate) fn show(&self, shown: Shown) {
        self.shown_json.publish(&serde_json::json!(shown).to_string());
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown;
        self.publish();
    }

    /// Stores a prediction. Returns `None` if the participant was removed meanwhile.
    pub(crate) fn predict(&self, id: Id, prediction: Prediction) -> Option<Result<(), String>> {
        // Else the prediction of a participant who is removed now would stay, and be counted.
        let result = self.participants.while_present(id, || self.predictions.set(id, prediction))?;
        self.publish();
        Some(result)
    }

    /// Removes a participant with all predictions. Returns `false` if nobody has the name.
    pub(crate) fn remove(&self, name: &str) -> bool {
        let Some(removed) = self.participants.remove(name) else { return false };
        self.predictions.forget(removed);
        self.publish();
        true
    }

    /// Hides all earlier events and predictions.
    pub(crate) fn clear(&self) {
        self.predictions.clear();
        self.shared.clear();
        self.publish();
    }

    /// Updates what the presenter sees of the room.
    pub(crate) fn publish(&self) {
        let _publishing = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let Settings { urls, .. } = &self.settings;
        let participants = self.participants.summary();
        // The predictions for other lessons are not shown.
        let lesson = self.shown.lock().unwrap_or_else(PoisonError::into_inner).lesson.clone();
        let tally = lesson.as_ref().map(|lesson| self.predictions.tally(lesson));
        let predictions = serde_json::json!({ "lesson": lesson, "questions": tally });
        let summary =
            serde_json::json!({ "urls": urls, "participants": participants, "predictions": predictions });
        self.summary.publish(&summary.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::name::Name;
    use super::*;
    use crate::live::token::Token;

    #[test]
    fn removed_participant_cannot_predict() {
        let room = Room::new(Settings { urls: Vec::new(), names: Vec::new() });
        let session = Token::random().unwrap();
        let name = Name::parse("anna").unwrap();
        room.participants.join(name, session.clone(), [127, 0, 0, 1].into(), None).unwrap();
        let anna = room.participants.of_session(&session.to_string()).unwrap();
        let prediction = || Prediction { lesson: "socket".to_owned(), question: 0, choice: 1 };
        assert_eq!(room.predict(anna, prediction()), Some(Ok(())));
        assert!(room.remove("anna"));
        assert_eq!(room.predict(anna, prediction()), None);
        assert!(room.predictions.tally("socket").is_empty());
    }
}

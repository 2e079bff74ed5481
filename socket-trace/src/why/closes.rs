//! Explains each connection at the event with which it ends.

use socket_tap::event::Op;

use super::gather::Explainer;
use super::short::ShortExplanation;
use crate::timeline::{AnnotatedEvent, Recording};

/// Explains each connection at its last close: for views that print one event after the other.
///
/// The last close is that of the second end, or of the first if the recordings do not have the second, or have not
/// come to it yet.
#[derive(Debug)]
pub struct Closes(Explainer);

impl Closes {
    /// Returns an explainer for the events of the recordings.
    #[must_use]
    pub fn new(recordings: &[Recording]) -> Self {
        Self(Explainer::new(recordings))
    }

    /// Processes the next event. Returns the explanation if the event is the last close of its connection. The dissector
    /// must list the fields of connections: see [`Detail::connection_fields`](socket_dissect::Detail).
    pub fn observe(&mut self, annotated: &AnnotatedEvent) -> Option<ShortExplanation> {
        let due = self.0.observe(annotated);
        let connection = annotated.connection.as_ref()?.number;
        if !matches!(annotated.timed.event.op, Op::Close(_) | Op::Release(_)) {
            return None;
        }
        let explanation = due.into_iter().find(|explanation| explanation.connection == Some(connection));
        explanation.or_else(|| self.0.closed(connection)).as_ref().map(ShortExplanation::of)
    }
}

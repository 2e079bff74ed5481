//! Keeps the most recent events for the page.

use std::collections::VecDeque;
use std::sync::Arc;

/// Maximum number of events in [`RecentEvents`]: as many as the page shows.
pub const MAX_EVENTS: usize = page::MAX_ITEMS;

/// Maximum number of JSON bytes in [`RecentEvents`]. [`MAX_EVENTS`] alone does not limit memory: 20,000
/// events with 16 KiB of payload each would take half a gigabyte.
pub const MAX_BYTES: usize = 32 << 20;

/// The most recent events as JSON, numbered without gaps from 1.
#[derive(Clone, Debug)]
pub struct RecentEvents {
    events: VecDeque<Arc<str>>,
    first: u64,
    bytes: usize,
}

impl Default for RecentEvents {
    fn default() -> Self {
        Self { events: VecDeque::new(), first: 1, bytes: 0 }
    }
}

impl RecentEvents {
    /// Adds an event, and drops the oldest events if there are too many. The newest event is always kept.
    pub fn push(&mut self, event: String) {
        self.bytes += event.len();
        self.events.push_back(event.into());
        while self.events.len() > MAX_EVENTS || (self.bytes > MAX_BYTES && self.events.len() > 1) {
            let Some(oldest) = self.events.pop_front() else { break };
            self.bytes -= oldest.len();
            self.first += 1;
        }
    }

    /// Drops all events. The numbers of later events continue.
    pub fn clear(&mut self) {
        self.first = self.last() + 1;
        self.events.clear();
        self.bytes = 0;
    }

    /// Returns the number of the oldest event that is kept. If none is kept, returns the number of the next
    /// event.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Returns the number of the newest event, or 0 if no event was added yet.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.first + self.events.len() as u64 - 1
    }

    /// Returns the kept events whose number is greater than `seq`.
    pub fn after(&self, seq: u64) -> impl Iterator<Item = &Arc<str>> {
        let skipped = (seq + 1).saturating_sub(self.first);
        self.events.range(usize::try_from(skipped).unwrap_or(usize::MAX).min(self.events.len())..)
    }
}

/// Joins JSON values to a JSON array.
#[must_use]
pub fn json_array<'a>(events: impl IntoIterator<Item = &'a Arc<str>>) -> String {
    let events: Vec<&str> = events.into_iter().map(AsRef::as_ref).collect();
    format!("[{}]", events.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(recent: &RecentEvents, seq: u64) -> Vec<&str> {
        recent.after(seq).map(AsRef::as_ref).collect()
    }

    #[test]
    fn events_after_a_sequence_number_are_returned() {
        let mut recent = RecentEvents::default();
        assert_eq!((recent.first(), recent.last(), after(&recent, 0).len()), (1, 0, 0));
        (1..=3).for_each(|number| recent.push(number.to_string()));
        assert_eq!((recent.first(), recent.last()), (1, 3));
        assert_eq!(after(&recent, 0), ["1", "2", "3"]);
        assert_eq!(after(&recent, 2), ["3"]);
        assert!(after(&recent, 3).is_empty() && after(&recent, 99).is_empty());
        assert_eq!(json_array(recent.after(1)), "[2,3]");
        assert_eq!(json_array(recent.after(3)), "[]");
    }

    #[test]
    fn numbers_continue_after_all_events_are_dropped() {
        let mut recent = RecentEvents::default();
        (1..=3).for_each(|number| recent.push(number.to_string()));
        recent.clear();
        assert_eq!((recent.first(), recent.last(), after(&recent, 0).len()), (4, 3, 0));
        recent.push("4".to_owned());
        assert_eq!((recent.first(), recent.last(), after(&recent, 0)), (4, 4, vec!["4"]));
    }

    #[test]
    fn oldest_events_are_dropped_beyond_max_events() {
        let mut recent = RecentEvents::default();
        (1..=MAX_EVENTS + 5).for_each(|number| recent.push(number.to_string()));
        assert_eq!((recent.first(), recent.last()), (6, MAX_EVENTS as u64 + 5));
        assert_eq!(after(&recent, 0)[..2], ["6", "7"]);
    }

    #[test]
    fn newest_event_is_kept_beyond_max_bytes() {
        let mut recent = RecentEvents::default();
        (0..3).for_each(|_| recent.push("x".repeat(MAX_BYTES / 2)));
        assert_eq!((recent.first(), recent.last()), (2, 3));
        recent.push("x".repeat(2 * MAX_BYTES));
        assert_eq!((recent.first(), recent.last()), (4, 4));
        recent.push("x".to_owned());
        assert_eq!((recent.first(), recent.last()), (5, 5));
    }
}

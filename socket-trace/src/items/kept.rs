//! The last items, as many as the limits allow.

use std::collections::VecDeque;
use std::sync::Arc;

/// How many items are kept: as many as the page shows.
pub const MOST_ITEMS: usize = page::MOST_ITEMS;

/// How many bytes of JSON they have. With payload of 16 KiB in each, 20,000 would be half a gigabyte.
pub const MOST_BYTES: usize = 32 << 20;

/// Items without a hole from `first` on.
#[derive(Clone, Debug)]
pub struct Kept {
    items: VecDeque<Arc<str>>,
    first: u64,
    bytes: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self { items: VecDeque::new(), first: 1, bytes: 0 }
    }
}

impl Kept {
    /// Keeps an item, and forgets the oldest when there are too many. The newest one is kept in any case.
    pub fn push(&mut self, item: String) {
        self.bytes += item.len();
        self.items.push_back(item.into());
        while self.items.len() > MOST_ITEMS || (self.bytes > MOST_BYTES && self.items.len() > 1) {
            let Some(oldest) = self.items.pop_front() else { break };
            self.bytes -= oldest.len();
            self.first += 1;
        }
    }

    /// The number of the oldest item that is kept, or of the next one to come.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number of the newest item; 0 before there is any.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.first + self.items.len() as u64 - 1
    }

    /// Those that are kept, behind the one with that number.
    pub fn after(&self, seq: u64) -> impl Iterator<Item = &Arc<str>> {
        let known = (seq + 1).saturating_sub(self.first);
        self.items.range(usize::try_from(known).unwrap_or(usize::MAX).min(self.items.len())..)
    }
}

/// Items as a JSON array.
#[must_use]
pub fn array<'a>(items: impl IntoIterator<Item = &'a Arc<str>>) -> String {
    let items: Vec<&str> = items.into_iter().map(AsRef::as_ref).collect();
    format!("[{}]", items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(kept: &Kept, seq: u64) -> Vec<&str> {
        kept.after(seq).map(AsRef::as_ref).collect()
    }

    #[test]
    fn items_are_found_by_their_numbers() {
        let mut kept = Kept::default();
        assert_eq!((kept.first(), kept.last(), numbers(&kept, 0).len()), (1, 0, 0));
        (1..=3).for_each(|number| kept.push(number.to_string()));
        assert_eq!((kept.first(), kept.last()), (1, 3));
        assert_eq!(numbers(&kept, 0), ["1", "2", "3"]);
        assert_eq!(numbers(&kept, 2), ["3"]);
        assert!(numbers(&kept, 3).is_empty() && numbers(&kept, 99).is_empty());
        assert_eq!(array(kept.after(1)), "[2,3]");
        assert_eq!(array(kept.after(3)), "[]");
    }

    #[test]
    fn too_many_items_cost_the_oldest() {
        let mut kept = Kept::default();
        (1..=MOST_ITEMS + 5).for_each(|number| kept.push(number.to_string()));
        assert_eq!((kept.first(), kept.last()), (6, MOST_ITEMS as u64 + 5));
        assert_eq!(numbers(&kept, 0)[..2], ["6", "7"]);
    }

    #[test]
    fn so_do_too_many_bytes_but_for_the_newest() {
        let mut kept = Kept::default();
        (0..3).for_each(|_| kept.push("x".repeat(MOST_BYTES / 2)));
        assert_eq!((kept.first(), kept.last()), (2, 3));
        kept.push("x".repeat(2 * MOST_BYTES));
        assert_eq!((kept.first(), kept.last()), (4, 4));
        kept.push("x".to_owned());
        assert_eq!((kept.first(), kept.last()), (5, 5));
    }
}

//! Packets sorted by time. A capture of several interfaces or processors is not quite in order.

use std::collections::VecDeque;

/// Maximum number of packets that wait because one with an earlier time may follow.
const MAX_HELD: usize = 4_096;

/// Maximum total number of bytes of the packets that wait.
const MAX_HELD_BYTES: usize = 8 << 20;

/// A queue that sorts its items by time, among as many as it holds.
#[derive(Debug)]
pub(super) struct TimeOrder<T> {
    held: VecDeque<Item<T>>,
    bytes: usize,
    /// Time of the last item that was removed.
    last: u64,
}

#[derive(Debug)]
struct Item<T> {
    time: u64,
    bytes: usize,
    value: T,
}

impl<T> Default for TimeOrder<T> {
    fn default() -> Self {
        Self { held: VecDeque::new(), bytes: 0, last: 0 }
    }
}

impl<T> TimeOrder<T> {
    /// Adds an item that takes this number of bytes. Items with equal times keep their order.
    ///
    /// # Errors
    /// Returns the time by which the item is earlier than one that was removed before, in nanoseconds.
    pub(super) fn push(&mut self, time: u64, bytes: usize, value: T) -> Result<(), u64> {
        if time < self.last {
            return Err(self.last - time);
        }
        let item = Item { time, bytes, value };
        self.bytes = self.bytes.saturating_add(bytes);
        // Nearly all items are the latest.
        match self.held.back() {
            Some(last) if last.time > time => {
                let index = self.held.partition_point(|held| held.time <= time);
                self.held.insert(index, item);
            }
            _ => self.held.push_back(item),
        }
        Ok(())
    }

    /// Returns `true` if the queue holds enough items to remove one.
    pub(super) fn is_full(&self) -> bool {
        self.held.len() > MAX_HELD || self.bytes > MAX_HELD_BYTES
    }

    /// Returns the earliest time.
    pub(super) fn first_time(&self) -> Option<u64> {
        self.held.front().map(|item| item.time)
    }

    /// Removes the earliest item, and returns it with its time.
    pub(super) fn pop(&mut self) -> Option<(u64, T)> {
        let Item { time, bytes, value } = self.held.pop_front()?;
        self.bytes = self.bytes.saturating_sub(bytes);
        self.last = time;
        Some((time, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_sorted_by_time() {
        let mut order = TimeOrder::default();
        for (time, value) in [(5, 'b'), (9, 'd'), (5, 'c'), (1, 'a'), (9, 'e')] {
            order.push(time, 1, value).unwrap();
        }
        let sorted: String = std::iter::from_fn(|| order.pop()).map(|(_, value)| value).collect();
        assert_eq!(sorted, "abcde");
    }

    #[test]
    fn item_before_a_removed_one_is_refused() {
        let mut order = TimeOrder::default();
        order.push(5, 1, ()).unwrap();
        order.pop();
        assert_eq!(order.push(3, 1, ()), Err(2));
        assert_eq!(order.push(5, 1, ()), Ok(()));
    }

    #[test]
    fn number_of_held_items_and_bytes_is_bounded() {
        let mut order = TimeOrder::default();
        (0..=MAX_HELD as u64).for_each(|time| order.push(time, 0, ()).unwrap());
        assert!(order.is_full());
        order.pop();
        assert!(!order.is_full());
        order.push(u64::MAX, MAX_HELD_BYTES + 1, ()).unwrap();
        assert!(order.is_full());
    }
}

//! The packets in flight in one direction.

use std::collections::VecDeque;

/// Longest time for which a reordered packet waits for those that overtake it, in nanoseconds.
const LONGEST_HOLD: u64 = 20_000_000;

/// The packets in flight in one direction, in the order of their delivery.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    queue: VecDeque<Flight>,
    held: Vec<Held>,
}

/// A packet in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flight {
    /// Time of the delivery.
    pub(crate) due: u64,
    /// Number of the packet in the journal.
    pub(crate) serial: u64,
    /// `true` for the second copy of a duplicated packet.
    pub(crate) is_copy: bool,
    /// Number of packets that have overtaken it.
    pub(crate) overtaken_by: u32,
}

/// A packet that waits until others have overtaken it.
#[derive(Debug)]
struct Held {
    flights: [Option<Flight>; 2],
    /// Number of packets that shall overtake.
    wanted: u32,
    /// Number of packets that have overtaken.
    overtaken_by: u32,
    deadline: u64,
}

impl Lane {
    /// Adds a packet. `overtaken_by` packets that are added later are delivered before it.
    pub(crate) fn add(&mut self, serial: u64, due: u64, twice: bool, overtaken_by: u32) {
        let original = Flight { due, serial, is_copy: false, overtaken_by: 0 };
        let flights = [Some(original), twice.then_some(Flight { is_copy: true, ..original })];
        if overtaken_by > 0 {
            let deadline = due.saturating_add(LONGEST_HOLD);
            self.held.push(Held { flights, wanted: overtaken_by, overtaken_by: 0, deadline });
            return;
        }
        self.queue.extend(flights.into_iter().flatten());
        for held in &mut self.held {
            held.overtaken_by += 1;
        }
        self.release(due, |held| held.overtaken_by >= held.wanted);
    }

    /// Returns the time of the next delivery.
    pub(crate) fn next_due(&self) -> Option<u64> {
        let deadlines = self.held.iter().map(|held| held.deadline);
        deadlines.chain(self.queue.front().map(|flight| flight.due)).min()
    }

    /// Removes and returns the next packet, if it is due.
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<Flight> {
        if !self.held.is_empty() {
            self.release(now, |held| held.deadline <= now);
        }
        if self.queue.front()?.due > now {
            return None;
        }
        self.queue.pop_front()
    }

    /// Returns `true` if no packet is in flight.
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.held.is_empty()
    }

    /// Moves the held packets for which `is_free` is true to the end of the queue.
    fn release(&mut self, due: u64, is_free: impl Fn(&Held) -> bool) {
        let due = self.queue.back().map_or(due, |last| last.due.max(due));
        for held in self.held.extract_if(.., |held| is_free(held)) {
            let flights = held.flights.into_iter().flatten();
            let overtaken_by = held.overtaken_by;
            self.queue.extend(flights.map(|flight| Flight {
                due: due.max(flight.due),
                overtaken_by,
                ..flight
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Removes all packets that are due, and returns their numbers.
    fn delivered(lane: &mut Lane, now: u64) -> Vec<u64> {
        std::iter::from_fn(|| lane.pop_due(now)).map(|flight| flight.serial).collect()
    }

    #[test]
    fn packets_are_delivered_when_they_are_due() {
        let mut lane = Lane::default();
        lane.add(1, 100, false, 0);
        lane.add(2, 200, false, 0);
        assert_eq!(lane.next_due(), Some(100));
        assert!(delivered(&mut lane, 99).is_empty());
        assert_eq!(delivered(&mut lane, 150), [1]);
        assert_eq!(delivered(&mut lane, 200), [2]);
        assert!(lane.is_empty());
    }

    #[test]
    fn duplicate_follows_its_original() {
        let mut lane = Lane::default();
        lane.add(1, 100, true, 0);
        lane.add(2, 100, false, 0);
        assert_eq!(delivered(&mut lane, 100), [1, 1, 2]);
    }

    #[test]
    fn held_packet_is_overtaken_by_the_given_number() {
        let mut lane = Lane::default();
        lane.add(1, 100, false, 2);
        for serial in 2..=4 {
            lane.add(serial, 100 + serial, false, 0);
        }
        assert_eq!(delivered(&mut lane, 200), [2, 3, 1, 4]);
    }

    #[test]
    fn held_packet_is_delivered_at_its_deadline() {
        let mut lane = Lane::default();
        lane.add(1, 100, false, 1);
        let deadline = lane.next_due().unwrap();
        assert_eq!(deadline, 100 + LONGEST_HOLD);
        assert!(delivered(&mut lane, deadline - 1).is_empty());
        assert_eq!(delivered(&mut lane, deadline), [1]);
        assert!(lane.is_empty());
    }

    #[test]
    fn due_times_never_decrease() {
        let mut lane = Lane::default();
        lane.add(1, 500, false, 1);
        lane.add(2, 600, false, 0);
        lane.add(3, 700, false, 0);
        let dues: Vec<u64> = lane.queue.iter().map(|flight| flight.due).collect();
        assert_eq!(dues, [600, 600, 700]);
    }
}

//! Puts events into the order of their times, and completes them with addresses that the log shows later.

use std::collections::VecDeque;

use socket_tap::event::{Addr, Event, Op};

use super::processes::Number;

/// Time in nanoseconds for which an event waits for the address that the kernel chose.
const WAIT_FOR_ADDRESS: u64 = 100_000_000;

/// Time in nanoseconds for which events wait for the end of a call that sends. As in a recording of a tap, a call that
/// takes longer has a later time than its entry.
const WAIT_FOR_SEND: u64 = 1_000_000_000;

/// Maximum number of waiting events.
const CAPACITY: usize = 4096;

/// Events in the order of their times.
#[derive(Debug, Default)]
pub(super) struct Order {
    waiting: VecDeque<Waiting>,
    /// Time of the last event that was taken.
    last: u64,
    /// Number of waiting events without an address.
    incomplete: usize,
}

#[derive(Debug)]
struct Waiting {
    event: Event,
    /// Socket whose local address the event needs.
    needs: Option<Number>,
}

impl Order {
    /// Adds an event. `needs` is the socket whose local address completes it.
    pub(super) fn push(&mut self, mut event: Event, needs: Option<Number>) {
        event.t = event.t.max(self.last);
        let later = self.waiting.iter().rev().take_while(|waiting| waiting.event.t > event.t).count();
        self.incomplete += usize::from(needs.is_some());
        self.waiting.insert(self.waiting.len() - later, Waiting { event, needs });
    }

    /// Completes the events that wait for the local address of a socket.
    pub(super) fn complete(&mut self, socket: Number, address: &Addr) {
        if self.incomplete == 0 {
            return;
        }
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.needs == Some(socket)) {
            waiting.needs = None;
            self.incomplete -= 1;
            if let Op::Bind { local, .. } | Op::Accept { local, .. } | Op::Connect { local, .. } =
                &mut waiting.event.op
            {
                *local = Some(address.clone());
            }
        }
    }

    /// Returns the next event. `now` is the time of the last line, and `sending` are the times of the calls in progress
    /// that send.
    pub(super) fn take(&mut self, now: u64, mut sending: impl Iterator<Item = u64>) -> Option<Event> {
        let first = self.waiting.front()?;
        if self.waiting.len() <= CAPACITY {
            let waits = first.needs.is_some() && first.event.t.saturating_add(WAIT_FOR_ADDRESS) > now;
            let later_than = |entry: u64| first.event.t > entry && entry.saturating_add(WAIT_FOR_SEND) > now;
            // A call that one line shows ends later than the line begins.
            if first.event.t > now || waits || sending.any(later_than) {
                return None;
            }
        }
        self.take_first()
    }

    /// Returns the next event, complete or not.
    pub(super) fn take_first(&mut self) -> Option<Event> {
        let Waiting { event, needs } = self.waiting.pop_front()?;
        self.incomplete -= usize::from(needs.is_some());
        self.last = event.t;
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use socket_tap::event::{SockId, Transfer};

    use super::*;

    fn take(order: &mut Order, now: u64, sending: &[u64]) -> Option<Event> {
        order.take(now, sending.iter().copied())
    }

    fn event(t: u64) -> Event {
        Event::new(t, SockId::new(1), Op::Read(Transfer::new(1)))
    }

    #[test]
    fn call_that_sends_comes_before_later_events() {
        let mut order = Order::default();
        order.push(event(20), None);
        assert!(take(&mut order, 20, &[10]).is_none());
        order.push(event(10), None);
        let times: Vec<_> = std::iter::from_fn(|| take(&mut order, 20, &[])).map(|event| event.t).collect();
        assert_eq!(times, [10, 20]);
    }

    #[test]
    fn long_call_delays_no_event() {
        let mut order = Order::default();
        order.push(event(20), None);
        assert_eq!(take(&mut order, 10 + WAIT_FOR_SEND, &[10]).map(|event| event.t), Some(20));
        order.push(event(10), None);
        assert_eq!(take(&mut order, 30, &[]).map(|event| event.t), Some(20));
    }

    #[test]
    fn long_call_does_not_hide_a_later_one() {
        let mut order = Order::default();
        let now = 10 + WAIT_FOR_SEND;
        order.push(event(now), None);
        assert!(take(&mut order, now, &[10, now - 5]).is_none());
        order.push(event(now - 5), None);
        assert_eq!(take(&mut order, now, &[10]).map(|event| event.t), Some(now - 5));
    }

    #[test]
    fn event_later_than_the_last_line_does_not_move_others() {
        let mut order = Order::default();
        order.push(event(100), None);
        assert!(take(&mut order, 10, &[]).is_none());
        order.push(event(20), None);
        assert_eq!(take(&mut order, 20, &[]).map(|event| event.t), Some(20));
        assert!(take(&mut order, 99, &[]).is_none());
        assert_eq!(take(&mut order, 100, &[]).map(|event| event.t), Some(100));
    }

    #[test]
    fn address_completes_an_event() {
        let mut order = Order::default();
        let address: Addr = "127.0.0.1:3000".parse().unwrap();
        order.push(Event::new(1, SockId::new(1), Op::bind()), Some(1));
        assert!(take(&mut order, 1, &[]).is_none());
        order.complete(1, &address);
        assert_eq!(take(&mut order, 1, &[]).map(|event| event.op), Some(Op::bind().with_local(address)));
        order.push(Event::new(2, SockId::new(1), Op::bind()), Some(1));
        assert!(take(&mut order, 2 + WAIT_FOR_ADDRESS, &[]).is_some());
    }
}

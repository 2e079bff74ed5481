//! Makes the events of a trace.

use socket_tap::event::{Addr, Event, Failure, Op, SockId};

use super::address::in_trace;
use super::errno::errno;
use super::processes::Number;
use super::socket::Socket;
use super::tracker::Tracker;

impl Tracker {
    /// Stores the local address of a socket, and completes the events that wait for it.
    pub(super) fn learns_local(&mut self, number: Number, address: Addr) {
        let Some(socket) = self.sockets.get_mut(&number).filter(|socket| socket.lacks_local()) else {
            return;
        };
        let address = in_trace(address);
        self.order.complete(number, &address);
        socket.local = Some(address);
    }

    pub(super) fn emits(&mut self, number: Number, time: u64, op: Op, error: Option<&str>) {
        self.emits_event(number, time, op, error, false);
    }

    /// Makes an event that waits until the log shows the local address of its socket.
    pub(super) fn emits_with_local(&mut self, number: Number, time: u64, op: Op, error: Option<&str>) {
        let waits = error.is_none() && self.sockets.get(&number).is_some_and(Socket::lacks_local);
        self.emits_event(number, time, op, error, waits);
    }

    fn emits_event(&mut self, number: Number, time: u64, op: Op, error: Option<&str>, waits: bool) {
        let event = Event::new(time, SockId::new(number), op);
        let event = match error {
            Some(name) => event.failed(failure(name)),
            None => event,
        };
        self.order.push(event, waits.then_some(number));
    }
}

/// Returns the reason of a failure in the words of a tap.
fn failure(name: &str) -> Failure {
    match errno(name) {
        Some(number) => Failure::from(&std::io::Error::from_raw_os_error(number)),
        None => Failure::new(name.to_owned(), None),
    }
}

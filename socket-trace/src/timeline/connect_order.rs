//! Moves each `connect` to the time at which it was called.
//!
//! A trace lists events in the order in which calls returned, and a `connect` may return after the peer's
//! `accept`. So while a new socket may be connecting, the events that follow are held back, and the `connect`
//! is inserted before them.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use socket_tap::event::{Event, Op, SocketKind};

use super::connections::Socket;
use super::timed_event::TimedEvent;

/// Maximum number of events that are held back. A `connect` that takes longer is placed after them.
const MAX_HELD: usize = 4_096;

/// Maximum number of payload bytes in the events that are held back.
const MAX_BYTES: usize = 16 << 20;

/// Maximum time for which a `connect` in progress holds back the events of a growing trace.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// Holds back events while a `connect` may be in progress, so that the `connect` can be inserted at the time
/// at which it was called.
#[derive(Debug, Default)]
pub(super) struct ConnectOrder {
    held: VecDeque<TimedEvent>,
    /// Number of payload bytes in the events that are held back.
    bytes: usize,
    /// All new stream sockets, in the order of their creation. Only those that are also in `connecting` hold
    /// back events.
    new_sockets: VecDeque<NewSocket>,
    /// Sockets on which a `connect` is possibly in progress, each with the time of its creation in
    /// nanoseconds on the time line.
    connecting: HashMap<Socket, u64>,
    /// Time of the event that was returned last, in nanoseconds on the time line.
    last: u64,
}

#[derive(Debug)]
struct NewSocket {
    socket: Socket,
    at: u64,
    observed: Instant,
}

impl ConnectOrder {
    /// Adds the next event, in the order in which the socket calls returned. Returns the event if it need not
    /// be held back.
    pub(super) fn push(&mut self, mut timed: TimedEvent) -> Option<TimedEvent> {
        let socket = timed.event.sock.map(|sock| Socket { recording: timed.recording, sock });
        if let Some(socket) = socket {
            self.place(&mut timed, socket);
        }
        if self.connecting.is_empty() && self.held.is_empty() {
            return Some(self.release(timed));
        }
        self.bytes += payload(&timed.event);
        let index = self.held.partition_point(|other| other.at <= timed.at);
        self.held.insert(index, timed);
        None
    }

    /// Updates the state of the event's socket. Moves a `connect` to the time at which it was called.
    fn place(&mut self, timed: &mut TimedEvent, socket: Socket) {
        let event = &timed.event;
        match &event.op {
            Op::Socket { kind, .. } if *kind == SocketKind::Stream && event.error.is_none() => {
                self.connecting.insert(socket, timed.at);
                self.new_sockets.push_back(NewSocket { socket, at: timed.at, observed: Instant::now() });
            }
            Op::Option { .. } | Op::Bind { .. } => {}
            op => {
                let created = if self.connecting.is_empty() { None } else { self.connecting.remove(&socket) };
                if let Op::Connect { began: Some(began), .. } = op {
                    let took = event.t.saturating_sub(*began);
                    let earliest = created.unwrap_or(0).max(self.last);
                    timed.at = timed.at.saturating_sub(took).max(earliest);
                }
            }
        }
    }

    /// Returns the next event. `None` if no event is held back, or if a `connect` that is still in progress
    /// may have to be placed before the next event.
    pub(super) fn pop_ready(&mut self) -> Option<TimedEvent> {
        loop {
            let first = self.held.front()?;
            let is_full = self.held.len() > MAX_HELD || self.bytes > MAX_BYTES;
            match self.new_sockets.front() {
                Some(new) if is_full || self.connecting.get(&new.socket) != Some(&new.at) => {
                    self.stop_waiting_for_first();
                }
                Some(new) if new.at < first.at => return None,
                _ => {
                    let timed = self.held.pop_front()?;
                    self.bytes = self.bytes.saturating_sub(payload(&timed.event));
                    return Some(self.release(timed));
                }
            }
        }
    }

    fn release(&mut self, timed: TimedEvent) -> TimedEvent {
        self.last = self.last.max(timed.at);
        timed
    }

    /// Stops holding back events for the oldest new socket, even if a `connect` on it may still be in
    /// progress.
    fn stop_waiting_for_first(&mut self) {
        if let Some(new) = self.new_sockets.pop_front()
            && self.connecting.get(&new.socket) == Some(&new.at)
        {
            self.connecting.remove(&new.socket);
        }
    }

    /// Stops holding back events for each `connect` that has taken too long. Called when no further event is
    /// available. Returns `true` if an event has become ready.
    pub(super) fn expire(&mut self) -> bool {
        while !self.held.is_empty()
            && self.new_sockets.front().is_some_and(|new| new.observed.elapsed() > MAX_WAIT)
        {
            self.stop_waiting_for_first();
        }
        !self.held.is_empty() && self.new_sockets.is_empty()
    }

    /// Stops holding back events at the end of all traces. Returns `true` if an event has become ready.
    pub(super) fn finish(&mut self) -> bool {
        self.new_sockets.clear();
        self.connecting.clear();
        !self.held.is_empty()
    }

    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }
}

fn payload(event: &Event) -> usize {
    let data = match &event.op {
        Op::Read(transfer) | Op::Write(transfer) => &transfer.data,
        Op::SendTo(datagram) | Op::RecvFrom(datagram) => &datagram.data,
        Op::Packet(packet) => &packet.data,
        _ => return 0,
    };
    data.as_ref().map_or(0, |data| data.len())
}

#[cfg(test)]
#[path = "connect_order_tests.rs"]
mod tests;

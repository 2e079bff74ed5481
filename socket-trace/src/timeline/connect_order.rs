//! Moves each `connect` to the time at which it was called.
//!
//! A trace lists events in the order in which calls returned, and a `connect` may return after the peer's
//! `accept`. So while a `connect` may be in progress on a new socket, the events that follow are buffered,
//! and the `connect` is inserted before them.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use socket_tap::event::{Event, Op, SocketKind};

use super::connections::Socket;
use super::timed_event::TimedEvent;

/// Maximum number of buffered events. If a `connect` is still in progress when there are more, the buffered
/// events are returned, and the `connect` is placed after them.
const MAX_HELD: usize = 4_096;

/// Maximum number of payload bytes in the buffered events.
const MAX_BYTES: usize = 16 << 20;

/// Maximum time for which the events of growing traces stay buffered because of a `connect` in progress.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// Buffers events while a `connect` may be in progress, so that the `connect` can be inserted at the time at
/// which it was called.
#[derive(Debug, Default)]
pub(super) struct ConnectOrder {
    held: VecDeque<TimedEvent>,
    /// Number of payload bytes in the events of `held`.
    bytes: usize,
    /// All new stream sockets, in the order of their creation. Events are buffered only because of those that
    /// are also in `connecting`.
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
    /// Adds the next event, in the order in which the socket calls returned. Returns the event at once if it
    /// need not be buffered.
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

    /// Removes and returns the first buffered event. `None` if there is none, or if a `connect` that is still
    /// in progress may have to be inserted before it.
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

    /// Stops waiting for a `connect` on the oldest new socket, even if one may still be in progress.
    fn stop_waiting_for_first(&mut self) {
        if let Some(new) = self.new_sockets.pop_front()
            && self.connecting.get(&new.socket) == Some(&new.at)
        {
            self.connecting.remove(&new.socket);
        }
    }

    /// Stops waiting for a `connect` on each new socket that was read more than [`MAX_WAIT`] ago. Called when
    /// no further event is available. Returns `true` if all buffered events can now be returned.
    pub(super) fn expire(&mut self) -> bool {
        while !self.held.is_empty()
            && self.new_sockets.front().is_some_and(|new| new.observed.elapsed() > MAX_WAIT)
        {
            self.stop_waiting_for_first();
        }
        !self.held.is_empty() && self.new_sockets.is_empty()
    }

    /// Stops waiting for any `connect`, since all traces have ended. Returns `true` if there are buffered
    /// events.
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
    event.data().map_or(0, <[u8]>::len)
}

#[cfg(test)]
#[path = "connect_order_tests.rs"]
mod tests;

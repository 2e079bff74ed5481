//! Orders each connect by the time of its call.

//! A trace lists events in the order in which calls returned, and a `connect` may return after the peer's `accept`.
//! Its effect follows its call, so it belongs before the accept. While a new socket may be connecting, later events
//! are held.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use socket_tap::event::{Event, Op, SocketKind};

use super::Moment;
use super::connections::Socket;

/// Maximum number of held events.
const MAX_HELD: usize = 4_096;

/// Maximum payload of the held events, in bytes. Beyond either limit, a slow connect comes after the held events.
const MAX_BYTES: usize = 16 << 20;

/// Maximum time that a connect in progress delays the events of a followed recording.
const PATIENCE: Duration = Duration::from_millis(500);

/// Buffer that releases events in the order of their calls.
#[derive(Debug, Default)]
pub(super) struct CallOrder {
    held: VecDeque<Moment>,
    /// Payload of the held events.
    bytes: usize,
    /// Sockets in the order of creation. Those missing in `connecting` have finished.
    created: VecDeque<Created>,
    /// Sockets that may be connecting, with the time of their creation.
    connecting: HashMap<Socket, u64>,
    /// Time of the last released event.
    last: u64,
}

#[derive(Debug)]
struct Created {
    socket: Socket,
    at: u64,
    observed: Instant,
}

impl CallOrder {
    /// Adds the next event, in the order in which calls returned. Returns it if it need not be held.
    pub(super) fn push(&mut self, mut moment: Moment) -> Option<Moment> {
        let socket = moment.event.sock.map(|sock| Socket { recording: moment.recording, sock });
        if let Some(socket) = socket {
            self.set_call_time(&mut moment, socket);
        }
        if self.connecting.is_empty() && self.held.is_empty() {
            return Some(self.release(moment));
        }
        self.bytes += payload(&moment.event);
        let index = self.held.partition_point(|other| other.at <= moment.at);
        self.held.insert(index, moment);
        None
    }

    /// Tracks whether the socket may be connecting. Moves a connect to the time of its call.
    fn set_call_time(&mut self, moment: &mut Moment, socket: Socket) {
        let event = &moment.event;
        match &event.op {
            Op::Socket { kind, .. } if *kind == SocketKind::Stream && event.error.is_none() => {
                self.connecting.insert(socket, moment.at);
                self.created.push_back(Created { socket, at: moment.at, observed: Instant::now() });
            }
            Op::Option { .. } | Op::Bind { .. } => {}
            op => {
                let created = if self.connecting.is_empty() { None } else { self.connecting.remove(&socket) };
                if let Op::Connect { began: Some(began), .. } = op {
                    let took = event.t.saturating_sub(*began);
                    let earliest = created.unwrap_or(0).max(self.last);
                    moment.at = moment.at.saturating_sub(took).max(earliest);
                }
            }
        }
    }

    /// Returns the next event that no held-back connect can precede.
    pub(super) fn ready(&mut self) -> Option<Moment> {
        loop {
            let first = self.held.front()?;
            let is_full = self.held.len() > MAX_HELD || self.bytes > MAX_BYTES;
            match self.created.front() {
                Some(created) if is_full || self.connecting.get(&created.socket) != Some(&created.at) => {
                    self.stop_waiting_for_first();
                }
                Some(created) if created.at < first.at => return None,
                _ => {
                    let moment = self.held.pop_front()?;
                    self.bytes = self.bytes.saturating_sub(payload(&moment.event));
                    return Some(self.release(moment));
                }
            }
        }
    }

    fn release(&mut self, moment: Moment) -> Moment {
        self.last = self.last.max(moment.at);
        moment
    }

    /// Stops waiting for a connect of the oldest socket.
    fn stop_waiting_for_first(&mut self) {
        if let Some(created) = self.created.pop_front()
            && self.connecting.get(&created.socket) == Some(&created.at)
        {
            self.connecting.remove(&created.socket);
        }
    }

    /// Stops waiting for sockets older than [`PATIENCE`]. Call if no further event is available yet. Returns `true`
    /// if events are ready.
    pub(super) fn expire(&mut self) -> bool {
        let is_expired = |created: &Created| created.observed.elapsed() > PATIENCE;
        while !self.held.is_empty() && self.created.front().is_some_and(is_expired) {
            self.stop_waiting_for_first();
        }
        !self.held.is_empty() && self.created.is_empty()
    }

    /// Stops waiting for all sockets, after the last event. Returns `true` if events are ready.
    pub(super) fn end(&mut self) -> bool {
        self.created.clear();
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
        _ => return 0,
    };
    data.as_ref().map_or(0, |data| data.len())
}

#[cfg(test)]
#[path = "call_order_tests.rs"]
mod tests;

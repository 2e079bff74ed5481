//! Puts each connect where it was made.
//!
//! A trace has the events in the order in which calls returned, and a `connect` may return after the peer's `accept`. Its
//! place is before: where the call was made. So while a socket that was made may be connecting, what happens meanwhile is
//! held.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use socket_tap::event::{Event, Op, SocketKind};

use super::Moment;
use super::connections::Socket;

/// How many events are held, and how many bytes of payload. A connect that takes longer than these do stands behind them.
const MOST_HELD: usize = 4_096;
const MOST_BYTES: usize = 16 << 20;

/// For how long a connect that is in progress holds back what is shown while it is recorded.
const PATIENCE: Duration = Duration::from_millis(500);

/// Events in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Begun {
    held: VecDeque<Moment>,
    /// Of the payload of those that are held.
    bytes: usize,
    /// Sockets in the order in which they were made. Those that are not in `connecting` are done.
    made: VecDeque<Made>,
    /// Sockets that may be connecting, with the time when they were made.
    connecting: HashMap<Socket, u64>,
    /// The time of the last event that was handed on.
    last: u64,
}

#[derive(Debug)]
struct Made {
    socket: Socket,
    at: u64,
    seen: Instant,
}

impl Begun {
    /// Takes the next event, in the order in which calls returned. Returns it when it need not wait.
    pub(super) fn take(&mut self, mut moment: Moment) -> Option<Moment> {
        let socket = moment.event.sock.map(|sock| Socket { recording: moment.recording, sock });
        if let Some(socket) = socket {
            self.place(&mut moment, socket);
        }
        if self.connecting.is_empty() && self.held.is_empty() {
            return Some(self.hand_on(moment));
        }
        self.bytes += payload(&moment.event);
        let index = self.held.partition_point(|other| other.at <= moment.at);
        self.held.insert(index, moment);
        None
    }

    /// Learns what the socket does, and moves a connect to where it was made.
    fn place(&mut self, moment: &mut Moment, socket: Socket) {
        let event = &moment.event;
        match &event.op {
            Op::Socket { kind, .. } if *kind == SocketKind::Stream && event.error.is_none() => {
                self.connecting.insert(socket, moment.at);
                self.made.push_back(Made { socket, at: moment.at, seen: Instant::now() });
            }
            Op::Option { .. } | Op::Bind { .. } => {}
            op => {
                let made = if self.connecting.is_empty() { None } else { self.connecting.remove(&socket) };
                if let Op::Connect { began: Some(began), .. } = op {
                    let took = event.t.saturating_sub(*began);
                    let earliest = made.unwrap_or(0).max(self.last);
                    moment.at = moment.at.saturating_sub(took).max(earliest);
                }
            }
        }
    }

    /// The next event that nothing earlier can come before.
    pub(super) fn ready(&mut self) -> Option<Moment> {
        loop {
            let first = self.held.front()?;
            let is_full = self.held.len() > MOST_HELD || self.bytes > MOST_BYTES;
            match self.made.front() {
                Some(made) if is_full || self.connecting.get(&made.socket) != Some(&made.at) => {
                    self.give_up_first();
                }
                Some(made) if made.at < first.at => return None,
                _ => {
                    let moment = self.held.pop_front()?;
                    self.bytes = self.bytes.saturating_sub(payload(&moment.event));
                    return Some(self.hand_on(moment));
                }
            }
        }
    }

    fn hand_on(&mut self, moment: Moment) -> Moment {
        self.last = self.last.max(moment.at);
        moment
    }

    /// Does not wait for the connect of the socket that was made first.
    fn give_up_first(&mut self) {
        if let Some(made) = self.made.pop_front()
            && self.connecting.get(&made.socket) == Some(&made.at)
        {
            self.connecting.remove(&made.socket);
        }
    }

    /// Nothing more is there at the moment. Returns whether something is ready, since it has waited for long enough.
    pub(super) fn is_late(&mut self) -> bool {
        while !self.held.is_empty() && self.made.front().is_some_and(|made| made.seen.elapsed() > PATIENCE) {
            self.give_up_first();
        }
        !self.held.is_empty() && self.made.is_empty()
    }

    /// Nothing more comes. Returns whether something is ready.
    pub(super) fn end(&mut self) -> bool {
        self.made.clear();
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
#[path = "begun_tests.rs"]
mod tests;

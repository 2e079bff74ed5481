//! Updates the history of a socket with its events.

use socket_tap::event::{Event, Op, SockId, SocketKind};

use super::{FirstTransfer, MAX_CALLS, OpeningCall, SocketClass, SocketHistory};

impl SocketHistory {
    /// Updates the history with an event of the socket.
    pub fn observe(&mut self, event: &Event) {
        self.listens |= matches!(event.op, Op::Bind { .. } | Op::Listen { .. });
        if let Some(error) = &event.error {
            return self.failed(&event.op, &error.reason);
        }
        match &event.op {
            Op::Socket { kind, .. } => {
                self.opened_by(OpeningCall::Socket);
                self.class = class_of(kind, None);
            }
            Op::Adopt { kind, on, .. } => {
                self.opened_by(OpeningCall::Adopt);
                self.class = class_of(kind, *on);
                self.opened = Some(event.t);
            }
            Op::Bind { .. } => self.opened_by(OpeningCall::Bind),
            Op::Listen { .. } => self.opened_by(OpeningCall::Listen),
            Op::Accept { .. } => {
                self.opened_by(OpeningCall::Accept);
                self.opened = Some(event.t);
            }
            Op::Connect { .. } => {
                self.opened_by(OpeningCall::Connect);
                self.opened = Some(event.t);
            }
            Op::Shutdown => self.shutdowns += 1,
            Op::Close(close) => self.closed = Some((**close).clone()),
            Op::Release(close) => {
                self.closed = Some((**close).clone());
                self.released = true;
            }
            _ => self.transferred(event),
        }
    }

    fn opened_by(&mut self, call: OpeningCall) {
        if self.opening.len() < MAX_CALLS {
            self.opening.push(call);
        }
    }

    fn failed(&mut self, op: &Op, reason: &str) {
        if self.shutdowns > 0 && matches!(op, Op::Read(_)) && reason == "connection reset" {
            self.reset_after_shutdown = true;
        } else if self.failures.len() < MAX_CALLS {
            self.failures.push(format!("{} fails: {reason}", op.name()));
            self.failures.dedup();
        }
    }

    fn transferred(&mut self, event: &Event) {
        match &event.op {
            Op::Read(transfer) if transfer.bytes > 0 => {
                self.reads += 1;
                self.time_transfer(FirstTransfer::Read, event.t);
            }
            Op::Write(transfer) if transfer.bytes > 0 => {
                self.writes += 1;
                self.time_transfer(FirstTransfer::Write, event.t);
            }
            Op::RecvFrom(_) => {
                self.class = SocketClass::Datagram;
                self.reads += 1;
            }
            Op::SendTo(_) => {
                self.class = SocketClass::Datagram;
                self.writes += 1;
            }
            _ => {}
        }
    }

    fn time_transfer(&mut self, direction: FirstTransfer, t: u64) {
        match self.first {
            None => self.first = Some((direction, t)),
            Some((first, _)) if first != direction => {
                self.answered.get_or_insert(t);
            }
            Some(_) => {}
        }
    }
}

fn class_of(kind: &SocketKind, on: Option<SockId>) -> SocketClass {
    match (kind, on) {
        (SocketKind::Listener, _) => SocketClass::Listener,
        (SocketKind::Datagram, _) => SocketClass::Datagram,
        (_, Some(_)) => SocketClass::Layer,
        _ => SocketClass::Stream,
    }
}

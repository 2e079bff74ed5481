//! Finds sockets of which the recorder dropped reads or writes.

use foldhash::HashMap;
use socket_tap::close::Totals;
use socket_tap::event::{Event, Op};

use crate::timeline::connections::Socket;

/// The recorded bytes and calls of the open sockets whose opening was recorded.
#[derive(Debug, Default)]
pub(super) struct RecordedTotals(HashMap<Socket, Totals>);

impl RecordedTotals {
    /// Counts an event of a socket. Returns `true` if it is a close with higher totals. These are exact even if the recorder
    /// dropped events, and the `gap` event that reports them may follow the close.
    pub(super) fn observe(&mut self, event: &Event, socket: Socket) -> bool {
        if event.error.is_some() {
            return false;
        }
        match &event.op {
            Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { on: Some(_), .. } => {
                self.0.insert(socket, Totals::default());
            }
            Op::Read(transfer) => self.read(socket, transfer.bytes),
            Op::RecvFrom(datagram) => self.read(socket, datagram.bytes),
            Op::Write(transfer) => self.write(socket, transfer.bytes),
            Op::SendTo(datagram) => self.write(socket, datagram.bytes),
            Op::Close(close) | Op::Release(close) => {
                return self.0.remove(&socket).is_some_and(|recorded| is_below(recorded, close.totals));
            }
            _ => {}
        }
        false
    }

    fn read(&mut self, socket: Socket, bytes: u64) {
        if let Some(totals) = self.0.get_mut(&socket) {
            *totals = totals.with_reads(totals.reads + 1, totals.rx.saturating_add(bytes));
        }
    }

    fn write(&mut self, socket: Socket, bytes: u64) {
        if let Some(totals) = self.0.get_mut(&socket) {
            *totals = totals.with_writes(totals.writes + 1, totals.tx.saturating_add(bytes));
        }
    }
}

fn is_below(recorded: Totals, exact: Totals) -> bool {
    recorded.rx < exact.rx
        || recorded.tx < exact.tx
        || recorded.reads < exact.reads
        || recorded.writes < exact.writes
}

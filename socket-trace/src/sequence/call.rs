//! A socket call in a sequence diagram, and the signal that it sends or receives.

use serde::Serialize;
use socket_tap::event::{Addr, Event, Op};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

/// A socket call in a sequence diagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Side that made the socket call: client or server.
    #[serde(serialize_with = "crate::summary::json::side")]
    pub side: Side,
    /// Time on the time line, in nanoseconds. A call that sends or connects has the time at which it began,
    /// and a call that receives has the time at which it returned.
    pub at: u64,
    /// Name of the socket call and number of its bytes: `write 85 B`.
    pub text: String,
    /// Further information about the socket call, such as an address.
    pub detail: String,
    /// Description of the transferred data, e.g. `GET /v1/books/1`; empty if no payload was recorded.
    pub carried: String,
    /// Signal that the socket call sends to the peer.
    pub sends: Option<Signal>,
    /// Signal that the socket call receives from the peer.
    #[serde(rename = "takes")]
    pub receives: Option<Signal>,
}

/// A signal that one side of a connection sends and the other receives: data, or the segments that open or
/// end the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// The three segments that open a connection. The kernels exchange them; no call of a program sends them
    /// directly.
    Handshake,
    /// This number of data bytes.
    Bytes(u64),
    /// A FIN, which ends one direction.
    Fin,
    /// A RST, which ends the connection at once.
    Rst,
}

impl Call {
    /// Converts an event to a socket call of a diagram. `open` is `true` if this side has not shut down its
    /// sending half, so that a close sends a FIN.
    pub(crate) fn of(event: &Event, side: Side, at: u64, carried: String, open: bool) -> Self {
        let (sends, receives) = match event.error {
            None => (sends(&event.op, open), receives(&event.op)),
            Some(_) => (None, None),
        };
        Self { side, at, text: text(event), detail: detail(&event.op), carried, sends, receives }
    }
}

fn sends(op: &Op, open: bool) -> Option<Signal> {
    match op {
        Op::Connect { .. } => Some(Signal::Handshake),
        Op::Write(transfer) => Some(Signal::Bytes(transfer.bytes)),
        Op::Shutdown => Some(Signal::Fin),
        Op::Close(close) if close.aborted => Some(Signal::Rst),
        Op::Close(close) if open && close.errno.is_none() => Some(Signal::Fin),
        _ => None,
    }
}

fn receives(op: &Op) -> Option<Signal> {
    match op {
        Op::Accept { .. } => Some(Signal::Handshake),
        Op::Read(transfer) if transfer.eof => Some(Signal::Fin),
        Op::Read(transfer) => Some(Signal::Bytes(transfer.bytes)),
        _ => None,
    }
}

fn text(event: &Event) -> String {
    let name = printable(event.op.name());
    if event.error.is_some() {
        return format!("{name} failed");
    }
    match &event.op {
        Op::Read(transfer) if transfer.eof => "read 0 B (FIN)".to_owned(),
        Op::Read(transfer) | Op::Write(transfer) => format!("{name} {} B", transfer.bytes),
        _ => name,
    }
}

fn detail(op: &Op) -> String {
    let address = |address: &Option<Addr>| address.as_ref().map(|address| printable(&address.to_string()));
    match op {
        Op::Bind { local, .. } => address(local),
        Op::Accept { peer, .. } | Op::Connect { peer, .. } => address(peer),
        _ => None,
    }
    .unwrap_or_default()
}

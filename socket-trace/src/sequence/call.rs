//! One call of a sequence, and the signal it sends or receives.

use serde::Serialize;
use socket_tap::event::{Addr, Event, Op};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

/// One call of a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Side that made the call.
    #[serde(serialize_with = "crate::summary::json::side")]
    pub side: Side,
    /// Time in nanoseconds on the time line: of the call for one that sends or connects, of its return for one that
    /// receives.
    pub at: u64,
    /// Name and size: `write 85 B`.
    pub text: String,
    /// Further information, such as an address.
    pub detail: String,
    /// Description of the transferred data, if payload was recorded.
    pub carried: String,
    /// Signal that the call sends to the other side.
    pub sends: Option<Signal>,
    /// Signal from the other side that the call receives.
    #[serde(rename = "takes")]
    pub receives: Option<Signal>,
}

/// A signal that crosses the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// The three segments that open a connection. The kernels exchange them by themselves.
    Handshake,
    /// A number of bytes.
    Bytes(u64),
    /// A FIN, which ends one direction.
    Fin,
    /// A RST, which ends the connection at once.
    Rst,
}

impl Call {
    /// Converts an event. `open` is `true` while the sending half of this side is open: a close then sends a FIN.
    pub(super) fn of(event: &Event, side: Side, at: u64, carried: String, open: bool) -> Self {
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

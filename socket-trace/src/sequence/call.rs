//! One call in a sequence, and what travels to the other side with it.

use serde::Serialize;
use socket_tap::event::{Addr, Event, Op};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Who did it.
    #[serde(serialize_with = "crate::summary::json::side")]
    pub side: Side,
    /// When, in nanoseconds on the time line: for what sends, and for connect, when the call was made; for what receives,
    /// when it had returned.
    pub at: u64,
    /// What: `write 85 B`.
    pub text: String,
    /// What more there is to say of it: an address.
    pub detail: String,
    /// What its bytes were, when payload was recorded.
    pub carried: String,
    /// What goes to the other side with it.
    pub sends: Option<Signal>,
    /// What came from the other side and is taken by it.
    pub takes: Option<Signal>,
}

/// What goes over the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// The three segments that begin a connection. The kernels of both sides exchange them by themselves.
    Handshake,
    /// That many bytes.
    Bytes(u64),
    /// The end of what one side sends.
    Fin,
    /// The end of the connection, at once.
    Rst,
}

impl Call {
    /// `open` is whether this side's sending half is: then a close ends it.
    pub(super) fn of(event: &Event, side: Side, at: u64, carried: String, open: bool) -> Self {
        let (sends, takes) = match event.error {
            None => (sends(&event.op, open), takes(&event.op)),
            Some(_) => (None, None),
        };
        Self { side, at, text: text(event), detail: detail(&event.op), carried, sends, takes }
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

fn takes(op: &Op) -> Option<Signal> {
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
        return format!("{name} fails");
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

//! Direction and size of one read, write or datagram.

use socket_tap::event::{Event, Op};
use socket_tap::format::Side;

/// Direction and size of one read, write or datagram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DataTransfer {
    pub(crate) is_read: bool,
    /// `true` if the client sent the bytes.
    pub(crate) to_server: bool,
    pub(crate) bytes: u64,
}

impl DataTransfer {
    /// Returns the direction and size of the data that `event` transferred, or `None` if it transferred none.
    /// `side` is the recorded side of the connection.
    ///
    /// An empty datagram counts as a transfer. An empty read does not, because it is the end of the stream.
    pub(crate) fn by(event: &Event, side: Side) -> Option<Self> {
        let (is_read, bytes) = match &event.op {
            _ if event.error.is_some() => return None,
            Op::Read(transfer) if transfer.bytes > 0 => (true, transfer.bytes),
            Op::Write(transfer) if transfer.bytes > 0 => (false, transfer.bytes),
            Op::RecvFrom(datagram) => (true, datagram.bytes),
            Op::SendTo(datagram) => (false, datagram.bytes),
            _ => return None,
        };
        Some(Self { is_read, to_server: is_read == (side == Side::Server), bytes })
    }
}

//! Totals of a subset of the connections in a recording, by step and by operation.

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;

use super::data_transfer::DataTransfer;
use super::payload_stats::{ClassifiedTransfer, OnCall, PayloadStats, PayloadTotals};
use super::socket_history::{SocketClass, SocketHistory};
use super::step::{Step, Steps};

/// Totals of a subset of the connections in a recording, such as the connections that a server opened to
/// other servers.
pub(super) struct Traffic {
    side: Side,
    steps: Steps,
    /// Totals that need payload; `None` for a recording without payload.
    payload: Option<PayloadStats>,
}

impl Traffic {
    /// Returns empty totals for a recording made by `side`. If the opening of a connection is missing from
    /// the trace, its recorded end is assumed to be `side`.
    pub(super) fn new(side: Side, has_payload: bool) -> Self {
        Self { side, steps: Steps::new(), payload: has_payload.then(|| PayloadStats::new(side)) }
    }

    /// Begins or continues the step with this name.
    pub(super) fn begin_step(&mut self, name: &str) {
        self.steps.begin(name);
    }

    /// Adds an event. `socket` is the history of the event's socket. `is_unrecorded` is `true` for an accept of a client
    /// whose own calls were not recorded.
    pub(super) fn observe(
        &mut self,
        event: &Event,
        socket: Option<&SocketHistory>,
        is_unrecorded: bool,
        on_call: OnCall<'_>,
    ) {
        self.steps.select(event, is_unrecorded);
        let side = socket.map_or(self.side, |socket| socket.side(self.side));
        let is_uncounted = is_uncounted(event, socket);
        let transfer = DataTransfer::by(event, side);
        if !is_uncounted {
            self.steps.current().observe(event, transfer);
        }
        if let Some(payload) = &mut self.payload {
            let transfer = ClassifiedTransfer { side, transfer, is_uncounted };
            payload.observe(event, transfer, &mut self.steps, on_call);
        }
    }

    /// Adds a socket that was closed with the last event.
    pub(super) fn add_ended(&mut self, sock: SockId, socket: &SocketHistory) {
        self.steps.current().add_ended(socket, socket.side(self.side));
        self.steps.forget(sock);
    }

    /// Returns the totals. Passes the API calls that are still open to `on_call`.
    pub(super) fn finish(mut self, on_call: OnCall<'_>) -> (Vec<Step>, PayloadTotals) {
        let totals = self.payload.take().map(|payload| payload.finish(&mut self.steps, on_call));
        (self.steps.finish(), totals.unwrap_or_default())
    }
}

/// Returns `true` for events that the totals of steps exclude:
/// - events of a stream on top of another stream, such as TLS, because the lower stream counts the bytes
/// - the `connect` of a datagram socket, because it opens no connection
fn is_uncounted(event: &Event, socket: Option<&SocketHistory>) -> bool {
    let class = socket.map(|socket| socket.class);
    match event.op {
        Op::Adopt { on, .. } => on.is_some(),
        Op::Connect { .. } if class == Some(SocketClass::Datagram) => true,
        _ => class == Some(SocketClass::Layer),
    }
}
